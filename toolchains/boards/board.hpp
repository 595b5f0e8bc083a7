// SPDX-License-Identifier: BSL-1.0
// board: what firmware on the emulated boards uses of them. A board is a folder beside this, on the
// include path: clock.hpp, and the functions below, a file each, so that a program links what it
// uses. Those of emulated/ stand in for what an emulator has not, and go first.
#pragma once

#include <clock.hpp>
#include <toolchains/boards/semihosting.hpp>

namespace board {

using Port = eyelet::CortexMPort<Clock>;

/// Clock, sleep and wake of the board. It wants a start(). clock.cpp
extern Port port;

/// A register's write. pins.cpp; as emulated, it says so, and ends the program after 3 s.
void set_led(bool on);

/// Prints a line, behind the time since the start. emulated/say.cpp
void say(const char* text);
void say(const char* text, unsigned number);

/// Calls `on_byte(byte)` from an interrupt for each byte that arrives. uart.cpp
void start_uart(void (*on_byte)(char byte));
/// Waits until the byte is out: a few microseconds here, longer at a real baud rate.
void send(char byte);

/// Calls `on_change(pressed)` from an interrupt whenever the button's contact opens or closes.
/// emulated/button.cpp
void start_button(void (*on_change)(bool pressed));
/// What a finger does to the contact.
void touch_button(bool pressed);

}  // namespace board
