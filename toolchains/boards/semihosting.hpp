// SPDX-License-Identifier: BSL-1.0
// semihosting: what a program on an emulated board, or on one with a debugger, asks of the host.
#pragma once

namespace board {

/// Prints `text` as it is.
void print(const char* text);

/// Prints a number.
void print(unsigned number);

/// Ends the emulation with this exit status.
[[noreturn]] void exit(int status);

/// Prints `why` and ends the emulation with status 99.
[[noreturn]] void fail(const char* why);

/// The command line: as many characters of it as there is room for.
void read_command_line(char* text, unsigned room);

}  // namespace board
