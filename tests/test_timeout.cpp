// SPDX-License-Identifier: BSL-1.0
// wait_for, second half: Timeout, a limit that is moved while something is going on. C11
#include <optional>
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::kNever;
using eyelet::Timeout;
using eyelet::TimePoint;

TEST_GROUP_BASE(Timeouts, CombinatorFixture) {
  Future<int> inner;
  Future<int> limited;
  Timeout scope;

  void setup() override { inner = loop.create_future<int>(); }
  void teardown() override {
    inner = limited = {};
    run_ready();
    check_clean();
  }

  static TimePoint at(eyelet::Duration time) { return TimePoint{time}; }
};

TEST(Timeouts, cancel_at_their_limit_and_not_before) {
  limited = scope.run(inner, 5us);
  CHECK_TRUE(scope.when() == at(5us));
  advance(4us);
  CHECK_FALSE(inner.done());
  CHECK_FALSE(scope.expired());
  advance(1us);
  CHECK_TRUE(inner.cancelled());
  CHECK_EQUAL(Errc::timed_out, code(limited));
  CHECK_TRUE(scope.expired());
}

TEST(Timeouts, are_not_expired_where_the_result_came_first) {
  limited = scope.run(inner, 5us);
  inner.set_result(3);
  run_ready();
  CHECK_EQUAL(3, value_of(limited.result()));
  CHECK_FALSE(scope.expired());
  CHECK_EQUAL(0U, loop.stats().timers);
  CHECK_EQUAL(Errc::invalid_state, code(scope.reschedule(at(9us))));
}

TEST(Timeouts, moved_later_end_at_the_new_limit_exactly) {
  limited = scope.run(inner, 5us);
  advance(4us);
  CHECK_EQUAL(Errc::none, code(scope.reschedule(at(9us))));
  advance(4us);
  CHECK_FALSE(inner.done());
  CHECK_TRUE(scope.when() == at(9us));
  advance(1us);
  CHECK_EQUAL(Errc::timed_out, code(limited));
}

TEST(Timeouts, moved_earlier_end_at_the_new_limit_exactly) {
  limited = scope.run(inner, 50us);
  CHECK_EQUAL(Errc::none, code(scope.reschedule(at(3us))));
  advance(2us);
  CHECK_FALSE(inner.done());
  advance(1us);
  CHECK_EQUAL(Errc::timed_out, code(limited));
}

TEST(Timeouts, moved_into_the_past_end_in_the_next_pass) {
  port.advance(10us);
  limited = scope.run(inner, 50us);
  CHECK_EQUAL(Errc::none, code(scope.reschedule(at(3us))));
  CHECK_FALSE(inner.done());
  run_pass();
  CHECK_TRUE(inner.cancelled());
}

TEST(Timeouts, moved_to_never_do_not_end_and_may_be_given_a_limit_again) {
  limited = scope.run(inner, 5us);
  CHECK_EQUAL(Errc::none, code(scope.reschedule(kNever)));
  advance(1h);
  CHECK_FALSE(inner.done());
  CHECK_EQUAL(Errc::none, code(scope.reschedule(port.now() + 1us)));
  advance(1us);
  CHECK_EQUAL(Errc::timed_out, code(limited));
}

TEST(Timeouts, may_begin_without_a_limit) {
  limited = scope.run_at(inner, kNever);
  advance(1h);
  CHECK_FALSE(inner.done());
  inner.set_result(1);
  run_ready();
  CHECK_EQUAL(1, value_of(limited.result()));
}

TEST(Timeouts, moved_in_their_last_tick_before_the_turn_of_their_timer_go_on) {
  // Due in the same pass, and armed first.
  loop.call_at(at(5us), [this] { CHECK_EQUAL(Errc::none, code(scope.reschedule(at(20us)))); });
  limited = scope.run(inner, 5us);
  advance(5us);
  CHECK_FALSE(inner.done());
  advance(14us);
  CHECK_FALSE(inner.done());
  advance(1us);
  CHECK_EQUAL(Errc::timed_out, code(limited));
}

TEST(Timeouts, cannot_be_moved_once_they_expired) {
  Future<int> slow =
      inner.or_else([this](Error) { return eyelet::sleep(loop, 9us).then([] { return 7; }); });
  limited = scope.run(slow, 5us);
  advance(5us);
  CHECK_TRUE(scope.expired());
  CHECK_FALSE(limited.done());
  CHECK_EQUAL(Errc::invalid_state, code(scope.reschedule(at(1s))));
  CHECK_TRUE(scope.when() == at(5us));
  advance(9us);
  CHECK_EQUAL(7, value_of(limited.result()));
  CHECK_EQUAL(Errc::invalid_state, code(scope.reschedule(at(1s))));
}

TEST(Timeouts, limit_one_thing_at_a_time_and_then_the_next) {
  limited = scope.run(inner, 5us);
  const Future<int> refused = scope.run(inner, 5us);
  CHECK_EQUAL(Errc::invalid_state, code(refused));
  CHECK_EQUAL(Errc::invalid_state, code(scope.run_at(inner, kNever)));
  advance(5us);
  CHECK_TRUE(scope.expired());
  inner = loop.create_future<int>();
  limited = scope.run(inner, 5us);
  CHECK_FALSE(scope.expired());
  inner.set_result(1);
  run_ready();
  CHECK_EQUAL(1, value_of(limited.result()));
}

TEST(Timeouts, that_go_leave_their_limit_where_it_is) {
  {
    Timeout brief;
    limited = brief.run(inner, 5us);
    CHECK_EQUAL(Errc::none, code(brief.reschedule(at(7us))));
  }
  advance(6us);
  CHECK_FALSE(inner.done());
  advance(1us);
  CHECK_EQUAL(Errc::timed_out, code(limited));
}

TEST(Timeouts, that_go_leave_those_in_their_place_alone) {
  std::optional<Timeout> place{std::in_place};
  limited = place->run(inner, 5us);
  place.emplace();
  const Future<int> other = place->run(
      loop.create_task([this] { return eyelet::sleep(loop, 9us).then([] { return 1; }); }), 50us);
  advance(5us);
  CHECK_EQUAL(Errc::timed_out, code(limited));
  CHECK_FALSE(place->expired());
  CHECK_EQUAL(Errc::none, code(place->reschedule(at(7us))));
  advance(2us);
  CHECK_EQUAL(Errc::timed_out, code(other));
}

TEST(Timeouts, refuse_a_negative_limit_and_pass_a_future_without_a_block) {
  limited = scope.run(inner, -1us);
  CHECK_EQUAL(Errc::invalid_argument, code(limited));
  CHECK_FALSE(inner.done());
  for (const bool busy : {false, true}) {
    if (busy) limited = scope.run(inner, 5us);
    CHECK_EQUAL(Errc::invalid_state, code(scope.run(Future<int>{}, 5us)));
    CHECK_EQUAL(Errc::invalid_state, code(scope.run_at(Future<int>{}, kNever)));
  }
}

TEST(Timeouts, cancelled_from_outside_are_cancelled_and_not_expired) {
  limited = scope.run(inner, 5us);
  CHECK_TRUE(limited.cancel());
  run_ready();
  CHECK_EQUAL(Errc::cancelled, code(limited));
  CHECK_FALSE(scope.expired());
}

TEST(Timeouts, without_a_block_for_the_move_stay_where_they_are) {
  limited = scope.run(inner, 5us);
  occupy(0);
  CHECK_EQUAL(Errc::out_of_blocks, code(scope.reschedule(at(9us))));
  CHECK_TRUE(scope.when() == at(5us));
  vacate();
  advance(5us);
  CHECK_EQUAL(Errc::timed_out, code(limited));
  check_reports(Errc::out_of_blocks);
}

TEST(Timeouts, without_enough_blocks_leave_the_future_untouched) {
  check_needs(2, [this] { return scope.run(inner, 5us); });
  CHECK_FALSE(inner.done());
}

TEST(Timeouts, nested_that_expire_in_one_pass_tell_it_at_their_own_levels) {
  Timeout outer;
  const Future<int> within = scope.run(inner, 5us).or_else([](Error) { return 1; });
  limited = outer.run(within, 5us);
  advance(5us);
  CHECK_TRUE(scope.expired());
  CHECK_TRUE(outer.expired());
  CHECK_EQUAL(Errc::none, code(limited.result()));
}

TEST(Timeouts, moved_100000_times_leave_the_pool_as_it_was) {
  limited = scope.run(inner, 5us);
  const std::size_t blocks = in_use();
  for (int i = 0; i < 100'000; ++i) CHECK_TRUE(scope.reschedule(at(5us + i * 1us)).has_value());
  CHECK_EQUAL(blocks, in_use());
  CHECK_EQUAL(1U, loop.stats().timers);
}

TEST(Timeouts, run_again_in_the_continuation_of_their_own_run) {
  auto second = loop.create_future<int>();
  limited = scope.run(inner, 5us).or_else([this, &second](eyelet::Error error) {
    CHECK_EQUAL(Errc::timed_out, error.code);
    CHECK_TRUE(scope.expired());
    return scope.run(second, 7us);
  });
  advance(5us);
  CHECK_FALSE(limited.done());
  CHECK_FALSE(scope.expired());
  CHECK_TRUE(scope.when() == at(12us));
  advance(7us);
  CHECK_TRUE(second.cancelled());
  CHECK_EQUAL(Errc::timed_out, code(limited));
}
