// SPDX-License-Identifier: BSL-1.0
#include <toolchains/boards/board.hpp>

namespace board {

void set_led(bool on) { eyelet::cpu::reg(0x40028000) = on ? 1 : 0; }

}  // namespace board
