// SPDX-License-Identifier: BSL-1.0
// cortex_m: a port for bare Cortex-M0 to M7, tickless: between callbacks the processor sleeps in
// WFI until the next deadline or interrupt. All it wants of a board is one timer that never stops:
//
//   struct BareTimer {
//     static constexpr std::uint32_t kHz;  // ticks a second
//     static constexpr unsigned kBits;     // width of the counter
//     std::uint32_t start();               // counter and interrupt on; what it shows. Once
//     std::uint32_t count();               // ticks, counting up and wrapping to 0
//     void arm(std::uint32_t at);          // an interrupt when the counter gets to `at`
//     void acknowledge();                  // the interrupt has come: ends its request
//   };
//
// count() and arm() are called with interrupts off. The first alarm comes by itself, within half a
// turn of the counter. One may come early; one that is armed replaces the one before; if the
// counter is less than half a turn past it, it comes at once. The timer's interrupt calls
// on_alarm(), of any priority:
//
//   eyelet::CortexMPort<eyelet::SysTick<16'000'000>> port;
//   extern "C" void SysTick_Handler() { port.on_alarm(); }
//
// Time begins with start(). Interrupts must not be off for longer than half a turn of the counter,
// or time is lost. The port itself turns them off to look at the counter, and to arm the alarm and
// fall asleep, each for fewer than 50 instructions; arithmetic is done with them on.
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
  /// A store, from any interrupt, of which there is one processor: it needs no barrier.
  void wake() final {
    std::atomic_signal_fence(std::memory_order_release);
    woken_.store(true, std::memory_order_relaxed);
  }
  /// PRIMASK: every interrupt but NMI and faults is kept out.
  std::uintptr_t enter_critical() final;
  void exit_critical(std::uintptr_t before) final;
  /// The number of the exception that runs, so that checks trap loop calls from interrupts.
  std::uintptr_t context() const final { return cpu::active_exception(); }

 protected:
  constexpr CortexM() = default;
  ~CortexM() = default;

  bool woken() const { return woken_.load(std::memory_order_relaxed); }
  /// Whatever is looked at afterwards, is looked at after the store.
  void forget_wake() {
    woken_.store(false, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }

 private:
  std::atomic<bool> woken_{false};
};

}  // namespace detail

template <class BareTimer>
class CortexMPort final : public detail::CortexM {
 public:
  constexpr explicit CortexMPort(BareTimer timer = BareTimer{}) : timer_{timer} {}

  /// Starts timer and clock. Once, before the loop runs.
  void start() { clock_.start(timer_.start()); }

  /// The timer's interrupt. Inline, because its handler does nothing else.
  [[gnu::always_inline]] void on_alarm() {
    timer_.acknowledge();
    {
      const cpu::InterruptsOff off;
      clock_.move_on(timer_.count());
    }
    // There is always an alarm before the counter has gone round, so that no turn is missed however
    // long nobody asks for the time.
    const cpu::InterruptsOff off;
    timer_.arm(clock_.after(Clock::kStep));
  }

  TimePoint now() const override {
    std::uint32_t count;
    Clock clock = look(count);
    return clock.time(count);
  }

  // A wake that comes before it returns is one with those before.
  void wait_until(TimePoint deadline) override {
    for (;;) {
      std::uint32_t count;
      Clock clock = look(count);
      const std::uint32_t ticks = clock.ticks_until(deadline);
      if (clock.since(count) + kNearest >= ticks || !sleep_until(clock.after(ticks))) break;
      cpu::let_interrupts_run();
    }
    forget_wake();
  }

 private:
  using Clock = TickClock<BareTimer::kHz, BareTimer::kBits>;
  // 5 us: to fall asleep and to wake would take longer.
  static constexpr std::uint32_t kNearest = BareTimer::kHz / 200'000;

  Clock look(std::uint32_t& count) const {
    const cpu::InterruptsOff off;
    count = timer_.count();
    return clock_;
  }

  // From the look at what woke until asleep: an interrupt that comes now ends the sleep, and runs
  // when they are on again. Whether nobody had called wake().
  bool sleep_until(std::uint32_t at) {
    const cpu::InterruptsOff off;
    if (woken()) return false;
    timer_.arm(at);
    cpu::wait_for_interrupt();
    return true;
  }

  mutable BareTimer timer_;  // looking at it may bring it up to date
  Clock clock_;
};

}  // namespace eyelet
