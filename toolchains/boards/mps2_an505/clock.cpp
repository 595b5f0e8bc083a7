// SPDX-License-Identifier: BSL-1.0
#include <toolchains/boards/board.hpp>

namespace board {

Port port;

}  // namespace board

extern "C" void Interrupt3_Handler() { board::port.on_alarm(); }
