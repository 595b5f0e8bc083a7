// SPDX-License-Identifier: BSL-1.0
#include <toolchains/boards/board.hpp>

namespace board {

void set_led(bool on) { eyelet::cpu::reg(0x50302000) = on ? 1 : 0; }

}  // namespace board
