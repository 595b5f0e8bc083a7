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

  std::uint32_t start() {
    period_ = kLongestPeriod;
    registers().reload = kLongestPeriod - 1;
    registers().value = 0;  // whatever is written: it counts from the reload value
    registers().control = kOnWithInterruptAtProcessorClock;
    return 0;
  }

  std::uint32_t count() {
    for (;;) {
      const std::uint32_t left = registers().value;
      // Read after the value: a period that ends between the two is seen.
      if (period_ended())
        begin_period();
      else if (left != 0)  // 0 lasts a tick: is the period over, or about to begin?
        return begin_ + period_ - left;
    }
  }

  [[gnu::noinline]] void arm(std::uint32_t at) {
    const auto left = static_cast<std::int32_t>(registers().value);
    if (period_ended()) return begin_period();  // the interrupt is on its way
    const auto ticks = static_cast<std::int32_t>(at - begin_ - period_) + left;
    // The end of the period will do: it comes first, or hardly later.
    if (left <= kNearest || ticks >= left - kNearest) return;
    restart(static_cast<std::uint32_t>(ticks < kNearest ? kNearest : ticks));
  }

  void acknowledge() {}

 private:
  struct Registers {
    volatile std::uint32_t control, reload, value;
  };
  static Registers& registers() { return *reinterpret_cast<Registers*>(0xE000E010); }

  static constexpr std::uint32_t kOnWithInterruptAtProcessorClock = 7;
  static constexpr std::uint32_t kLongestPeriod = 1 << 24;
  // More than arm() itself takes: it must be through before the period that it begins is over.
  static constexpr std::int32_t kNearest = 64;
  // From reading the value to writing it, at the least: an instruction takes a tick, or more.
  static constexpr std::uint32_t kRestartTicks = 1;

  // COUNTFLAG, bit 16. Looking clears it. As a sign it takes the fewest instructions.
  static bool period_ended() { return static_cast<std::int32_t>(registers().control << 15) < 0; }

  void begin_period() {
    begin_ += period_;
    period_ = kLongestPeriod;
  }

  // A period of `ticks` from now, and of the longest kind from then on.
  void restart(std::uint32_t ticks) {
    registers().reload = ticks - 1;
    const std::uint32_t left = registers().value;
    registers().value = 0;
    begin_ += period_ - left + kRestartTicks;
    period_ = ticks;
    while (registers().value == 0) {
    }
    registers().reload = kLongestPeriod - 1;
  }

  std::uint32_t begin_ = 0;   // count at which the period began
  std::uint32_t period_ = 0;  // its ticks
};

}  // namespace eyelet
