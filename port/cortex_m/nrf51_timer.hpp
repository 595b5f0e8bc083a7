// SPDX-License-Identifier: BSL-1.0
// nrf51_timer: a timer of Nordic's nRF51, as a BareTimer of cortex_m.hpp. It counts microseconds:
// capture register 1 tells the count, 0 is the alarm.
#pragma once

#include <port/cortex_m/cpu.hpp>

namespace eyelet {

/// Timer 0 has 32 bits, the others 16. `kBase`: its address. `kInterrupt`: its number.
template <unsigned Bits, std::uintptr_t kBase, unsigned kInterrupt>
class Nrf51Timer {
 public:
  static_assert(Bits == 16 || Bits == 32, "eyelet: no such timer");
  static constexpr std::uint32_t kHz = 1'000'000;
  static constexpr unsigned kBits = Bits;

  std::uint32_t start() {
    cpu::reg(kBase + kBitMode) = Bits == 32 ? 3 : 0;
    cpu::reg(kBase + kPrescaler) = 4;  // 16 MHz by 2^4
    cpu::reg(kBase + kCompare0) = kMask / 2;
    cpu::reg(kBase + kEnableInterrupt) = 1 << 16;
    cpu::reg(kBase + kStart) = 1;
    cpu::enable_interrupt<kInterrupt>();
    return count();
  }

  std::uint32_t count() {
    cpu::reg(kBase + kCapture1) = 1;
    return cpu::reg(kBase + kCompare1);
  }

  void arm(std::uint32_t at) {
    const std::uint32_t now = count();
    const std::uint32_t ticks = (at - now) & kMask;
    const bool comes = ticks >= kNearest && ticks <= kMask / 2;
    cpu::reg(kBase + kCompare0) = comes ? at : now + kNearest;
  }

  void acknowledge() { cpu::reg(kBase + kCompared0) = 0; }

 private:
  static constexpr std::uint32_t kMask = UINT32_MAX >> (32 - Bits);
  // It compares for equality, a moment after the register was written.
  static constexpr std::uint32_t kNearest = 3;
  static constexpr std::uintptr_t kStart = 0x000, kCapture1 = 0x044, kCompared0 = 0x140,
                                  kEnableInterrupt = 0x304, kBitMode = 0x508, kPrescaler = 0x510,
                                  kCompare0 = 0x540, kCompare1 = 0x544;
};

}  // namespace eyelet
