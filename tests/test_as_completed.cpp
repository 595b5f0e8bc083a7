// SPDX-License-Identifier: BSL-1.0
// as_completed: outcomes in the order in which they come; the futures are looked at only.
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::AsCompleted;

TEST_GROUP_BASE(AsCompleted, CombinatorFixture) {
  using Item = std::optional<Result<int>>;
  std::array<Future<int>, 3> futures;
  Future<Item> next;

  void setup() override {
    for (auto& f : futures) f = loop.create_future<int>();
  }
  void teardown() override {
    futures.fill(Future<int>{});
    next = {};
    check_clean();
  }

  void ends() {
    settle();
    CHECK_FALSE(value_of(next.result()).has_value());
  }
  int value() {
    settle();
    return value_of(*value_of(next.result()));
  }
};

TEST(AsCompleted, gives_the_outcomes_in_the_order_in_which_they_come_and_then_nothing) {
  AsCompleted<int, 3> completed{loop, futures};
  next = completed.next();
  CHECK_FALSE(next.done());
  futures[2].set_result(2);
  CHECK_EQUAL(2, value());
  futures[0].set_result(0);
  futures[1].set_error(Errc::user);
  next = completed.next();
  CHECK_EQUAL(0, value());
  next = completed.next();
  settle();
  CHECK_EQUAL(Errc::user, code(*value_of(next.result())));
  next = completed.next();
  ends();
  CHECK_EQUAL(2, value_of(futures[2].result()));
}

TEST(AsCompleted, is_a_source_for_for_each) {
  AsCompleted<int, 3> completed{loop, futures};
  int sum = 0;
  auto task = eyelet::for_each(loop, completed, [&sum](const Result<int>& r) { sum += *r; });
  for (auto& f : futures) f.set_result(5);
  settle();
  CHECK_EQUAL(15, sum);
  CHECK_EQUAL(Errc::none, code(task.result()));
}

TEST(AsCompleted, moves_values_that_can_only_be_moved) {
  const std::array owners{loop.create_future<MoveOnly>(), loop.create_future<MoveOnly>()};
  AsCompleted<MoveOnly, 2> completed{loop, owners};
  int first = 0;
  auto task = eyelet::for_each(loop, completed, [&first](Result<MoveOnly>&& owner) {
    if (owner && first == 0) first = owner->id;
  });
  owners[1].set_result(7);
  owners[0].set_error(Errc::user);
  settle();
  CHECK_EQUAL(7, first);
  CHECK_EQUAL(Errc::none, code(task));
  CHECK_EQUAL(Errc::invalid_state, code(owners[1]));
  CHECK_EQUAL(Errc::user, code(owners[0]));
}

TEST(AsCompleted, takes_an_array_of_tasks) {
  AsCompleted completed{loop, std::array{loop.create_task([this] { return futures[1]; }),
                                         loop.create_task([] { return 1; })}};
  next = completed.next();
  CHECK_EQUAL(1, value());
  futures[1].set_result(2);
  next = completed.next();
  CHECK_EQUAL(2, value());
  next = completed.next();
  ends();
}

TEST(AsCompleted, takes_a_number_known_at_run_time_up_to_its_own) {
  AsCompleted<int, 9> completed{loop, futures.data(), 2};
  futures[1].set_result(1);
  futures[0].set_result(0);
  for (const int expected : {1, 0}) {
    next = completed.next();
    CHECK_EQUAL(expected, value());
  }
  next = completed.next();
  ends();
  AsCompleted<int, 2> too_few{loop, futures.data(), 3};
  CHECK_EQUAL(Errc::invalid_argument, code(too_few.next()));
}

TEST(AsCompleted, of_a_number_with_a_limit_times_out) {
  AsCompleted<int, 9> completed{loop, futures.data(), 2, 5us};
  futures[1].set_result(1);
  next = completed.next();
  CHECK_EQUAL(1, value());
  next = completed.next();
  advance(5us);
  CHECK_EQUAL(Errc::timed_out, code(next));
  next = completed.next();
  ends();
}

// C15
TEST(AsCompleted, gives_a_future_that_is_there_twice_once) {
  AsCompleted<int, 2> completed{loop, {futures[0], futures[0]}};
  futures[0].set_result(1);
  next = completed.next();
  CHECK_EQUAL(1, value());
  next = completed.next();
  ends();
}

// C22
TEST(AsCompleted, with_a_limit_times_out_once_for_each_that_is_left_and_touches_none) {
  AsCompleted<int, 3> completed{loop, futures, 5us};
  futures[1].set_result(1);
  next = completed.next();
  CHECK_EQUAL(1, value());
  next = completed.next();
  port.advance(5us);
  settle();
  CHECK_EQUAL(Errc::timed_out, code(next));
  CHECK_FALSE(futures[0].done());
  futures[0].set_result(0);
  settle();
  next = completed.next();
  settle();
  CHECK_EQUAL(Errc::timed_out, code(next));
  next = completed.next();
  ends();
  CHECK_FALSE(futures[2].done());
  futures[2].cancel();
  settle();
}

TEST(AsCompleted, gives_what_came_before_the_limit_also_after_it) {
  AsCompleted<int, 3> completed{loop, futures, 5us};
  futures[1].set_result(1);
  settle();
  port.advance(5us);
  settle();
  next = completed.next();
  CHECK_EQUAL(1, value());
  next = completed.next();
  settle();
  CHECK_EQUAL(Errc::timed_out, code(next));
}

TEST(AsCompleted, with_a_negative_limit_is_refused) {
  AsCompleted<int, 3> completed{loop, futures, -1us};
  CHECK_EQUAL(Errc::invalid_argument, code(completed.next()));
}

TEST(AsCompleted, whose_next_is_cancelled_touches_no_future_and_loses_no_outcome) {
  for (int at = 0; at < 5; ++at) {
    auto f = loop.create_future<int>();
    AsCompleted<int, 1> completed{loop, {f}};
    next = completed.next();
    f.set_result(4);
    bool cancelled = false;
    for (int pass = 0; pass < 6; ++pass) {
      if (pass == at) cancelled = next.cancel();
      run_pass();
    }
    CHECK_TRUE(next.cancelled() == cancelled);
    if (cancelled) next = completed.next();
    CHECK_EQUAL(4, value());
  }
}

TEST(AsCompleted, whose_next_is_dropped_loses_no_outcome) {
  AsCompleted<int, 3> completed{loop, futures};
  futures[0].set_result(1);
  futures[1].set_result(2);
  settle();
  next = completed.next();
  CHECK_EQUAL(1, value());
  next = completed.next();
  CHECK_EQUAL(2, value());
}

TEST(AsCompleted, leaves_errors_that_nobody_was_given_to_be_reported) {
  {
    AsCompleted<int, 3> completed{loop, futures};
    futures[0].set_error(Errc::user, 1);
    settle();
  }
  futures[0] = {};
  check_reports(Errc::user);
}

TEST(AsCompleted, that_goes_ends_a_pending_next_broken_and_leaves_nothing_on_the_futures) {
  {
    AsCompleted<int, 3> completed{loop, futures, 5us};
    next = completed.next();
  }
  settle();
  CHECK_EQUAL(Errc::broken_promise, code(next));
  next = {};
  CHECK_EQUAL(3U, in_use());
  CHECK_EQUAL(0U, loop.stats().timers);
}

TEST(AsCompleted, that_goes_at_every_stage_leaves_nothing_behind) {
  for (int stage = 0; stage < 5; ++stage) {
    auto f = loop.create_future<int>();
    {
      AsCompleted<int, 1> completed{loop, {f}, 5us};
      next = completed.next();
      if (stage >= 1) f.set_result(1);
      if (stage >= 1) run_passes(stage - 1);
      if (stage == 4) port.advance(5us);
    }
    settle();
    CHECK_TRUE(next.done());
    static_cast<void>(next.error());
    next = {};
    f = {};
    CHECK_EQUAL(3U, in_use());
  }
}

// C14
TEST(AsCompleted, without_enough_blocks_fails_and_leaves_nothing_on_the_futures) {
  for (std::size_t free = 0; free < 3; ++free) {
    occupy(free);
    AsCompleted<int, 3> completed{loop, futures};
    vacate();
    CHECK_EQUAL(Errc::out_of_blocks, code(completed.next()));
    CHECK_EQUAL(3U, in_use());
  }
  for (std::size_t free = 0; free < 4; ++free) {
    occupy(free);
    {
      AsCompleted<int, 3> completed{loop, futures, 5us};
      CHECK_EQUAL(64 - free, in_use());
      vacate();
      CHECK_EQUAL(Errc::out_of_blocks, code(completed.next()));
    }
    CHECK_EQUAL(3U, in_use());
  }
  AsCompleted<int, 3> completed{loop, futures, 5us};
  futures[0].set_result(1);
  next = completed.next();
  CHECK_EQUAL(1, value());
}

// C14
TEST(AsCompleted, whose_next_finds_no_block_loses_no_outcome) {
  auto f = loop.create_future<int>();
  AsCompleted<int, 1> completed{loop, {f}};
  occupy(0);
  const Future<Item> refused = completed.next();
  CHECK_EQUAL(Errc::out_of_blocks, code(refused));
  settle();
  CHECK_EQUAL(64U, in_use());
  vacate();
  f.set_result(4);
  settle();
  next = completed.next();
  CHECK_EQUAL(4, value());
}

TEST(AsCompleted, serves_one_next_at_a_time) {
  AsCompleted<int, 3> completed{loop, futures};
  next = completed.next();
  CHECK_EQUAL(Errc::invalid_state, code(completed.next()));
  futures[1].set_result(1);
  run_pass();  // granted
  CHECK_FALSE(next.done());
  CHECK_EQUAL(Errc::invalid_state, code(completed.next()));
  CHECK_EQUAL(1, value());
}

TEST(AsCompleted, that_goes_before_the_turn_of_a_next_that_timed_out_breaks_it) {
  for (const bool before : {true, false}) {
    {
      AsCompleted<int, 3> completed{loop, futures, 1ms};
      if (before) next = completed.next();
      port.advance(1ms);
      run_pass();
      if (!before) next = completed.next();
      CHECK_FALSE(next.done());
    }
    settle();
    CHECK_EQUAL(Errc::broken_promise, code(next));
  }
}

// C20
TEST(AsCompleted, takes_as_many_turns_as_there_are_futures) {
  std::size_t turns[2];
  for (const bool many : {false, true}) {
    std::array<Future<int>, 12> all;
    for (auto& f : all) f = loop.create_future<int>();
    AsCompleted<int, 12> completed{loop, all};
    AsCompleted<int, 3> few{loop, futures};
    const std::size_t before = loop.stats().callbacks_run;
    auto task = many ? eyelet::for_each(loop, completed, [](const Result<int>&) {})
                     : eyelet::for_each(loop, few, [](const Result<int>&) {});
    if (many)
      for (auto& f : all) f.set_result(1);
    else
      for (auto& f : futures) f.set_result(1);
    for (int i = 0; i < 100 && !task.done(); ++i) run_pass();
    CHECK_TRUE(task.done());
    turns[many] = loop.stats().callbacks_run - before;
  }
  CHECK_COMPARE(turns[1], <=, 4 * turns[0]);
}

TEST(AsCompleted, on_a_closed_loop_is_closed_and_a_pending_next_broken) {
  AsCompleted<int, 3> completed{loop, futures};
  next = completed.next();
  loop.close();
  CHECK_EQUAL(Errc::broken_promise, code(next));
  AsCompleted<int, 3> late{loop, futures};
  CHECK_EQUAL(Errc::closed, code(late.next()));
}

TEST(AsCompleted, of_a_future_of_another_loop_is_refused_and_leaves_nothing_on_the_others) {
  eyelet::StaticLoop<4> other{port};
  const std::size_t before = in_use();
  AsCompleted<int, 2> completed{loop, {futures[0], other.create_future<int>()}, 1h};
  CHECK_EQUAL(Errc::invalid_state, code(completed.next()));
  CHECK_EQUAL(before, in_use());
  CHECK_EQUAL(1U, other.stats().in_use);
}

// C17
TEST(AsCompleted, of_nothing_ends_at_once) {
  AsCompleted<int, 0> completed{loop, {}};
  next = completed.next();
  CHECK_FALSE(next.done());
  ends();
}
