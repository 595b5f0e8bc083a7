// SPDX-License-Identifier: BSL-1.0
#include <toolchains/boards/board.hpp>

namespace board {

// Row 1 of the matrix of 25; column 1 is low from reset on.
void set_led(bool on) { eyelet::cpu::reg(on ? 0x50000508 : 0x5000050C) = 1 << 13; }

}  // namespace board
