// SPDX-License-Identifier: BSL-1.0
// repeat and for_each: rounds one after the other, in constant memory, until told otherwise.
#include <optional>
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::for_each;
using eyelet::repeat;
using eyelet::sleep;

namespace {

/// Gives promises and keeps the last.
struct Source {
  Loop* loop;
  Future<std::optional<int>> last = {};
  int calls = 0;
  Future<std::optional<int>> next() {
    ++calls;
    return last = loop->create_future<std::optional<int>>();
  }
};

}  // namespace

TEST_GROUP_BASE(Repeat, CombinatorFixture) {
  Source source{&loop};
  Future<int> work;
  Task<void> task;
  int rounds = 0;

  void setup() override { work = loop.create_future<int>(); }
  void teardown() override {
    work = {};
    task = {};
    source.last = {};
    check_clean();
  }

  Future<bool> answer(bool again) {
    auto f = loop.create_future<bool>();
    f.set_result(again);
    return f;
  }
  void feed(std::optional<int> item) {
    source.last.set_result(item);
    settle();
  }
};

TEST(Repeat, begins_in_the_next_pass_and_ends_when_the_body_says_false) {
  task = repeat(loop, [this] { return answer(++rounds < 3); });
  CHECK_EQUAL(0, rounds);
  run_pass();
  CHECK_EQUAL(1, rounds);
  settle();
  CHECK_EQUAL(3, rounds);
  CHECK_EQUAL(Errc::none, code(task.result()));
}

TEST(Repeat, gives_each_round_a_turn_of_its_own) {
  task = repeat(loop, [this] { return answer(++rounds < 10); });
  run_pass();
  loop.call_soon([this] { CHECK_COMPARE(rounds, <, 5); });
  run_passes(2);
  CHECK_COMPARE(rounds, <=, 3);
  settle();
  CHECK_EQUAL(10, rounds);
}

TEST(Repeat, of_a_body_without_a_value_ends_by_an_error) {
  task = repeat(loop, [this] {
    auto f = loop.create_future<void>();
    if (++rounds < 4)
      f.set_result();
    else
      f.set_error(Errc::user, rounds);
    return f;
  });
  settle();
  CHECK_TRUE(task.error() == (Error{Errc::user, 4}));
}

TEST(Repeat, needs_one_block_however_many_rounds_there_are) {
  task =
      repeat(loop, [this] { return sleep(loop, 0us).then([this] { return ++rounds < 100000; }); });
  while (!task.done()) run_pass();
  CHECK_EQUAL(100000, rounds);
  // Two futures of a round, and for a moment the last of the round before.
  CHECK_EQUAL(5U, loop.stats().peak);
  CHECK_EQUAL(2U, in_use());
}

TEST(Repeat, that_sleeps_needs_two_blocks) {
  const auto before = loop.stats().in_use;
  occupy(2);
  task = repeat(loop, [this] {
    ++rounds;
    return sleep(loop, 1s);
  });
  run_ready();
  for (int i = 0; i < 10; ++i) advance(1s);
  CHECK_EQUAL(11, rounds);
  vacate();
  task.cancel();
  settle();
  task = {};
  CHECK_EQUAL(before, loop.stats().in_use);
}

TEST(Repeat, cancelled_cancels_what_it_waits_for) {
  task = repeat(loop, [this] {
    ++rounds;
    return work.then([](int) {});
  });
  settle();
  CHECK_TRUE(task.cancel());
  CHECK_TRUE(work.cancelled());
  settle();
  CHECK_TRUE(task.cancelled());
  CHECK_EQUAL(1, rounds);
}

TEST(Repeat, cancelled_before_its_first_round_never_calls_the_body) {
  task = repeat(loop, [this, live = Live{}] {
    ++rounds;
    return answer(true);
  });
  task.cancel();
  settle();
  CHECK_TRUE(task.cancelled());
  CHECK_EQUAL(0, rounds);
  CHECK_EQUAL(0, Live::count);
}

// C1
TEST(Repeat, cancelled_in_the_pass_in_which_a_round_ends_begins_no_other_in_both_orders) {
  for (const bool cancel_first : {true, false}) {
    rounds = 0;
    auto f = loop.create_future<bool>();
    task = repeat(loop, [this, &f] {
      ++rounds;
      return f;
    });
    settle();
    if (cancel_first) CHECK_TRUE(task.cancel());
    f.set_result(cancel_first);
    if (!cancel_first) CHECK_TRUE(task.cancel());
    settle();
    CHECK_TRUE(task.cancelled());
    CHECK_EQUAL(1, rounds);
  }
}

TEST(Repeat, cancelled_by_its_own_body_ends_with_what_that_round_awaits) {
  task = repeat(loop, [this] {
    ++rounds;
    task.cancel();
    return sleep(loop, 1h);
  });
  settle();
  CHECK_TRUE(task.cancelled());
  CHECK_EQUAL(1, rounds);
  CHECK_EQUAL(0U, loop.stats().timers);
}

TEST(Repeat, runs_without_handles) {
  static_cast<void>(repeat(loop, [this] { return answer(++rounds < 3); }));
  settle();
  CHECK_EQUAL(3, rounds);
}

TEST(Repeat, whose_body_drops_the_last_handle_runs_on) {
  task = repeat(loop, [this, live = Live{}] {
    task = {};
    return answer(++rounds < 3);
  });
  settle();
  CHECK_EQUAL(3, rounds);
  CHECK_EQUAL(1U, in_use());
}

TEST(Repeat, whose_body_finds_no_block_fails_with_that) {
  task = repeat(loop, [this] {
    occupy(0);
    auto missing = loop.create_future<void>();
    vacate();
    return missing;
  });
  settle();
  CHECK_EQUAL(Errc::out_of_blocks, code(task));
}

TEST(Repeat, whose_body_returns_a_future_of_another_loop_or_its_own_fails) {
  eyelet::StaticLoop<2> other{port};
  task = repeat(loop, [&other, live = Live{}] { return other.create_future<void>(); });
  settle();
  CHECK_EQUAL(Errc::invalid_state, code(task));
  task = repeat(loop, [this, live = Live{}] { return task; });
  settle();
  CHECK_EQUAL(Errc::invalid_state, code(task));
  CHECK_EQUAL(0, Live::count);
}

// C14
TEST(Repeat, without_a_block_fails_and_calls_nothing) {
  check_needs(1, [this] { return repeat(loop, [this] { return answer(++rounds < 3); }); });
  settle();
  check_needs(1, [this] { return for_each(loop, source, [](int) {}); });
  settle();
  source.last = {};
  settle();
  report_count = 0;
}

TEST(Repeat, ends_broken_when_the_loop_closes_and_destroys_its_body) {
  for (int stage = 0; stage < 2; ++stage) {
    eyelet::StaticLoop<8> other{port};
    auto f = other.create_future<void>();
    auto there = repeat(other, [f, live = Live{}] { return f; });
    if (stage == 1) static_cast<void>(other.poll());
    other.close();
    CHECK_EQUAL(Errc::broken_promise, code(there));
    CHECK_EQUAL(Errc::closed, code(repeat(other, [f] { return f; })));
    CHECK_EQUAL(0, Live::count);
    there = {};
    f = {};
    CHECK_EQUAL(0U, other.stats().in_use);
  }
}

// --- for_each ---

TEST(Repeat, for_each_calls_the_body_with_each_item_until_there_are_no_more) {
  std::string items;
  task = for_each(loop, source, [&items](int item) { items += std::to_string(item); });
  settle();
  feed(1);
  feed(2);
  CHECK_EQUAL(3, source.calls);
  feed(std::nullopt);
  STRCMP_EQUAL("12", items.c_str());
  CHECK_EQUAL(Errc::none, code(task.result()));
  CHECK_EQUAL(3, source.calls);
}

TEST(Repeat, for_each_awaits_the_body_before_it_pulls_the_next_item) {
  task = for_each(loop, source, [this](int) { return work; });
  settle();
  feed(1);
  CHECK_EQUAL(1, source.calls);
  work.set_result(1);
  settle();
  CHECK_EQUAL(2, source.calls);
  feed(std::nullopt);
  CHECK_EQUAL(Errc::none, code(task.result()));
}

TEST(Repeat, for_each_moves_items_that_can_only_be_moved) {
  struct Moves {
    Loop* loop;
    int n = 0;
    Future<std::optional<MoveOnly>> next() {
      auto f = loop->create_future<std::optional<MoveOnly>>();
      if (++n < 3)
        f.set_result(MoveOnly{n});
      else
        f.set_result();
      return f;
    }
  } moves{&loop};
  int sum = 0;
  task = for_each(loop, moves, [&sum](MoveOnly item) { sum += item.id; });
  settle();
  CHECK_EQUAL(3, sum);
  CHECK_TRUE(task.done());
}

TEST(Repeat, for_each_ends_with_an_error_of_the_source_or_the_body) {
  task = for_each(loop, source, [](int) {});
  settle();
  source.last.set_error(Errc::user, 1);
  settle();
  CHECK_TRUE(task.error() == (Error{Errc::user, 1}));
  task = for_each(loop, source, [this](int) { return work; });
  settle();
  feed(1);
  work.set_error(Errc::user, 2);
  settle();
  CHECK_TRUE(task.error() == (Error{Errc::user, 2}));
}

TEST(Repeat, for_each_cancelled_cancels_the_pull_or_the_body) {
  task = for_each(loop, source, [this](int) { return work; });
  settle();
  task.cancel();
  CHECK_TRUE(source.last.cancelled());
  settle();
  CHECK_TRUE(task.cancelled());
  task = for_each(loop, source, [this](int) { return work; });
  settle();
  feed(1);
  task.cancel();
  CHECK_TRUE(work.cancelled());
  settle();
  CHECK_TRUE(task.cancelled());
}

TEST(Repeat, for_each_cancelled_in_the_pass_of_an_item_leaves_it_to_others) {
  task = for_each(loop, source, [this](int) { note("ran")(); });
  settle();
  source.last.set_result(7);
  CHECK_TRUE(task.cancel());
  settle();
  CHECK_TRUE(task.cancelled());
  STRCMP_EQUAL("", log.c_str());
  CHECK_EQUAL(7, **source.last.result());
}

TEST(Repeat, in_a_circle_that_was_opened_ends_although_the_request_is_taken_back) {
  task = repeat(loop, [this] {
    ++rounds;
    return task.then([] { return true; });
  });
  settle();
  CHECK_TRUE(task.cancel());
  CHECK_EQUAL(0U, task.uncancel());
  settle();
  CHECK_TRUE(task.cancelled());
  CHECK_EQUAL(1, rounds);
}

TEST(Repeat, that_opens_its_own_circle_ends_although_the_request_is_taken_back) {
  task = repeat(loop, [this] {
    ++rounds;
    CHECK_TRUE(task.cancel());
    return eyelet::gather(loop, &task, 1);
  });
  run_pass();
  while (task.uncancel() != 0)
    ;
  settle();
  CHECK_TRUE(task.cancelled());
  CHECK_EQUAL(1, rounds);
}

TEST(Repeat, for_each_in_a_circle_that_was_opened_ends_although_the_request_is_taken_back) {
  struct Circle {
    Task<void>* task;
    Future<std::optional<int>> next() {
      return task->then([] { return std::optional<int>{}; });
    }
  } circle{&task};
  task = for_each(loop, circle, [](int) {});
  settle();
  CHECK_TRUE(task.cancel());
  CHECK_EQUAL(0U, task.uncancel());
  settle();
  CHECK_TRUE(task.cancelled());
}
