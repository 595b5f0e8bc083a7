// SPDX-License-Identifier: BSL-1.0
// Callbacks, now and at a time: call_soon, call_later, call_at, Handle, and running out of blocks.
#include <tests/fixture.hpp>

#include <limits>
#include <vector>

namespace {

using namespace fixture;
using eyelet::Duration;
using eyelet::kAtOnce;
using eyelet::kEndOfTime;
using eyelet::kNever;
using eyelet::SimPort;
using eyelet::StaticLoop;
using eyelet::TimePoint;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TimePoint at(std::int64_t microseconds) { return TimePoint{Duration{microseconds}}; }

}  // namespace

// --- call_soon ---

TEST_GROUP_BASE(CallSoon, Fixture){void teardown() override{check_clean();
}
}
;

TEST(CallSoon, runs_in_the_next_pass_and_not_before) {
  CHECK_TRUE(static_cast<bool>(loop.call_soon(note("a"))));
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("a ", log.c_str());
  run_pass();
  STRCMP_EQUAL("a ", log.c_str());
}

TEST(CallSoon, runs_callbacks_in_the_order_they_came) {
  for (const char* word : {"a", "b", "c", "d"}) loop.call_soon(note(word));
  run_pass();
  STRCMP_EQUAL("a b c d ", log.c_str());
}

TEST(CallSoon, from_a_callback_waits_for_the_next_pass) {
  loop.call_soon([this] {
    log += "a ";
    loop.call_soon(note("c"));
  });
  loop.call_soon(note("b"));
  run_pass();
  STRCMP_EQUAL("a b ", log.c_str());
  run_pass();
  STRCMP_EQUAL("a b c ", log.c_str());
}

TEST(CallSoon, runs_before_the_timers_that_fall_due_in_the_same_pass) {
  loop.call_later(0s, note("timer"));
  loop.call_soon(note("soon"));
  run_pass();
  STRCMP_EQUAL("soon timer ", log.c_str());
}

TEST(CallSoon, takes_functions_and_callables_that_return_something) {
  static int called;
  called = 0;
  loop.call_soon(+[] { ++called; });
  loop.call_soon([] { return ++called; });
  run_pass();
  CHECK_EQUAL(2, called);
}

TEST(CallSoon, copies_what_the_caller_keeps) {
  Live live{1};
  const auto fn = [live] { CHECK_EQUAL(1, live.id); };
  loop.call_soon(fn);
  CHECK_EQUAL(3, Live::count);
  run_pass();
  CHECK_EQUAL(2, Live::count);
}

TEST(CallSoon, moves_what_can_only_be_moved) {
  int seen = 0;
  loop.call_soon([live = MoveOnly{7}, &seen] { seen = live.id; });
  CHECK_EQUAL(1, Live::count);
  run_pass();
  CHECK_EQUAL(7, seen);
}

TEST(CallSoon, destroys_captures_right_after_the_run) {
  std::string counts;
  const auto callback = [&counts] {
    return [&counts, live = Live{}] { counts += std::to_string(Live::count); };
  };
  for (int i = 0; i < 3; ++i) loop.call_soon(callback());
  run_pass();
  STRCMP_EQUAL("321", counts.c_str());
}

TEST(CallSoon, captures_may_call_the_loop_when_they_are_destroyed) {
  loop.call_soon([guard = OnDestroy{[this] { loop.call_soon(note("later")); }}] {});
  run_pass();
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("later ", log.c_str());
}

TEST(CallSoon, captures_may_fill_a_block) {
  std::array<unsigned char, eyelet::detail::kPayloadBytes - sizeof(void*)> bytes;
  bytes.fill(9);
  int sum = 0;
  loop.call_soon([bytes, out = &sum] {
    for (const int byte : bytes) *out += byte;
  });
  run_pass();
  CHECK_EQUAL(9 * static_cast<int>(bytes.size()), sum);
}

// P4
TEST(CallSoon, a_callback_that_schedules_itself_starves_neither_timers_nor_others) {
  int left = 1000;
  loop.call_soon([this, &left] {
    port.advance(1ms);
    Endless{&loop, &left}();
  });
  loop.call_later(1ms, note("timer"));
  run_passes(2);
  STRCMP_EQUAL("timer ", log.c_str());
  loop.call_soon(note("other"));
  run_pass();
  STRCMP_EQUAL("timer other ", log.c_str());
  CHECK_EQUAL(997, left);
  left = 1;
  run_pass();
}

// --- call_later, call_at ---

TEST_GROUP_BASE(CallLater, Fixture){void teardown() override{check_clean();
}

// One of these stops the run.
auto note_time() {
  return [this] { log += std::to_string(port.now().time_since_epoch().count()) + " "; };
}
auto stop() {
  return [this] { loop.stop(); };
}
}
;

TEST(CallLater, runs_once_at_the_deadline_and_not_a_microsecond_before) {
  loop.call_later(1ms, note("a"));
  run_pass();
  advance(999us);
  STRCMP_EQUAL("", log.c_str());
  advance(1us);
  STRCMP_EQUAL("a ", log.c_str());
  advance(1h);
  STRCMP_EQUAL("a ", log.c_str());
}

TEST(CallLater, runs_in_the_order_of_deadlines) {
  loop.call_later(3ms, note("c"));
  loop.call_later(1ms, note("a"));
  loop.call_later(2ms, note("b"));
  advance(5ms);
  STRCMP_EQUAL("a b c ", log.c_str());
}

// N15
TEST(CallLater, armed_after_the_clock_has_jumped_does_not_wait_for_what_was_armed_before) {
  loop.call_later(24h, note("long"));
  port.advance(1h);
  loop.call_later(1ms, note("short"));
  advance(1ms);
  STRCMP_EQUAL("short ", log.c_str());
  advance(24h);
  STRCMP_EQUAL("short long ", log.c_str());
}

// P8
TEST(CallLater, twelve_equal_deadlines_run_in_arming_order) {
  std::string expected;
  for (int i = 0; i < 12; ++i) {
    loop.call_at(at(1000), [this, i] { log += std::to_string(i) + " "; });
    expected += std::to_string(i) + " ";
  }
  advance(1ms);
  STRCMP_EQUAL(expected.c_str(), log.c_str());
}

// N6
TEST(CallLater, zero_means_the_next_pass) {
  int left = 5;
  struct Rearm {
    Loop* loop;
    int* left;
    void operator()() const {
      if (--*left > 0) loop->call_later(0s, *this);
    }
  };
  loop.call_later(0s, Rearm{&loop, &left});
  for (int expected = 4; expected >= 0; --expected) {
    run_pass();
    CHECK_EQUAL(expected, left);
  }
}

// I7
TEST(CallLater, what_falls_due_while_callbacks_run_waits_for_the_next_pass) {
  loop.call_later(1ms, [this] {
    log += "a ";
    port.advance(10ms);
  });
  loop.call_later(2ms, note("b"));
  port.advance(1ms);
  run_pass();
  STRCMP_EQUAL("a ", log.c_str());
  run_pass();
  STRCMP_EQUAL("a b ", log.c_str());
}

TEST(CallLater, call_at_in_the_past_runs_in_the_next_pass_the_earliest_first) {
  port.advance(1s);
  loop.call_at(at(500), note("b"));
  loop.call_at(at(-5), note("a"));
  loop.call_at(kAtOnce, note("first"));
  run_pass();
  STRCMP_EQUAL("first a b ", log.c_str());
}

TEST(CallLater, a_delay_in_finer_units_is_rounded_up) {
  loop.call_later(1500ns, note_time());
  loop.call_later(std::chrono::duration<int, std::ratio<1, 60>>{1}, note_time());
  loop.call_later(20ms, stop());
  static_cast<void>(loop.run_forever());
  STRCMP_EQUAL("2 16667 ", log.c_str());
}

// P6, N12
TEST(CallLater, any_delay_fires_once_at_its_exact_tick) {
  const std::int64_t kDelays[] = {
      1,
      1'000,
      60'000'000,
      86'400'000'000,
      86'400'000'001,
      (std::int64_t{1} << 31) - 1,
      std::int64_t{1} << 31,
      std::int64_t{1} << 32,
      (std::int64_t{1} << 31) * 1000,
      (std::int64_t{1} << 32) * 1000,
      (std::int64_t{1} << 53) + 1,
      kMax / 1000,
      kMax / 2 + 1,
      kMax - 1,
  };
  for (const std::int64_t delay : kDelays) {
    SimPort clock;
    StaticLoop<2> one{clock};
    int fired = 0;
    one.call_later(Duration{delay}, [&] {
      ++fired;
      one.stop();
    });
    CHECK_TRUE(one.run_forever().has_value());
    CHECK_EQUAL(delay, clock.now().time_since_epoch().count());
    CHECK_TRUE(one.poll() == kNever);
    CHECK_EQUAL(1, fired);
  }
}

// P7
TEST(CallLater, is_neither_early_nor_wraps_wherever_the_clock_begins) {
  const std::int64_t kStarts[] = {
      -5,
      (std::int64_t{1} << 31) * 1000 - 1,
      (std::int64_t{1} << 32) * 1000 - 1,
      (std::int64_t{1} << 31) - 1,
      (std::int64_t{1} << 32) - 1,
      (std::int64_t{1} << 53) - 1,
      (std::int64_t{1} << 62) - 1,
      kMax - 1'000'001,
  };
  for (const std::int64_t start : kStarts) {
    SimPort clock{at(start)};
    StaticLoop<4> one{clock};
    int fired = 0;
    one.call_later(1s, [&] { ++fired; });
    one.call_later(0s, [&] { fired += 10; });
    static_cast<void>(one.poll());
    CHECK_EQUAL(10, fired);
    clock.advance(999'999us);
    CHECK_TRUE(one.poll() == at(start + 1'000'000));
    CHECK_EQUAL(10, fired);
    clock.advance(1us);
    static_cast<void>(one.poll());
    CHECK_EQUAL(11, fired);
  }
}

// P7, P9
TEST(CallLater, past_the_end_of_time_fires_at_the_end_of_time) {
  SimPort clock{at(kMax - 5)};
  StaticLoop<4> one{clock};
  int fired = 0;
  one.call_later(Duration::max(), [&] { ++fired; });
  one.call_later(100us, [&] { one.stop(); });
  CHECK_TRUE(one.poll() == kEndOfTime);
  CHECK_TRUE(one.run_forever().has_value());
  CHECK_TRUE(clock.now() == kEndOfTime);
  CHECK_EQUAL(1, fired);
}

// P9, N10
TEST(CallLater, a_negative_delay_or_one_that_does_not_fit_is_refused_as_a_value) {
  loop.call_later(1s, note("good"));
  CHECK_EQUAL(Errc::invalid_argument, loop.call_later(-1us, note("bad")).error());
  CHECK_EQUAL(Errc::invalid_argument, loop.call_later(Duration::min(), note("bad")).error());
  CHECK_EQUAL(Errc::invalid_argument,
              loop.call_later(std::chrono::seconds::max(), note("bad")).error());
  CHECK_FALSE(static_cast<bool>(loop.call_later(-1ns, [live = Live{}] {})));
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(1U, in_use());
  check_reports();
  advance(1s);
  STRCMP_EQUAL("good ", log.c_str());
}

// N9
TEST(CallLater, at_never_does_not_run_and_can_be_cancelled) {
  const Handle handle = loop.call_at(kNever, note("never"));
  loop.call_later(1s, note("a"));
  CHECK_TRUE(loop.poll() == at(1'000'000));
  advance(Duration::max());
  CHECK_TRUE(loop.poll() == kNever);
  STRCMP_EQUAL("a ", log.c_str());
  CHECK_EQUAL(1U, loop.stats().timers);
  CHECK_TRUE(handle.cancel());
}

// N16
TEST(CallLater, a_jump_of_the_clock_fires_each_timer_once_and_late) {
  int ticks = 0;
  struct Ticker {
    Loop* loop;
    int* ticks;
    void operator()() const {
      ++*ticks;
      loop->call_later(1s, *this);
    }
  };
  const Handle first = loop.call_later(1s, Ticker{&loop, &ticks});
  loop.call_later(30min, note("other"));
  port.advance(1h);
  run_ready();
  CHECK_EQUAL(1, ticks);
  STRCMP_EQUAL("other ", log.c_str());
  CHECK_TRUE(loop.poll() == TimePoint{1h + 1s});
  advance(1s);
  CHECK_EQUAL(2, ticks);
  CHECK_FALSE(first.cancel());
  static_cast<void>(loop.close());
}

// N16
TEST(CallLater, a_ticker_that_keeps_its_grid_makes_up_for_a_jump_one_tick_a_pass) {
  struct Ticker {
    Loop& loop;
    int ticks = 0;
    TimePoint due{1s};
    void arm() {
      loop.call_at(due, [this] { tick(); });
    }
    void tick() {
      ++ticks;
      due += 1s;
      arm();
    }
  } ticker{loop};
  ticker.arm();
  port.advance(1h);
  run_passes(2);
  CHECK_EQUAL(2, ticker.ticks);
  loop.call_soon(note("other"));
  run_pass();
  STRCMP_EQUAL("other ", log.c_str());
  run_passes(10'000);
  CHECK_EQUAL(3600, ticker.ticks);
  static_cast<void>(loop.close());
}

TEST(CallLater, a_minute_of_10_ms_ticks_does_not_drift) {
  struct Ticker {
    Fixture& test;
    int ticks = 0;
    bool exact = true;
    TimePoint due{10ms};
    void arm() {
      test.loop.call_at(due, [this] { tick(); });
    }
    void tick() {
      exact &= test.port.now() == due;
      if (++ticks == 6000) return test.loop.stop();
      test.port.advance(3ms);  // work that takes its time
      due += 10ms;
      arm();
    }
  } ticker{*this};
  ticker.arm();
  CHECK_TRUE(loop.run_forever().has_value());
  CHECK_EQUAL(6000, ticker.ticks);
  CHECK_TRUE(ticker.exact);
  CHECK_TRUE(port.now() == TimePoint{1min});
  // A tick has given its block back when it arms the next.
  CHECK_EQUAL(1U, loop.stats().peak);
}

TEST(CallLater, keeps_captures_apart_from_the_timer) {
  struct Seen {
    bool right = true;
    int next = 20;
  } seen;
  struct alignas(8) Wide {
    Seen& seen;
    int number;
  };
  for (int i = 0; i < 20; ++i)
    loop.call_later(Duration{20 - i}, [wide = Wide{seen, i}] {
      wide.seen.right &= wide.number == --wide.seen.next;
      wide.seen.right &= reinterpret_cast<std::uintptr_t>(&wide) % alignof(Wide) == 0;
    });
  advance(1s);
  CHECK_TRUE(seen.right);
  CHECK_EQUAL(20U, loop.stats().callbacks_run);
}

TEST(CallLater, moves_what_can_only_be_moved_and_destroys_it_after_the_run) {
  int seen = 0;
  loop.call_later(1s, [live = MoveOnly{7}, &seen] { seen = live.id; });
  loop.call_later(1s, [&seen] { seen += 10 * Live::count; });
  advance(1s);
  CHECK_EQUAL(7, seen);
}

// --- Handle ---

TEST_GROUP_BASE(LoopHandle, Fixture){void teardown() override{check_clean();
}
}
;

// N20
TEST(LoopHandle, that_names_nothing_is_inert) {
  Handle none;
  CHECK_FALSE(static_cast<bool>(none));
  CHECK_FALSE(none.cancel());
  CHECK_EQUAL(Errc::none, none.error());
  loop.call_soon(note("a"));  // the first block, of generation 0
  CHECK_FALSE(none.cancel());
  run_pass();
  STRCMP_EQUAL("a ", log.c_str());
}

// N41, N42
TEST(LoopHandle, cancel_takes_a_ready_callback_back_once) {
  const Handle a = loop.call_soon(note("a"));
  const Handle b = loop.call_soon(note("b"));
  loop.call_soon(note("c"));
  CHECK_TRUE(b.cancel());
  CHECK_FALSE(b.cancel());
  run_pass();
  STRCMP_EQUAL("a c ", log.c_str());
  CHECK_FALSE(a.cancel());
}

TEST(LoopHandle, cancel_disarms_a_timer_once) {
  const Handle a = loop.call_later(1s, note("a"));
  loop.call_later(2s, note("b"));
  CHECK_TRUE(a.cancel());
  CHECK_FALSE(a.cancel());
  CHECK_EQUAL(1U, loop.stats().timers);
  CHECK_TRUE(loop.poll() == TimePoint{2s});
  advance(3s);
  STRCMP_EQUAL("b ", log.c_str());
}

// N42
TEST(LoopHandle, cancel_in_the_same_pass_after_the_deadline_and_before_the_turn_wins) {
  Handle timer;
  Handle soon;
  bool cancelled = false;
  loop.call_later(1s, [&] { cancelled = timer.cancel() && soon.cancel(); });
  timer = loop.call_later(1s, note("timer"));
  loop.call_later(1s, [&] { soon = loop.call_soon(note("soon")); });
  loop.call_later(2s, note("end"));
  // The timers' turns come in one pass; the one that names `soon` comes too late for it.
  port.advance(1s);
  run_pass();
  CHECK_FALSE(cancelled);
  CHECK_TRUE(soon.cancel());
  advance(1s);
  STRCMP_EQUAL("end ", log.c_str());
}

// N42
TEST(LoopHandle, cancel_by_an_earlier_callback_of_the_same_pass_wins) {
  Handle later;
  bool cancelled = false;
  loop.call_soon([&] { cancelled = later.cancel(); });
  later = loop.call_soon([this, live = Live{}] { log += "later "; });
  run_pass();
  CHECK_TRUE(cancelled);
  STRCMP_EQUAL("", log.c_str());
}

// N42
TEST(LoopHandle, a_callback_that_is_running_or_has_run_cannot_be_cancelled) {
  Handle self;
  bool while_running = true;
  bool after = true;
  self = loop.call_soon([&] { while_running = self.cancel(); });
  loop.call_soon([&] { after = self.cancel(); });
  run_pass();
  CHECK_FALSE(while_running);
  CHECK_FALSE(after);
}

// N19
TEST(LoopHandle, a_callback_that_cancels_itself_while_others_are_scheduled_harms_nobody) {
  Handle self;
  self = loop.call_soon([&, live = Live{}] {
    CHECK_FALSE(self.cancel());
    loop.call_soon(note("a"));
    CHECK_FALSE(self.cancel());
    loop.call_soon(note("b"));
  });
  run_pass();
  loop.call_soon(note("c"));
  CHECK_FALSE(self.cancel());
  run_pass();
  STRCMP_EQUAL("a b c ", log.c_str());
}

// N19
TEST(LoopHandle, a_timer_that_cancels_itself_while_others_are_armed_harms_nobody) {
  Handle self;
  self = loop.call_later(1s, [&] {
    loop.call_later(0s, note("a"));
    CHECK_FALSE(self.cancel());
    loop.call_later(1s, note("b"));
  });
  advance(1s);
  CHECK_FALSE(self.cancel());
  advance(1s);
  STRCMP_EQUAL("a b ", log.c_str());
}

TEST(LoopHandle, of_the_past_never_names_what_came_into_the_same_block) {
  std::vector<Handle> past;
  for (int i = 0; i < 1000; ++i) {
    past.push_back(i % 2 == 0 ? loop.call_soon([] {}) : loop.call_later(0s, [] {}));
    if (i % 3 == 0)
      CHECK_TRUE(past.back().cancel());
    else
      run_pass();
  }
  CHECK_EQUAL(1U, loop.stats().peak);
  const Handle present = loop.call_soon(note("present"));
  for (const Handle& handle : past) CHECK_FALSE(handle.cancel());
  run_pass();
  STRCMP_EQUAL("present ", log.c_str());
  CHECK_FALSE(present.cancel());
}

TEST(LoopHandle, of_the_past_names_no_future_in_the_same_block) {
  const Handle past = loop.call_soon([] {});
  run_pass();
  {
    Future<int> future = loop.create_future<int>();
    CHECK_FALSE(past.cancel());
    CHECK_FALSE(future.done());
  }
  CHECK_FALSE(past.cancel());
}

TEST(LoopHandle, copies_name_the_same_callback) {
  const Handle one = loop.call_soon(note("a"));
  const Handle two = one;
  CHECK_TRUE(two.cancel());
  CHECK_FALSE(one.cancel());
}

TEST(LoopHandle, cancel_destroys_captures_at_once_and_once) {
  const Handle soon = loop.call_soon([live = Live{}] {});
  const Handle later = loop.call_later(1s, [live = MoveOnly{}] {});
  CHECK_EQUAL(2, Live::count);
  soon.cancel();
  CHECK_EQUAL(1, Live::count);
  later.cancel();
  CHECK_EQUAL(0, Live::count);
}

TEST(LoopHandle, captures_may_schedule_and_cancel_when_they_are_cancelled) {
  const Handle other = loop.call_later(1s, note("other"));
  const Handle handle = loop.call_soon([guard = OnDestroy{[this, other] {
                                          CHECK_TRUE(other.cancel());
                                          loop.call_soon(note("new"));
                                        }}] {});
  CHECK_TRUE(handle.cancel());
  advance(1s);
  STRCMP_EQUAL("new ", log.c_str());
}

TEST(LoopHandle, captures_may_close_the_loop_when_they_are_cancelled) {
  int closed = 0;
  const Handle soon = loop.call_soon([guard = OnDestroy{[this, &closed] {
                                        CHECK_TRUE(loop.close().has_value());
                                        ++closed;
                                      }}] {});
  loop.call_later(1s, [live = Live{}] {});
  CHECK_TRUE(soon.cancel());
  CHECK_EQUAL(1, closed);
  CHECK_TRUE(loop.closed());
}

TEST(LoopHandle, of_a_done_callback_lets_go_of_its_future_when_it_is_cancelled) {
  Future<int> future = loop.create_future<int>();
  const Handle handle = future.add_done_callback([live = Live{}](const Future<int>&) {});
  CHECK_TRUE(handle.cancel());
  CHECK_FALSE(handle.cancel());
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(1U, in_use());
}

// --- Out of blocks ---

using SmallFixture = BasicFixture<2, 1>;

TEST_GROUP_BASE(LoopOutOfBlocks, SmallFixture){void teardown() override{check_clean();
}
}
;

TEST(LoopOutOfBlocks, is_a_value_that_is_reported_and_disturbs_nothing) {
  loop.call_soon(note("a"));
  loop.call_later(1s, note("b"));
  const Handle soon = loop.call_soon([live = Live{}] {});
  const Handle later = loop.call_later(1s, [live = Live{}] {});
  const Handle when = loop.call_at(at(5), [live = Live{}] {});
  for (const Handle& refused : {soon, later, when}) {
    CHECK_FALSE(static_cast<bool>(refused));
    CHECK_EQUAL(Errc::out_of_blocks, refused.error());
    CHECK_FALSE(refused.cancel());
  }
  CHECK_EQUAL(0, Live::count);
  check_reports(Errc::out_of_blocks, Errc::out_of_blocks, Errc::out_of_blocks);
  CHECK_EQUAL(3U, loop.stats().failures);
  advance(1s);
  STRCMP_EQUAL("a b ", log.c_str());
}

TEST(LoopOutOfBlocks, is_over_once_a_block_is_free) {
  for (int i = 0; i < 100; ++i) {
    loop.call_soon([] {});
    const Handle timer = loop.call_later(1s, [] {});
    CHECK_EQUAL(Errc::out_of_blocks, loop.call_soon(note("none")).error());
    if (i % 2 == 0) {
      CHECK_TRUE(timer.cancel());
      CHECK_EQUAL(Errc::none, loop.call_soon([] {}).error());
    }
    advance(1s);
  }
  CHECK_EQUAL(100U, report_count);
  CHECK_EQUAL(2U, loop.stats().peak);
}

TEST(LoopOutOfBlocks, fails_also_if_the_handler_that_hears_of_it_frees_one) {
  static Handle taken;
  loop.call_soon(note("a"));
  taken = loop.call_soon(note("b"));
  loop.set_exception_handler([](Loop&, Error, void*) { CHECK_TRUE(taken.cancel()); });
  CHECK_EQUAL(Errc::out_of_blocks, loop.call_soon(note("c")).error());
  CHECK_EQUAL(Errc::none, loop.call_soon(note("d")).error());
  run_pass();
  STRCMP_EQUAL("a d ", log.c_str());
}

TEST(LoopOutOfBlocks, a_callback_gives_its_block_back_before_it_runs) {
  loop.call_soon([this] {
    loop.call_soon(note("a"));
    loop.call_soon(note("b"));
    CHECK_EQUAL(Errc::out_of_blocks, loop.call_soon(note("c")).error());
  });
  run_passes(2);
  STRCMP_EQUAL("a b ", log.c_str());
}

TEST(LoopOutOfBlocks, mail_still_works) {
  loop.call_later(1s, note("a"));
  loop.call_later(1s, note("b"));
  CHECK_TRUE(loop.call_soon_threadsafe([this] { log += "mail "; }));
  run_pass();
  STRCMP_EQUAL("mail ", log.c_str());
  advance(1s);
}

// --- Exception handler ---

TEST_GROUP_BASE(ExceptionHandler, SmallFixture){void teardown() override{check_clean();
}

void fill() {
  while (loop.call_soon([] {})) {
  }
}
}
;

TEST(ExceptionHandler, hears_of_its_loop_with_its_context) {
  struct Heard {
    Loop* loop = nullptr;
    Error error;
  } heard;
  loop.set_exception_handler(
      [](Loop& of, Error error, void* context) {
        *static_cast<Heard*>(context) = Heard{&of, error};
      },
      &heard);
  fill();
  CHECK_TRUE(heard.loop == &loop);
  CHECK_TRUE(heard.error == (Error{Errc::out_of_blocks, 0}));
  run_pass();
}

TEST(ExceptionHandler, none_is_allowed) {
  loop.set_exception_handler(nullptr);
  fill();
  CHECK_EQUAL(Errc::deadlock, (run_pass(), code(loop.run_forever())));
  check_reports();
}

// F5
TEST(ExceptionHandler, that_causes_errors_itself_is_not_called_again_for_them) {
  int called = 0;
  loop.set_exception_handler(
      [](Loop& of, Error, void* context) {
        ++*static_cast<int*>(context);
        for (int i = 0; i < 3; ++i) of.call_soon([] {});
        static_cast<void>(of.poll());
      },
      &called);
  loop.call_soon([this] { fill(); });
  run_pass();
  CHECK_EQUAL(1, called);
  run_pass();
  fill();
  CHECK_EQUAL(2, called);
  run_pass();
}

// F5
TEST(ExceptionHandler, siblings_of_a_callback_that_fails_run) {
  loop.call_soon([this] {
    log += "a ";
    fill();
  });
  loop.call_soon(note("b"));
  run_pass();
  STRCMP_EQUAL("a b ", log.c_str());
  check_reports(Errc::out_of_blocks);
  run_pass();
}
