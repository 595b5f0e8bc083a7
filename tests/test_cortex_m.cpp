// SPDX-License-Identifier: BSL-1.0
// The port of bare Cortex-M on a processor that is made up, with clocks that are about to wrap, and
// held against the contract of ports; tests/firmware/ runs it on emulated boards.
#include <tests/expect_contract.hpp>
#include <tests/fake_processor.hpp>
#include <vector>

#include <CppUTest/TestHarness.h>

using eyelet::Duration;
using eyelet::TickClock;
using eyelet::TimePoint;
using eyelet::detail::CriticalSection;
using namespace std::chrono_literals;

namespace eyelet::cpu {

Mask mask_interrupts() {
  const Mask before = processor.masked;
  processor.masked = true;
  return before;
}

void restore_interrupts(Mask before) {
  processor.masked = before != 0;
  processor.run_interrupts();
}

void let_interrupts_run() {}

void wait_for_interrupt() {
  CHECK_TRUE(processor.masked);
  processor.sleep();
}

std::uint32_t active_exception() { return processor.interrupted ? 15 : 0; }

}  // namespace eyelet::cpu

namespace {

TimePoint at(std::uint64_t microseconds) {
  return TimePoint{Duration{static_cast<std::int64_t>(microseconds)}};
}

/// What a clock of `hz` shows after `ticks`: seconds, and microseconds of the rest.
TimePoint exact(std::uint64_t ticks, std::uint32_t hz) {
  return at(ticks / hz * 1'000'000 + ticks % hz * 1'000'000 / hz);
}

/// Numbers of every size, the same in each run.
class Numbers {
 public:
  std::uint32_t next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 32) >> (state_ >> 27) % 32;
  }

 private:
  std::uint64_t state_ = 1;
};

template <class Clock>
void move_on(Clock& clock, std::uint32_t count) {
  while (clock.since(count) >= Clock::kStep) clock.move_on(count);
}

template <std::uint32_t Hz, unsigned Bits>
void expect_exact_clock() {
  using Clock = TickClock<Hz, Bits>;
  // The mark may be all but a step behind.
  constexpr std::uint32_t kLongest =
      std::min<std::uint64_t>(Clock::kMask - Clock::kStep + 1, std::uint64_t{Clock::kStep} * 100);
  Numbers numbers;
  for (const std::uint32_t before_wrap : {0, 1, 2, 100}) {
    Clock clock;
    std::uint64_t ticks = 0;
    const std::uint32_t origin = Clock::kMask - before_wrap;
    clock.start(origin);
    for (int i = 0; i < 10'000; ++i) {
      ticks += i == 0 ? 0 : i % 100 == 0 ? kLongest : numbers.next() % kLongest;
      const std::uint32_t count = static_cast<std::uint32_t>(origin + ticks) & Clock::kMask;
      CHECK_TRUE(clock.time(count) == exact(ticks, Hz));
      move_on(clock, count);
      CHECK_TRUE(clock.time(count) == exact(ticks, Hz));
    }
  }
}

template <std::uint32_t Hz, unsigned Bits>
void expect_exact_alarms() {
  using Clock = TickClock<Hz, Bits>;
  constexpr std::uint32_t kRounding = 2 * (Hz / 1'000'000 + 1);  // of a step to microseconds
  Numbers numbers;
  Clock clock;
  std::uint32_t count = Clock::kMask - 5;
  clock.start(count);
  for (int i = 0; i < 10'000; ++i) {
    const TimePoint deadline = clock.time(count) + Duration{std::int64_t{numbers.next()} + 1};
    const std::uint32_t ticks = clock.ticks_until(deadline);
    CHECK_TRUE(ticks >= clock.since(count) && ticks >= 1 && ticks <= Clock::kStep);
    // A tick earlier would be early.
    CHECK_TRUE(clock.time(clock.after(ticks - 1)) < deadline);
    count = clock.after(ticks);
    CHECK_TRUE(clock.time(count) >= deadline || ticks + kRounding >= Clock::kStep);
    count = (count + kRounding) & Clock::kMask;
    move_on(clock, count);
  }
}

/// Waits as a loop does.
template <class Board>
void wait(Board& board, TimePoint deadline) {
  for (int i = 0; board.port.now() < deadline && i < 10'000; ++i) board.port.wait_until(deadline);
  CHECK_FALSE(processor.hangs());
}

using Narrow = FakeTimer<1'000'000, 16>;   // wraps 15 times a second
using Middle = FakeTimer<25'000'000, 24>;  // like SysTick
using Broad = FakeTimer<25'000'000, 32>;   // like a timer of CMSDK
using Coarse = FakeTimer<32'768, 24>;      // like the real-time counter of a watch crystal
using Fine = FakeTimer<168'000'000, 32>;   // like a cycle counter

}  // namespace

// --- Time out of ticks ---

TEST_GROUP(TickClock){};

// N11
TEST(TickClock, is_exact_across_each_wrap_whatever_width_and_rate) {
  expect_exact_clock<1'000'000, 16>();
  expect_exact_clock<32'768, 16>();
  expect_exact_clock<32'768, 24>();
  expect_exact_clock<32'768, 32>();
  expect_exact_clock<16'000'000, 24>();
  expect_exact_clock<25'000'000, 24>();
  expect_exact_clock<25'000'000, 32>();
  expect_exact_clock<168'000'000, 32>();
  expect_exact_clock<33'333'333, 32>();  // no whole number of anything
  expect_exact_clock<33'333'333, 24>();
  expect_exact_clock<32'768, 8>();  // no whole number of microseconds in a turn
  expect_exact_clock<1, 8>();
  expect_exact_clock<1, 32>();
  expect_exact_clock<1'000, 8>();
  expect_exact_clock<4'294'967'291, 32>();
}

TEST(TickClock, does_not_drift_in_a_year) {
  TickClock<32'768, 24> clock;
  clock.start(1);
  std::uint64_t ticks = 0;
  const std::uint64_t year = std::uint64_t{365} * 24 * 3600 * 32'768;
  while (ticks < year) {
    ticks += 7'345'678;
    move_on(clock, static_cast<std::uint32_t>(1 + ticks) & 0xFFFFFF);
  }
  CHECK_TRUE(clock.time(static_cast<std::uint32_t>(1 + ticks) & 0xFFFFFF) == exact(ticks, 32'768));
}

TEST(TickClock, alarms_wrap_as_the_counter_does) {
  TickClock<32'768, 24> clock;
  clock.start(0xFFFFFE);
  CHECK_EQUAL(0xFFFFFFU, clock.after(1));
  CHECK_EQUAL(0U, clock.after(2));
  CHECK_EQUAL(2U, clock.since(0));
}

TEST(TickClock, stands_still_while_its_counter_does) {
  TickClock<32'768, 16> clock;
  clock.start(65'535);
  for (int i = 0; i < 100; ++i) CHECK_TRUE(clock.time(65'535) == TimePoint{});
  clock.move_on(0);
  CHECK_TRUE(clock.time(0) == at(30));
}

TEST(TickClock, alarms_are_rounded_up_to_the_first_tick_that_is_not_early) {
  expect_exact_alarms<1'000'000, 16>();
  expect_exact_alarms<32'768, 24>();
  expect_exact_alarms<25'000'000, 24>();
  expect_exact_alarms<25'000'000, 32>();
  expect_exact_alarms<168'000'000, 32>();
  expect_exact_alarms<33'333'333, 24>();
  expect_exact_alarms<33'333'333, 32>();
  expect_exact_alarms<1, 32>();
  expect_exact_alarms<1'000, 16>();
  expect_exact_alarms<4'294'967'291, 32>();
}

// N9, N10
TEST(TickClock, a_deadline_that_is_past_has_no_ticks_left) {
  TickClock<25'000'000, 24> clock;
  clock.start(0);
  clock.move_on(clock.kStep + 50'000);
  const TimePoint mark = clock.time(clock.kStep);
  for (const TimePoint past : {mark, mark - 1us, TimePoint{}, TimePoint{} - 1us, eyelet::kAtOnce})
    CHECK_EQUAL(0U, clock.ticks_until(past));
  CHECK_EQUAL(25U, clock.ticks_until(mark + 1us));
}

// N9, N12
TEST(TickClock, a_far_deadline_is_cut_and_never_wraps_to_a_near_one) {
  TickClock<1'000'000, 32> broad;
  TickClock<25'000'000, 24> middle;
  TickClock<32'768, 24> coarse;
  TickClock<1, 32> slow;  // cut earlier than its width would need
  const auto expect_cut = [&](TimePoint far) {
    CHECK_EQUAL(broad.kStep, broad.ticks_until(far));
    CHECK_EQUAL(middle.kStep, middle.ticks_until(far));
    CHECK_EQUAL(coarse.kStep, coarse.ticks_until(far));
    CHECK_EQUAL(slow.kStep, slow.ticks_until(far));
  };
  for (const std::int64_t power : {32, 33, 40, 63})
    for (const std::int64_t left : {-2, -1, 0, 1, 2})
      expect_cut(at((std::uint64_t{1} << power) - 3 + static_cast<std::uint64_t>(left)));
  expect_cut(eyelet::kNever);
  expect_cut(eyelet::kEndOfTime);
}

// --- The port on a processor that is made up ---

TEST_GROUP(CortexM){void teardown() override{CHECK_EQUAL(0U, processor.unmasked_looks);
}
}
;

TEST(CortexM, its_clock_begins_at_zero_whatever_its_counter_shows) {
  for (const std::uint64_t before : {1, 2, 1000, 65'536}) {
    FakeBoard<Narrow> board{before};
    CHECK_TRUE(board.port.now() < at(10));
  }
}

template <class Timer>
void expect_timers_on_time() {
  for (const std::uint64_t before : {1, 2, 5, 50}) {
    FakeBoard<Timer> board{before};
    for (const std::int64_t delay : {1, 2, 3, 10, 31, 100, 999, 32'767, 65'536, 1'234'567}) {
      const TimePoint deadline = board.port.now() + Duration{delay};
      wait(board, deadline);
      // By the processor's own time: not early, and late by what the port itself does.
      const TimePoint true_time = exact(processor.ticks, Timer::kHz);
      CHECK_TRUE(true_time >= deadline);
      CHECK_TRUE(true_time < deadline + 150us);
    }
  }
}

// N8, N9, N12
TEST(CortexM, timers_are_on_time_whatever_width_and_rate) {
  expect_timers_on_time<Narrow>();
  expect_timers_on_time<Middle>();
  expect_timers_on_time<Broad>();
  expect_timers_on_time<Fine>();
}

TEST(CortexM, a_deadline_of_many_turns_is_slept_through) {
  FakeBoard<Narrow> board;
  board.port.wait_until(at(10'000'000));
  CHECK_TRUE(board.port.now() >= at(10'000'000));
  CHECK_COMPARE(processor.sleeps, <, 10'000'000 / 32'767 + 5);
}

TEST(CortexM, a_deadline_before_the_next_half_turn_is_one_sleep) {
  FakeBoard<Narrow> board;
  processor.pass(30'000);
  board.port.wait_until(at(40'000));
  CHECK_EQUAL(2U, processor.sleeps);  // one until the alarm that keeps the time
  board.port.wait_until(at(65'000));
  CHECK_EQUAL(3U, processor.sleeps);
}

TEST(CortexM, a_past_deadline_neither_sleeps_nor_touches_the_alarm) {
  FakeBoard<Middle> board;
  processor.pass(25'000);
  const std::uint64_t alarm = processor.alarm_at;
  for (const TimePoint past : {eyelet::kAtOnce, TimePoint{}, at(999)}) board.port.wait_until(past);
  CHECK_EQUAL(0U, processor.sleeps);
  CHECK_EQUAL(alarm, processor.alarm_at);
  CHECK_TRUE(board.port.now() < at(1'100));
}

// N14: while the alarm is being armed the counter goes on, past it or too near.
TEST(CortexM, an_alarm_that_was_reached_while_it_was_armed_is_not_slept_for) {
  for (const std::uint64_t slow : {1, 2, 3, 7, 40}) {
    for (std::uint64_t ticks = 0; ticks < 400; ++ticks) {
      FakeBoard<Coarse> board;
      processor.ticks_per_look = slow;
      const TimePoint deadline = exact(ticks, Coarse::kHz);
      const std::uint64_t start = processor.ticks;
      wait(board, deadline);
      // By the processor's own time: the clock itself would not notice a turn that was missed.
      CHECK_COMPARE(processor.ticks - start, <=, ticks + 20 * slow);
    }
  }
}

TEST(CortexM, time_is_kept_however_long_nobody_asks_for_it) {
  FakeBoard<Narrow> board;
  for (int i = 0; i < 1'000; ++i) processor.pass(10'000);
  CHECK_TRUE(board.port.now() >= at(10'000'000));
  CHECK_TRUE(board.port.now() < at(10'010'000));
}

TEST(CortexM, time_is_kept_when_an_alarm_was_reached_while_it_was_armed) {
  for (std::uint64_t ticks = 0; ticks < 400; ++ticks) {
    FakeBoard<Coarse> board;
    processor.ticks_per_look = 40;
    board.port.wait_until(exact(ticks, Coarse::kHz));
    for (int turn = 0; turn < 20; ++turn) processor.pass(Coarse::kTurn / 4);
    CHECK_TRUE(board.port.now() >= exact(5 * Coarse::kTurn, Coarse::kHz));
  }
}

TEST(CortexM, time_is_kept_while_interrupts_are_off_for_less_than_half_a_turn) {
  FakeBoard<Narrow> board;
  for (int i = 0; i < 100; ++i) {
    const CriticalSection section{board.port};
    processor.pass(32'000);
  }
  CHECK_TRUE(board.port.now() >= at(3'200'000));
}

// N21
TEST(CortexM, a_wake_at_any_moment_before_or_in_a_sleep_ends_it) {
  for (std::uint64_t after = 0; after < 50; ++after) {
    FakeBoard<Broad> board;
    board.interrupt_after(after, [&board] { board.port.wake(); });
    board.port.wait_until(eyelet::kNever);
    CHECK_TRUE(board.port.now() < at(10));
  }
}

TEST(CortexM, a_wake_ends_one_wait) {
  FakeBoard<Broad> board;
  board.port.wake();
  board.port.wake();
  board.port.wait_until(at(1'000));
  CHECK_EQUAL(0U, processor.sleeps);
  board.port.wait_until(at(1'000));
  CHECK_TRUE(board.port.now() >= at(1'000));
  board.port.wake();
  board.port.wait_until(eyelet::kAtOnce);
  board.port.wait_until(at(2'000));
  CHECK_TRUE(board.port.now() >= at(2'000));
}

TEST(CortexM, a_wake_that_ended_a_sleep_does_not_end_the_next) {
  FakeBoard<Broad> board;
  board.interrupt_after(100, [&board] { board.port.wake(); });
  board.port.wait_until(at(1'000));
  board.port.wait_until(at(1'000));
  CHECK_TRUE(board.port.now() >= at(1'000));
}

TEST(CortexM, an_interrupt_that_does_not_wake_does_not_end_a_sleep) {
  FakeBoard<Broad> board;
  bool ran = false;
  board.interrupt_after(100, [&ran] { ran = true; });
  board.port.wait_until(at(1'000));
  CHECK_TRUE(ran);
  CHECK_TRUE(board.port.now() >= at(1'000));
}

TEST(CortexM, time_goes_neither_back_nor_astray_when_interrupts_ask_for_it_at_any_moment) {
  for (const std::uint64_t before : {5, 6, 7, 8, 9}) {
    for (std::uint64_t after = 0; after < 20; ++after) {
      FakeBoard<Narrow> board{before};
      TimePoint last = board.port.now();
      const auto look = [&] {
        const TimePoint before_this =
            last;  // an interrupt that comes meanwhile may see a later one
        const TimePoint now = board.port.now();
        CHECK_TRUE(now >= before_this);
        last = std::max(last, now);
      };
      board.interrupt_after(after, look);
      for (int i = 0; i < 20; ++i) look();
      CHECK_TRUE(last < at(100));
    }
  }
}

TEST(CortexM, interrupts_are_off_until_the_outermost_section_ends) {
  FakeBoard<Broad> board;
  {
    const CriticalSection outer{board.port};
    { const CriticalSection inner{board.port}; }
    CHECK_TRUE(processor.masked);
    static_cast<void>(board.port.now());
    CHECK_TRUE(processor.masked);
  }
  CHECK_FALSE(processor.masked);
}

TEST(CortexM, interrupts_that_were_off_stay_off) {
  FakeBoard<Broad> board;
  processor.masked = true;
  { const CriticalSection section{board.port}; }
  static_cast<void>(board.port.now());
  board.port.wait_until(at(100));
  CHECK_TRUE(processor.masked);
}

TEST(CortexM, the_context_is_the_exception_that_runs) {
  FakeBoard<Broad> board;
  CHECK_EQUAL(0U, board.port.context());
  std::uintptr_t context = 0;
  board.interrupt_after(1, [&] { context = board.port.context(); });
  processor.pass(1);
  CHECK_EQUAL(15U, context);
}

namespace {

template <class Timer>
struct CortexMHost : FakeBoard<Timer> {
  static constexpr bool kOutside = true;
  static constexpr bool kThreads = false;

  void wake_later(Duration after) {
    const auto ticks = static_cast<std::uint64_t>(after.count()) * Timer::kHz / 1'000'000;
    this->interrupt_after(ticks, [this] { this->port.wake(); });
  }
  static Duration processor_time() { return Duration{}; }
};

}  // namespace

TEST_GROUP(CortexMContract){};

// P6, N8, N9, N10, N12, N14, N21
TEST(CortexMContract, is_kept_whatever_the_timer) {
  expect_contract<CortexMHost<FakeTimer<1'000'000, 16>>>();
  expect_contract<CortexMHost<FakeTimer<32'768, 24>>>();
  expect_contract<CortexMHost<FakeTimer<16'000'000, 24>>>();
  expect_contract<CortexMHost<FakeTimer<25'000'000, 32>>>();
}
