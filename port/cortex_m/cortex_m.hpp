// SPDX-License-Identifier: BSL-1.0
// cortex_m: a port for bare Cortex-M0 to M7, tickless: between callbacks the processor sleeps in
// WFI until the next deadline or interrupt. All it wants of a board is one timer that never stops:
//
//   struct BareTimer {
//     static constexpr std::uint32_t kHz;       // ticks a second
//     static constexpr unsigned kBits;          // width of the counter
//     static constexpr std::uint32_t kNearest;  // an alarm fewer ticks away may be missed
//     void start();                             // counter and interrupt on; once
//     std::uint32_t count();                    // ticks, counting up and wrapping to 0
//     void arm(std::uint32_t at);               // an interrupt when the counter gets to `at`
//     void acknowledge();                       // the interrupt has come: ends its request
//   };
//
// All four are called with interrupts off. An alarm may come early, and one that is armed replaces
// the one before. The timer's interrupt calls on_alarm(), of any priority:
//
//   eyelet::CortexMPort<eyelet::SysTick<16'000'000>> port;
//   extern "C" void SysTick_Handler() { port.on_alarm(); }
//
// Time begins with start(). Interrupts must not be off for longer than half a turn of the counter,
// or time is lost.
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

  /// Whether somebody has called wake() since the last time. Called with interrupts off.
  bool take_wake();

 private:
  std::atomic<bool> woken_{false};
  cpu::Mask before_critical_ = 0;
  unsigned depth_ = 0;
};

}  // namespace detail

template <class BareTimer>
class CortexMPort final : public detail::CortexM {
 public:
  constexpr explicit CortexMPort(BareTimer timer = BareTimer{}) : timer_{timer} {}

  /// Starts timer and clock. Once, before the loop runs.
  void start() {
    const cpu::InterruptsOff off;
    timer_.start();
    clock_.start(timer_.count());
    keep_time();
  }

  /// The timer's interrupt.
  void on_alarm() {
    const cpu::InterruptsOff off;
    timer_.acknowledge();
    read_clock();
    keep_time();
  }

  TimePoint now() const override {
    const cpu::InterruptsOff off;
    return read_clock();
  }

  void wait_until(TimePoint deadline) override {
    for (;;) {
      // From the look at what woke until asleep: an interrupt that comes now ends the sleep. It
      // runs when they are on again, before the next look.
      const cpu::InterruptsOff off;
      if (take_wake() || !arm(deadline)) return;
      cpu::wait_for_interrupt();
    }
  }

 private:
  using Clock = TickClock<BareTimer::kHz, BareTimer::kBits>;

  TimePoint read_clock() const { return clock_.read(timer_.count()); }

  // There is always an alarm before the counter has gone round, so that no turn is missed however
  // long nobody asks for the time.
  void keep_time() { timer_.arm(clock_.after(Clock::kLongest)); }

  // False: it is not worth sleeping.
  bool arm(TimePoint deadline) {
    read_clock();
    const std::uint32_t ticks = clock_.ticks_until(deadline);
    if (ticks < BareTimer::kNearest) return false;
    timer_.arm(clock_.after(ticks));
    // That took time, too: an alarm that the counter has reached meanwhile may come a turn later.
    if (clock_.since(timer_.count()) + BareTimer::kNearest <= ticks) return true;
    keep_time();
    return false;
  }

  // Reading the clock brings it up to date.
  mutable BareTimer timer_;
  mutable Clock clock_;
};

}  // namespace eyelet
