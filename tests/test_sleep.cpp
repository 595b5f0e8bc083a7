// SPDX-License-Identifier: BSL-1.0
// sleep: when it completes, and what disarms it.
#include <tests/fixture.hpp>

using namespace fixture;
using eyelet::sleep;
using eyelet::sleep_until;

TEST_GROUP_BASE(Sleep, Fixture){void teardown() override{check_clean();
}
}
;

TEST(Sleep, it_completes_when_its_delay_is_over_and_not_before) {
  const auto f = sleep(loop, 10ms);
  CHECK_EQUAL(1U, in_use());
  advance(9999us);
  CHECK(!f.done());
  advance(1us);
  CHECK_EQUAL(Errc::none, code(f));
  CHECK(f.done());
}

TEST(Sleep, zero_completes_in_the_next_pass_and_not_before) {
  const auto f = sleep(loop, 0s);
  CHECK(!f.done());
  run_pass();
  CHECK_EQUAL(Errc::none, code(f.result()));
}

TEST(Sleep, until_a_moment_that_is_past_completes_in_the_next_pass) {
  port.advance(1s);
  const auto f = sleep_until(loop, loop.time() - 500ms);
  CHECK(!f.done());
  run_pass();
  CHECK_EQUAL(Errc::none, code(f.result()));
}

TEST(Sleep, until_a_moment_to_come_completes_then) {
  port.advance(1s);
  const auto f = sleep_until(loop, loop.time() + 5ms);
  advance(4ms);
  CHECK(!f.done());
  advance(1ms);
  CHECK(f.done());
}

TEST(Sleep, until_never_stays_pending) {
  const auto f = sleep_until(loop, eyelet::kNever);
  port.advance(eyelet::Duration::max());
  run_ready();
  CHECK(!f.done());
}

TEST(Sleep, a_delay_past_the_end_of_time_ends_there) {
  port.advance(1h);
  const auto f = sleep(loop, eyelet::Duration::max());
  run_pass();
  CHECK(!f.done());
  CHECK(loop.poll() == eyelet::kEndOfTime);
}

TEST(Sleep, a_negative_delay_fails_at_once_with_invalid_argument) {
  const auto f = sleep(loop, -1us);
  CHECK(f.done());
  CHECK_EQUAL(Errc::invalid_argument, code(f));
  CHECK_EQUAL(0U, loop.stats().timers);
}

TEST(Sleep, delays_are_rounded_up_to_microseconds) {
  const auto f = sleep(loop, 1ns);
  run_pass();
  CHECK(!f.done());
  advance(1us);
  CHECK(f.done());
}

TEST(Sleep, equal_moments_complete_in_the_order_of_the_calls) {
  auto a = sleep(loop, 1ms).then(note("a"));
  auto b = sleep(loop, 1ms).then(note("b"));
  auto c = sleep(loop, 1ms).then(note("c"));
  advance(1ms);
  STRCMP_EQUAL("a b c ", log.c_str());
}

TEST(Sleep, cancelled_it_disarms_its_timer_at_once) {
  const auto f = sleep(loop, 1s);
  CHECK(f.cancel());
  CHECK(f.cancelled());
  CHECK_EQUAL(0U, loop.stats().timers);
  CHECK(!f.cancel());
}

TEST(Sleep, dropped_it_disarms_its_timer_at_once) {
  auto f = sleep(loop, 1s);
  const auto copy = f;
  f = {};
  CHECK_EQUAL(1U, loop.stats().timers);
  static_cast<void>(sleep(loop, 2s));
  CHECK_EQUAL(1U, loop.stats().timers);
  CHECK_EQUAL(1U, in_use());
  check_reports();
}

TEST(Sleep, dropped_with_a_continuation_it_lives_on) {
  static_cast<void>(sleep(loop, 1s).then(note("ran")));
  sleep(loop, 1s).add_done_callback([this](const Future<void>&) { note("callback")(); });
  CHECK_EQUAL(2U, loop.stats().timers);
  advance(1s);
  STRCMP_EQUAL("ran callback ", log.c_str());
}

TEST(Sleep, whose_last_continuation_is_removed_withdraws) {
  Handle handle;
  {
    const auto f = sleep(loop, 1s);
    handle = f.add_done_callback([](const Future<void>&) {});
  }
  CHECK_EQUAL(1U, loop.stats().timers);
  CHECK(handle.cancel());
  CHECK_EQUAL(0U, loop.stats().timers);
}

TEST(Sleep, cancelled_or_dropped_when_it_is_due_completes_nothing) {
  auto cancelled = sleep(loop, 1ms);
  auto dropped = sleep(loop, 1ms);
  auto kept = sleep(loop, 1ms);
  loop.call_at(loop.time(), [] {});
  // Ready before the timers are: it runs first in the pass that takes them out of their queue.
  loop.call_soon([&] {
    CHECK_EQUAL(0U, loop.stats().timers);
    CHECK(cancelled.cancel());
    dropped = {};
  });
  port.advance(1ms);
  run_pass();
  CHECK(cancelled.cancelled());
  CHECK_EQUAL(Errc::none, code(kept));
  CHECK(kept.done());
  CHECK_EQUAL(2U, in_use());
}

TEST(Sleep, whoever_waits_for_a_cancelled_sleep_hears_of_it_in_the_next_pass) {
  const auto f = sleep(loop, 1s);
  auto behind = f.or_else([this](Error e) { note(eyelet::name(e.code))(); });
  CHECK(f.cancel());
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("cancelled ", log.c_str());
}

TEST(Sleep, a_closed_loop_refuses) {
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(Errc::closed, code(sleep(loop, 1s)));
  CHECK_EQUAL(Errc::closed, code(sleep(loop, -1s)));
}

TEST_GROUP_BASE(SleepExhausted, BasicFixture<1>){void teardown() override{check_clean();
}
}
;

TEST(SleepExhausted, without_a_block_it_fails_and_works_again_once_one_is_free) {
  auto only = sleep(loop, 1s);
  CHECK_EQUAL(Errc::out_of_blocks, code(sleep(loop, 1ms)));
  CHECK_EQUAL(Errc::out_of_blocks, code(sleep(loop, -1ms)));
  check_reports(Errc::out_of_blocks, Errc::out_of_blocks);
  CHECK_EQUAL(1U, loop.stats().timers);
  only = {};
  const auto again = sleep(loop, 1ms);
  advance(1ms);
  CHECK_EQUAL(Errc::none, code(again));
}
