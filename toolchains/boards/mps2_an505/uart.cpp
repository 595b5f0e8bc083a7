// SPDX-License-Identifier: BSL-1.0
#include <toolchains/boards/board.hpp>
#include <toolchains/boards/cmsdk_uart.hpp>

namespace board {

namespace {

using Uart = CmsdkUart<20'000'000, 0x50200000, 32>;

}  // namespace

void start_uart(void (*on_byte)(char byte)) { Uart::start(on_byte); }

void send(char byte) { Uart::send(byte); }

}  // namespace board

extern "C" void Interrupt32_Handler() { board::Uart::on_interrupt(); }
