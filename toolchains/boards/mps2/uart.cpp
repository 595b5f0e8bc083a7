// SPDX-License-Identifier: BSL-1.0
#include <toolchains/boards/board.hpp>

namespace {

using eyelet::cpu::reg;

constexpr std::uintptr_t kData = 0x40004000, kState = 0x40004004, kControl = 0x40004008,
                         kInterruptClear = 0x4000400C, kBaudDivider = 0x40004010;
constexpr std::uint32_t kSendFull = 1, kReceiveFull = 2;  // of kState
constexpr std::uint32_t kSends = 1, kReceives = 2, kReceiveInterrupt = 8;

void (*on_byte)(char byte) = nullptr;

}  // namespace

namespace board {

void start_uart(void (*fn)(char byte)) {
  on_byte = fn;
  reg(kBaudDivider) = 25'000'000 / 115'200;
  reg(kControl) = kSends | kReceives | kReceiveInterrupt;
  eyelet::cpu::enable_interrupt<0>();
}

void send(char byte) {
  while ((reg(kState) & kSendFull) != 0) {
  }
  reg(kData) = static_cast<unsigned char>(byte);
}

}  // namespace board

extern "C" void Interrupt0_Handler() {
  // Cleared first: a byte that comes meanwhile asks again.
  reg(kInterruptClear) = kReceives;
  while ((reg(kState) & kReceiveFull) != 0) on_byte(static_cast<char>(reg(kData)));
}
