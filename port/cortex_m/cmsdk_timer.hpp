// SPDX-License-Identifier: BSL-1.0
// cmsdk_timer: two timers of Arm's CMSDK, as on its MPS boards, as one BareTimer of cortex_m.hpp.
// They count 32 bits down. One never stops and is the clock, the other is the alarm.
#pragma once

#include <port/cortex_m/cpu.hpp>

namespace eyelet {

/// `Hz`: of both timers. `kClock`, `kAlarm`: their addresses. `kInterrupt`: of the alarm.
template <std::uint32_t Hz, std::uintptr_t kClock, std::uintptr_t kAlarm, unsigned kInterrupt>
class CmsdkTimer {
 public:
  static constexpr std::uint32_t kHz = Hz;
  static constexpr unsigned kBits = 32;

  std::uint32_t start() {
    cpu::reg(kClock + kReload) = UINT32_MAX;  // it begins there
    cpu::reg(kClock + kControl) = kOn;
    // Its reload value is 0: an alarm comes once.
    cpu::reg(kAlarm + kValue) = UINT32_MAX / 2;
    cpu::reg(kAlarm + kControl) = kOn | kWithInterrupt;
    cpu::enable_interrupt<kInterrupt>();
    return 0;
  }

  std::uint32_t count() { return ~cpu::reg(kClock + kValue); }

  void arm(std::uint32_t at) {
    const auto ticks = static_cast<std::int32_t>(at - count());
    cpu::reg(kAlarm + kValue) = ticks < 1 ? 1 : static_cast<std::uint32_t>(ticks);
  }

  void acknowledge() { cpu::reg(kAlarm + kInterruptClear) = 1; }

 private:
  static constexpr std::uintptr_t kControl = 0, kValue = 4, kReload = 8, kInterruptClear = 12;
  static constexpr std::uint32_t kOn = 1, kWithInterrupt = 8;
};

}  // namespace eyelet
