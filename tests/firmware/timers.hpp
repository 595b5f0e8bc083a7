// SPDX-License-Identifier: BSL-1.0
// For tests in which one of a board's timers is the port's, and the other one something outside.
#pragma once

#include <tests/firmware/board_timers.hpp>

/// What their interrupts do.
inline void (*on_board_timer)() = nullptr;
inline void (*on_core_timer)() = nullptr;

void board_timer_interrupt() { on_board_timer(); }
extern "C" void SysTick_Handler() { on_core_timer(); }
