// SPDX-License-Identifier: BSL-1.0
#include <toolchains/boards/board.hpp>

namespace {

using eyelet::cpu::reg;

constexpr std::uintptr_t kStartReceiving = 0x40002000, kStartSending = 0x40002008,
                         kReceived = 0x40002108, kSent = 0x4000211C, kEnableInterrupt = 0x40002304,
                         kEnable = 0x40002500, kSendingPin = 0x4000250C, kReceivingPin = 0x40002514,
                         kReceiveData = 0x40002518, kSendData = 0x4000251C, kBaudRate = 0x40002524;

void (*on_byte)(char byte) = nullptr;

}  // namespace

namespace board {

void start_uart(void (*fn)(char byte)) {
  on_byte = fn;
  reg(kSendingPin) = 24;
  reg(kReceivingPin) = 25;
  reg(kBaudRate) = 0x01D7E000;  // 115,200
  reg(kEnable) = 4;
  reg(kEnableInterrupt) = 1 << 2;
  reg(kStartReceiving) = 1;
  reg(kStartSending) = 1;
  eyelet::cpu::enable_interrupt<2>();
}

void send(char byte) {
  reg(kSent) = 0;
  reg(kSendData) = static_cast<unsigned char>(byte);
  while (reg(kSent) == 0) {
  }
}

}  // namespace board

extern "C" void Interrupt2_Handler() {
  while (reg(kReceived) != 0) {
    reg(kReceived) = 0;
    on_byte(static_cast<char>(reg(kReceiveData)));
  }
}
