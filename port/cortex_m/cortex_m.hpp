// SPDX-License-Identifier: BSL-1.0
// cortex_m: a port for bare Cortex-M0 to M7, tickless: between callbacks the processor sleeps in
// WFI until the next deadline or interrupt. All it wants of a board is one timer that never stops:
//
//   struct BareTimer {
//     static constexpr std::uint32_t kHz;  // ticks a second
//     static constexpr unsigned kBits;     // width of the counter
//     void start();                        // counter and interrupt on; once
//     std::uint32_t count();               // ticks, counting up and wrapping to 0
//     void arm(std::uint32_t at);          // an interrupt when the counter gets to `at`
//     void acknowledge();                  // the interrupt has come: ends its request
//   };
//
// The first three are called with interrupts off. An alarm may come early. One that is armed
// replaces the one before; if the counter is less than half a turn past it, it comes at once. The
// timer's interrupt calls on_alarm(), of any priority:
//
//   eyelet::CortexMPort<eyelet::SysTick<16'000'000>> port;
//   extern "C" void SysTick_Handler() { port.on_alarm(); }
//
// Time begins with start(). Interrupts must not be off for longer than half a turn of the counter,
// or time is lost. The port itself turns them off to look at the counter, to arm the alarm and to
// fall asleep, one at a time and for fewer than 50 instructions; arithmetic is done with them on.
#pragma once

#include <atomic>
#include <eyelet/port.hpp>
#include <port/cortex_m/cpu.hpp>
#include <port/cortex_m/tick_clock.hpp>

namespace eyelet {

namespace detail {

/// What does not depend on the timer.
class CortexM : public Port {
 public:
  /// A store, from any interrupt.
  void wake() final { woken_.store(true, std::memory_order_release); }
  /// PRIMASK: every interrupt but NMI and faults is kept out.
  void enter_critical() final;
  void exit_critical() final;
  /// Yes: some interrupt may always come.
  bool can_be_woken() const final { return true; }
  /// The number of the exception that runs, so that checks trap loop calls from interrupts.
  std::uintptr_t context() const final { return cpu::active_exception(); }

 protected:
  constexpr CortexM() = default;
  ~CortexM() = default;

  /// Whether somebody has called wake() since it was last taken.
  bool take_wake();
  /// Sleeps, unless somebody has called wake() or noted an alarm since forget_alarm().
  void sleep();
  void forget_alarm() { rang_.store(false, std::memory_order_relaxed); }
  void note_alarm() { rang_.store(true, std::memory_order_relaxed); }

 private:
  std::atomic<bool> woken_{false};
  std::atomic<bool> rang_{false};
  std::uint8_t depth_ = 0;
  cpu::Mask before_critical_ = 0;
};

}  // namespace detail

template <class BareTimer>
class CortexMPort final : public detail::CortexM {
 public:
  constexpr explicit CortexMPort(BareTimer timer = BareTimer{}) : timer_{timer} {}

  /// Starts timer and clock. Once, before the loop runs.
  void start() {
    {
      const cpu::InterruptsOff off;
      timer_.start();
      clock_.start(timer_.count());
    }
    arm(clock_.after(Clock::kLongest));
  }

  /// The timer's interrupt.
  void on_alarm() {
    timer_.acknowledge();
    Clock clock = look_at_clock();
    clock.read(count());
    keep(clock);
    // There is always an alarm before the counter has gone round, so that no turn is missed however
    // long nobody asks for the time.
    arm(clock.after(Clock::kLongest));
    note_alarm();
  }

  TimePoint now() const override {
    Clock clock = look_at_clock();
    return clock.read(count());
  }

  void wait_until(TimePoint deadline) override {
    while (!take_wake()) {
      forget_alarm();
      const Clock clock = look_at_clock();
      const std::uint32_t ticks = clock.ticks_until(deadline);
      if (clock.since(count()) + kNearest >= ticks) return;
      arm(clock.after(ticks));
      sleep();
    }
  }

 private:
  using Clock = TickClock<BareTimer::kHz, BareTimer::kBits>;
  // 5 us: to fall asleep and to wake would take longer.
  static constexpr std::uint32_t kNearest = BareTimer::kHz / 200'000;

  // As the last alarm left it, less than a turn ago.
  Clock look_at_clock() const {
    const cpu::InterruptsOff off;
    return clock_;
  }

  void keep(const Clock& clock) {
    const cpu::InterruptsOff off;
    clock_ = clock;
  }

  std::uint32_t count() const {
    const cpu::InterruptsOff off;
    return timer_.count();
  }

  void arm(std::uint32_t at) {
    const cpu::InterruptsOff off;
    timer_.arm(at);
  }

  mutable BareTimer timer_;  // looking at it may bring it up to date
  Clock clock_;
};

}  // namespace eyelet
