// SPDX-License-Identifier: BSL-1.0
// What the examples want of a board. A new board is a folder beside this one: clock.hpp and the
// functions below, a file each, so that a program links what it uses. Build with the folder on
// the include path, and start-up code, linker script and console from toolchains/boards/.
#pragma once

#include <clock.hpp>
#include <toolchains/boards/semihosting.hpp>

namespace board {

using Port = eyelet::CortexMPort<Clock>;

/// Clock, sleep and wake of the board. It wants a start(). clock.cpp
extern Port port;

/// pins.cpp
void set_led(bool on);

/// Calls `on_byte(byte)` from an interrupt for each byte that arrives. uart.cpp
void start_uart(void (*on_byte)(char byte));
/// Waits until the byte is out: a few microseconds here, longer at a real baud rate.
void send(char byte);

/// Calls `on_change(pressed)` from an interrupt whenever the button's contact opens or closes.
/// button.cpp
void start_button(void (*on_change)(bool pressed));
/// An emulated board has no finger: what the contact does, and the interrupt that it causes.
void touch_button(bool pressed);

/// Prints a number to the console, in the way of print(). number.cpp
void print(unsigned number);

}  // namespace board
