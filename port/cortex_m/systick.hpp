// SPDX-License-Identifier: BSL-1.0
// systick: the timer that nearly every Cortex-M has, as a BareTimer of cortex_m.hpp.
// It is 24 bits wide and counts down to an interrupt, so one register is both clock and alarm. Its
// periods are added up to a counter of 32 bits; an alarm before the end of a period cuts it short,
// and that loses a tick or two of time. A board with a second timer is more exact. A turn of it,
// for the sake of how long interrupts may be off, is 2^24 ticks.
#pragma once

#include <port/cortex_m/cpu.hpp>

namespace eyelet {

/// `Hz`: of the processor. Its interrupt is SysTick_Handler.
template <std::uint32_t Hz>
class SysTick {
 public:
  static constexpr std::uint32_t kHz = Hz;
  static constexpr unsigned kBits = 32;
  // More than arm() itself takes: it must be through before the period that it begins is over.
  static constexpr std::uint32_t kNearest = 64;

  void start() { restart(kLongestPeriod); }

  std::uint32_t count() {
    for (;;) {
      const std::uint32_t value = cpu::reg(kValue);
      // Read after the value: a period that ends between the two is seen.
      if ((cpu::reg(kControl) & kCountFlag) != 0)
        begin_period();
      else if (value != 0)  // 0 lasts a tick: is the period over, or about to begin?
        return begin_ + period_ - value;
    }
  }

  void arm(std::uint32_t at) {
    const std::uint32_t now = count();
    const std::uint32_t ticks = at - now;
    const std::uint32_t left = begin_ + period_ - now;
    // The end of the period will do: it comes first, or hardly later; or `at` is past.
    if (left <= kNearest || ticks >= left - kNearest) return;
    restart(ticks < kNearest ? kNearest : ticks);
  }

  void acknowledge() {}

 private:
  static constexpr std::uintptr_t kControl = 0xE000E010, kReload = 0xE000E014, kValue = 0xE000E018;
  static constexpr std::uint32_t kCountFlag = 1 << 16;
  static constexpr std::uint32_t kOnWithInterruptAtProcessorClock = 7;
  static constexpr std::uint32_t kLongestPeriod = 1 << 24;
  // From reading the value to writing it, at the least: the clock may lose a tick, and never gains.
  static constexpr std::uint32_t kRestartTicks = 1;

  void begin_period() {
    begin_ += period_;
    period_ = kLongestPeriod;
  }

  // A period of `ticks` from now, and of the longest kind from then on.
  void restart(std::uint32_t ticks) {
    do {
      cpu::reg(kReload) = ticks - 1;
      const std::uint32_t value = cpu::reg(kValue);
      cpu::reg(kValue) = 0;  // whatever is written: it counts from the reload value
      begin_ += period_ - value + kRestartTicks;
      period_ = ticks;
      cpu::reg(kControl) = kOnWithInterruptAtProcessorClock;
      while (cpu::reg(kValue) == 0) {
      }
      cpu::reg(kReload) = kLongestPeriod - 1;
      // A debugger has stopped us on the way: nobody knows how many periods are over.
    } while ((cpu::reg(kControl) & kCountFlag) != 0);
  }

  std::uint32_t begin_ = 0;   // count at which the period began
  std::uint32_t period_ = 0;  // its ticks
};

}  // namespace eyelet
