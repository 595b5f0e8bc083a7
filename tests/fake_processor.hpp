// SPDX-License-Identifier: BSL-1.0
// A processor with one interrupt and one timer, for the port of bare Cortex-M on a host. Its time
// passes by what the port does: each look at a register takes a tick, sleeping takes what is left.
// tests/test_cortex_m.cpp defines what port/cortex_m/cpu.hpp declares.
#pragma once

#include <functional>
#include <port/cortex_m/cortex_m.hpp>

struct FakeProcessor {
  static constexpr std::uint64_t kNoTime = UINT64_MAX;

  std::uint64_t ticks = 0;   // since power-on
  std::uint64_t origin = 0;  // what the counter showed then
  std::uint64_t ticks_per_look = 1;
  bool masked = false;
  bool interrupted = false;  // an interrupt is running
  unsigned sleeps = 0;
  unsigned unmasked_looks = 0;  // at the timer, with interrupts on

  std::uint64_t alarm_at = kNoTime;
  bool alarm_pending = false;
  std::function<void()> on_alarm;

  std::uint64_t interrupt_at = kNoTime;
  std::function<void()> on_interrupt;

  void pass(std::uint64_t n) {
    ticks += n;
    run_interrupts();
  }

  void run_interrupts() {
    if (ticks >= alarm_at) alarm_pending = true, alarm_at = kNoTime;
    if (masked || interrupted) return;
    interrupted = true;
    if (alarm_pending) on_alarm();
    if (ticks >= interrupt_at) {
      interrupt_at = kNoTime;
      on_interrupt();
    }
    interrupted = false;
  }

  /// Sleeps until an interrupt is pending, whether it may run or not. For ever, if none will be.
  void sleep() {
    ++sleeps;
    const std::uint64_t next = std::min(alarm_at, interrupt_at);
    if (!alarm_pending && next > ticks) ticks = next;
    run_interrupts();
  }

  bool hangs() const { return ticks == kNoTime; }
};

inline FakeProcessor processor;

/// A counter with an alarm, as port/cortex_m/cortex_m.hpp wants it.
template <std::uint32_t Hz, unsigned Bits>
struct FakeTimer {
  static constexpr std::uint32_t kHz = Hz;
  static constexpr unsigned kBits = Bits;
  static constexpr std::uint64_t kTurn = std::uint64_t{1} << Bits;

  std::uint32_t start() {
    processor.alarm_at = processor.ticks + kTurn / 2;
    return shown();
  }
  std::uint32_t count() {
    expect_masked();
    const std::uint32_t count = shown();
    processor.pass(processor.ticks_per_look);
    return count;
  }
  void arm(std::uint32_t at) {
    const std::uint64_t ticks = (at - count()) % kTurn;
    processor.alarm_at = processor.ticks + (ticks < kTurn / 2 ? ticks : 0);
  }
  void acknowledge() { processor.alarm_pending = false; }
  static std::uint32_t shown() {
    return static_cast<std::uint32_t>((processor.origin + processor.ticks) % kTurn);
  }
  static void expect_masked() { processor.unmasked_looks += !processor.masked; }
};

/// A port that was started with its counter `before` ticks short of its wrap.
template <class Timer>
struct FakeBoard {
  eyelet::CortexMPort<Timer> port;

  explicit FakeBoard(std::uint64_t before = 3) {
    processor = FakeProcessor{};
    processor.origin = Timer::kTurn - before;
    processor.on_alarm = [this] { port.on_alarm(); };
    port.start();
  }

  void interrupt_after(std::uint64_t ticks, std::function<void()> fn) {
    processor.on_interrupt = std::move(fn);
    processor.interrupt_at = processor.ticks + ticks;
  }
};
