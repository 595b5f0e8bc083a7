// SPDX-License-Identifier: BSL-1.0
// cmsdk_uart: a serial port of Arm's CMSDK, as on its MPS boards.
#pragma once

#include <port/cortex_m/cpu.hpp>

namespace board {

/// `kClockHz`: of its bus. `kBase`: its address. `kInterrupt`: of its receiver.
template <std::uint32_t kClockHz, std::uintptr_t kBase, unsigned kInterrupt>
class CmsdkUart {
 public:
  static void start(void (*on_byte)(char byte)) {
    on_byte_ = on_byte;
    reg(kBaudDivider) = kClockHz / 115'200;
    reg(kControl) = kSends | kReceives | kReceiveInterrupt;
    eyelet::cpu::enable_interrupt<kInterrupt>();
  }

  static void send(char byte) {
    while ((reg(kState) & kSendFull) != 0) {
    }
    reg(kData) = static_cast<unsigned char>(byte);
  }

  /// The receiver's interrupt.
  static void on_interrupt() {
    // Cleared first: a byte that comes meanwhile asks again.
    reg(kInterruptClear) = kReceives;
    while ((reg(kState) & kReceiveFull) != 0) on_byte_(static_cast<char>(reg(kData)));
  }

 private:
  static constexpr std::uintptr_t kData = 0, kState = 4, kControl = 8, kInterruptClear = 12,
                                  kBaudDivider = 16;
  static constexpr std::uint32_t kSendFull = 1, kReceiveFull = 2;  // of kState
  static constexpr std::uint32_t kSends = 1, kReceives = 2, kReceiveInterrupt = 8;

  static volatile std::uint32_t& reg(std::uintptr_t offset) {
    return eyelet::cpu::reg(kBase + offset);
  }

  static inline void (*on_byte_)(char byte) = nullptr;
};

}  // namespace board
