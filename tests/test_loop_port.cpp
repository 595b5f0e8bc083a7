// SPDX-License-Identifier: BSL-1.0
// What a loop asks of its port, how often, and what it says about itself.
#include <tests/fixture.hpp>

#include <vector>

namespace {

using namespace fixture;
using eyelet::Duration;
using eyelet::kAtOnce;
using eyelet::kNever;
using eyelet::Port;
using eyelet::SimPort;
using eyelet::StaticLoop;
using eyelet::TimePoint;

TimePoint at(std::int64_t microseconds) { return TimePoint{Duration{microseconds}}; }

/// A virtual clock that counts how often it is asked for what.
class CountingPort final : public Port {
 public:
  TimePoint now() const override {
    ++clock_reads;
    return clock_.now();
  }
  void wait_until(TimePoint deadline) override {
    ++waits;
    last_deadline = deadline;
    if (on_wait != nullptr) on_wait(context_of_on_wait);
    clock_.wait_until(deadline);
  }
  void wake() override {
    ++wakes;
    clock_.wake();
  }
  std::uintptr_t enter_critical() override {
    ++critical_sections;
    return 0;
  }
  void exit_critical(std::uintptr_t) override {}
  eyelet::RunEnd check_deadlock(eyelet::Loop& loop) override { return clock_.check_deadlock(loop); }
  std::uintptr_t context() const override { return clock_.context(); }

  mutable int clock_reads = 0;
  int waits = 0;
  int wakes = 0;
  int critical_sections = 0;
  TimePoint last_deadline;
  void (*on_wait)(void*) = nullptr;
  void* context_of_on_wait = nullptr;

 private:
  SimPort clock_;
};

}  // namespace

// --- What the port is asked ---

TEST_GROUP(LoopPort) {
  CountingPort port;
  StaticLoop<256, 4> loop{port};

  void teardown() override { CHECK_EQUAL(0U, loop.stats().in_use); }
};

TEST(LoopPort, is_asked_every_64_callbacks_while_the_ready_queue_is_never_dry) {
  int left = 64 * 10;
  loop.call_soon(Endless{&loop, &left});
  while (left > 0) static_cast<void>(loop.poll());
  // Ten times on the way, and not once a pass: 640 of them.
  CHECK_EQUAL(10, port.waits);
  CHECK_TRUE(port.last_deadline == kAtOnce);
}

TEST(LoopPort, is_asked_every_64_callbacks_while_a_timer_is_always_due) {
  struct Again {
    Loop* loop;
    int* left;
    void operator()() const {
      if (--*left > 0) loop->call_later(Duration{0}, *this);
    }
  };
  int left = 64 * 10;
  loop.call_later(Duration{0}, Again{&loop, &left});
  while (left > 0) static_cast<void>(loop.poll());
  // What is due is ready, and needs no event.
  CHECK_EQUAL(10, port.waits);
}

TEST(LoopPort, is_asked_every_64_callbacks_while_they_are_timed) {
  int left = 64 * 10;
  loop.set_slow_callback_duration(Duration{1});
  loop.call_soon(Endless{&loop, &left});
  while (left > 0) static_cast<void>(loop.poll());
  CHECK_EQUAL(10, port.waits);
}

TEST(LoopPort, callbacks_are_counted_whether_they_are_timed_or_not) {
  const auto run = [this](int count) {
    loop.call_soon(Endless{&loop, &count});
    while (count > 0) static_cast<void>(loop.poll());
  };
  run(10);
  loop.set_slow_callback_duration(Duration{1});
  run(100);
  loop.set_slow_callback_duration(Duration{-1});
  run(70);
  CHECK_EQUAL(180U, loop.stats().callbacks_run);
}

TEST(LoopPort, is_asked_every_64_callbacks_in_a_long_batch) {
  std::vector<int> asked;
  for (int i = 0; i < 200; ++i) loop.call_soon([&] { asked.push_back(port.waits); });
  static_cast<void>(loop.poll());
  CHECK_EQUAL(0, asked[62]);
  CHECK_EQUAL(1, asked[63]);
  CHECK_EQUAL(1, asked[126]);
  CHECK_EQUAL(2, asked[127]);
  CHECK_EQUAL(3, asked[199]);
}

TEST(LoopPort, is_asked_every_64_callbacks_of_which_most_are_mail) {
  struct Again {
    Loop* loop;
    int* left;
    void operator()() const {
      if (--*left > 0 && !loop->call_soon_threadsafe(*this)) *left = -1;
    }
  };
  int mail_left = 512;
  int soon_left = 128;
  for (int i = 0; i < 4; ++i) CHECK_TRUE(loop.call_soon_threadsafe(Again{&loop, &mail_left}));
  loop.call_soon(Endless{&loop, &soon_left});
  while (mail_left > 0) static_cast<void>(loop.poll());
  CHECK_TRUE(port.waits >= 512 / 64);
  while (soon_left > 0) static_cast<void>(loop.poll());
}

TEST(LoopPort, is_asked_anew_after_64_callbacks_since_it_was_asked_last) {
  for (int i = 0; i < 60; ++i) loop.call_soon([] {});
  static_cast<void>(loop.poll());
  CHECK_EQUAL(0, port.waits);
  static_cast<void>(loop.poll());
  CHECK_EQUAL(1, port.waits);
  for (int i = 0; i < 60; ++i) loop.call_soon([] {});
  static_cast<void>(loop.poll());
  CHECK_EQUAL(1, port.waits);
}

// P4, I9
TEST(LoopPort, its_events_get_their_turn_though_the_ready_queue_is_never_dry) {
  struct Source {
    Loop* loop;
    int asked = 0;
    int events = 0;
  } source{&loop};
  port.on_wait = [](void* context) {
    auto& from = *static_cast<Source*>(context);
    ++from.asked;
    from.loop->call_soon([&from] { ++from.events; });
  };
  port.context_of_on_wait = &source;
  int left = 640;
  loop.call_soon(Endless{&loop, &left});
  while (left > 0) static_cast<void>(loop.poll());
  port.on_wait = nullptr;
  static_cast<void>(loop.poll());
  CHECK_EQUAL(10, source.asked);  // its own events count, too
  CHECK_EQUAL(10, source.events);
}

TEST(LoopPort, is_told_the_next_deadline_and_is_not_put_to_sleep_by_poll) {
  loop.call_later(5s, [this] { loop.stop(); });
  static_cast<void>(loop.poll());
  CHECK_TRUE(port.last_deadline == kAtOnce);
  static_cast<void>(loop.run_forever());
  CHECK_TRUE(port.last_deadline == TimePoint{5s});
}

TEST(LoopPort, is_not_put_to_sleep_while_mail_waits) {
  CHECK_TRUE(loop.call_soon_threadsafe([this] { loop.stop(); }));
  loop.call_later(5s, [] {});
  static_cast<void>(loop.run_forever());
  CHECK_TRUE(port.last_deadline == kAtOnce);
  CHECK_TRUE(loop.close().has_value());
}

// N8
TEST(LoopPort, that_returns_early_is_asked_again) {
  port.on_wait = [](void* context) { static_cast<CountingPort*>(context)->wake(); };
  port.context_of_on_wait = &port;
  loop.call_later(5s, [this] { loop.stop(); });
  for (int i = 0; i < 10; ++i) static_cast<void>(loop.poll());
  CHECK_TRUE(port.now() == TimePoint{});
  port.on_wait = nullptr;
  CHECK_TRUE(loop.run_forever().has_value());
  CHECK_TRUE(port.now() == TimePoint{5s});
}

// I7
TEST(LoopPort, its_clock_is_read_once_a_pass) {
  for (int i = 0; i < 10; ++i) loop.call_at(at(0), [] {});
  loop.call_at(at(1), [] {});
  port.clock_reads = 0;
  static_cast<void>(loop.poll());
  CHECK_EQUAL(1, port.clock_reads);
  CHECK_TRUE(loop.close().has_value());
}

// N22
TEST(LoopPort, what_interrupts_call_reads_no_clock_and_wakes_after_one_critical_section_or_none) {
  const auto expect_calls = [this](int critical_sections, auto call) {
    port.critical_sections = port.wakes = port.clock_reads = port.waits = 0;
    call();
    CHECK_EQUAL(critical_sections, port.critical_sections);
    CHECK_EQUAL(1, port.wakes);
    CHECK_EQUAL(0, port.clock_reads);
    CHECK_EQUAL(0, port.waits);
  };
  eyelet::ThreadSafeFlag flag{loop};
  eyelet::IsrQueue<int, 2> queue{loop};
  expect_calls(1, [this] { CHECK_TRUE(loop.call_soon_threadsafe([] {})); });
  expect_calls(1, [&flag] { flag.set(); });
  expect_calls(0, [&queue] { CHECK_TRUE(queue.put_nowait(1)); });
  static_cast<void>(loop.poll());
}

TEST(LoopPort, is_asked_nothing_by_a_closed_loop) {
  CHECK_TRUE(loop.close().has_value());
  CHECK_TRUE(loop.poll() == kNever);
  CHECK_EQUAL(Errc::closed, code(loop.run_forever()));
  CHECK_EQUAL(0, port.waits);
}

TEST(LoopPort, is_woken_by_mail_that_was_accepted_and_by_nothing_else) {
  for (int i = 0; i < 6; ++i) static_cast<void>(loop.call_soon_threadsafe([] {}));
  loop.call_soon([] {});
  static_cast<void>(loop.poll());
  CHECK_EQUAL(4, port.wakes);
}

// --- stats, for_each_block, slow callbacks ---

TEST_GROUP_BASE(LoopStats, Fixture){void teardown() override{check_clean();
}
}
;

TEST(LoopStats, of_a_new_loop_are_zero) {
  const eyelet::Stats stats = loop.stats();
  CHECK_EQUAL(64U, stats.capacity);
  CHECK_EQUAL(0U, stats.in_use);
  CHECK_EQUAL(0U, stats.peak);
  CHECK_EQUAL(0U, stats.failures);
  CHECK_EQUAL(0U, stats.ready);
  CHECK_EQUAL(0U, stats.timers);
  CHECK_EQUAL(0U, stats.callbacks_run);
  CHECK_EQUAL(0U, stats.mail_refused);
  CHECK_EQUAL(0, stats.longest_callback.count());
}

TEST(LoopStats, count_exactly) {
  loop.call_soon([] {});
  loop.call_soon([] {});
  loop.call_later(0s, [] {});
  loop.call_later(1s, [] {});
  loop.call_later(2s, [] {});
  eyelet::Stats stats = loop.stats();
  CHECK_EQUAL(5U, stats.in_use);
  CHECK_EQUAL(5U, stats.peak);
  CHECK_EQUAL(2U, stats.ready);
  CHECK_EQUAL(3U, stats.timers);
  run_pass();
  stats = loop.stats();
  CHECK_EQUAL(2U, stats.in_use);
  CHECK_EQUAL(5U, stats.peak);
  CHECK_EQUAL(0U, stats.ready);
  CHECK_EQUAL(2U, stats.timers);
  CHECK_EQUAL(3U, stats.callbacks_run);
  advance(2s);
  CHECK_EQUAL(5U, loop.stats().callbacks_run);
}

TEST(LoopStats, in_a_callback_count_what_is_still_ready_and_the_callback_itself_as_run) {
  eyelet::Stats stats{};
  loop.call_soon([&] {
    loop.call_soon([] {});
    stats = loop.stats();
  });
  loop.call_soon([] {});
  loop.call_soon([] {});
  run_pass();
  CHECK_EQUAL(3U, stats.ready);
  CHECK_EQUAL(3U, stats.in_use);
  CHECK_EQUAL(1U, stats.callbacks_run);
  run_pass();
}

TEST(LoopStats, blocks_in_use_are_listed_with_what_they_wait_for) {
  using eyelet::BlockInfo;
  using eyelet::detail::Kind;
  constexpr std::size_t kNone = BlockInfo::kNone;
  loop.call_soon([] {});
  const Handle free = loop.call_soon([] {});
  loop.call_later(1s, [] {});
  const Future<int> future = loop.create_future<int>();
  const Future<int> stage = future.then([](int n) { return n; });
  // The later one lies below the earlier one in the heap, and waits for nobody.
  const Future<void> early = eyelet::sleep(loop, 2s);
  const Future<void> late = eyelet::sleep(loop, 3s);
  CHECK_TRUE(free.cancel());
  std::vector<BlockInfo> blocks;
  loop.for_each_block([&](const BlockInfo& info) { blocks.push_back(info); });
  const BlockInfo kExpected[] = {
      {0, Kind::callback, {}, kNone, ""}, {2, Kind::callback, {}, kNone, ""},
      {3, Kind::promise, {}, kNone, ""},  {4, Kind::stage, {}, 3, ""},
      {5, Kind::wait, {}, kNone, ""},     {6, Kind::wait, {}, kNone, ""},
  };
  CHECK_EQUAL(6U, blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    CHECK_EQUAL(kExpected[i].index, blocks[i].index);
    CHECK_TRUE(kExpected[i].kind == blocks[i].kind);
    CHECK_EQUAL(kExpected[i].waits_for, blocks[i].waits_for);
  }
  CHECK_TRUE(blocks[2].state == eyelet::detail::State::pending);
  CHECK_TRUE(loop.close().has_value());
}

TEST_GROUP_BASE(SlowCallback, Fixture){void teardown() override{check_clean();
}

auto take(Duration time) {
  return [this, time] { port.advance(time); };
}
}
;

TEST(SlowCallback, is_not_looked_for_until_asked) {
  loop.call_soon(take(1h));
  run_pass();
  CHECK_EQUAL(0, loop.stats().longest_callback.count());
  check_reports();
}

TEST(SlowCallback, is_reported_with_its_microseconds_if_it_takes_longer_than_the_limit) {
  loop.set_slow_callback_duration(10ms);
  loop.call_soon(take(10ms));
  loop.call_soon(take(10001us));
  loop.call_later(1s, [this] { port.advance(20ms); });
  loop.call_soon(take(0us));
  run_pass();
  advance(1s);
  loop.call_soon(take(10ms));
  run_pass();
  CHECK_EQUAL(2U, report_count);
  CHECK_TRUE(reports[0] == (Error{Errc::slow_callback, 10'001}));
  CHECK_TRUE(reports[1] == (Error{Errc::slow_callback, 20'000}));
  CHECK_TRUE(loop.stats().longest_callback == 20ms);
}

TEST(SlowCallback, a_negative_limit_ends_it) {
  loop.set_slow_callback_duration(0s);
  loop.set_slow_callback_duration(-1s);
  loop.call_soon(take(1h));
  run_pass();
  CHECK_EQUAL(0, loop.stats().longest_callback.count());
  check_reports();
}

TEST(SlowCallback, in_mail_is_reported_too) {
  loop.set_slow_callback_duration(10ms);
  CHECK_TRUE(loop.call_soon_threadsafe([this] { port.advance(1s); }));
  run_pass();
  check_reports(Errc::slow_callback);
}

TEST(SlowCallback, of_hours_saturates) {
  loop.set_slow_callback_duration(0s);
  loop.call_soon(take(24h));
  run_pass();
  CHECK_TRUE(reports[0] == (Error{Errc::slow_callback, INT32_MAX}));
  CHECK_EQUAL(std::int64_t{UINT32_MAX}, loop.stats().longest_callback.count());
}
