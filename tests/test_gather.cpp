// SPDX-License-Identifier: BSL-1.0
// gather: values in argument order, what an error and a cancel do to the others, who is held.
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::gather;
using eyelet::sleep;

namespace {

constexpr std::size_t kDeepBlocks = 16000;
eyelet::BlockStorage<kDeepBlocks> deep_storage;

void run_all(Loop& loop) {
  for (int n = 0; n < 100000 && loop.poll() == eyelet::kAtOnce; ++n) {
  }
}

}  // namespace

TEST_GROUP_BASE(Gather, CombinatorFixture) {
  Future<int> a;
  Future<int> b;

  void setup() override {
    a = loop.create_future<int>();
    b = loop.create_future<int>();
  }
  void teardown() override {
    a = b = {};
    check_clean();
  }

  /// A task that awaits `future`, and needs `passes` more passes when that is cancelled.
  Task<int> stubborn(Future<int> future, int passes, Errc outcome) {
    return loop.create_task([this, future, passes, outcome] {
      return future.or_else([this, passes, outcome](Error) {
        Future<void> last = sleep(loop, 0us);
        for (int i = 1; i < passes; ++i) last = last.then([this] { return sleep(loop, 0us); });
        return last.then([this, outcome]() -> Result<int> {
          note("cleaned")();
          if (outcome == Errc::none) return 42;
          return eyelet::failure(outcome);
        });
      });
    });
  }
};

// --- Outcomes ---

TEST(Gather, of_futures_of_two_loops_is_refused_and_leaves_them_untouched) {
  eyelet::StaticLoop<4> other{port};
  const auto foreign = other.create_future<int>();
  CHECK_EQUAL(Errc::invalid_state, code(gather(a, foreign)));
  CHECK_EQUAL(Errc::invalid_state, code(gather(foreign, a)));
  const std::array<Future<int>, 3> both{a, foreign, b};
  std::array<int, 3> values{};
  CHECK_EQUAL(Errc::invalid_state, code(gather(both)));
  CHECK_EQUAL(Errc::invalid_state, code(gather(loop, both.data(), 3, values.data())));
  CHECK_EQUAL(1U, other.stats().in_use);
  CHECK_EQUAL(2U, in_use());
}

TEST(Gather, gives_the_values_in_argument_order_whatever_order_they_come_in) {
  auto all = gather(a, b);
  b.set_result(2);
  settle();
  CHECK_FALSE(all.done());
  a.set_result(1);
  settle();
  CHECK_TRUE((value_of(all.result()) == std::tuple<int, int>{1, 2}));
  CHECK_EQUAL(1, value_of(a.result()));
  CHECK_EQUAL(2, value_of(b.result()));
}

TEST(Gather, takes_futures_of_different_types_and_of_void) {
  auto nothing = loop.create_future<void>();
  auto text = loop.create_future<const char*>();
  auto all = gather(a, nothing, text);
  a.set_result(1);
  nothing.set_result();
  text.set_result("x");
  settle();
  const auto& [one, two, three] = *all.result();
  CHECK_EQUAL(1, one);
  CHECK_TRUE(two == std::monostate{});
  STRCMP_EQUAL("x", three);
}

TEST(Gather, of_an_array_gives_an_array) {
  auto all = gather(std::array<Future<int>, 2>{a, b});
  b.set_result(2);
  a.set_result(1);
  settle();
  CHECK_TRUE((value_of(all.result()) == std::array<int, 2>{1, 2}));
}

TEST(Gather, of_tasks_in_an_array_or_by_their_number) {
  const auto one = [] { return 1; };
  const auto all = gather(std::array{loop.create_task(one), loop.create_task(one)});
  Task<int> tasks[] = {loop.create_task(one), loop.create_task(one)};
  int values[2] = {};
  const auto into = gather(loop, tasks, 2, values);
  settle();
  CHECK_TRUE((value_of(all.result()) == std::array<int, 2>{1, 1}));
  CHECK_TRUE(into.result().has_value());
  CHECK_EQUAL(2, values[0] + values[1]);
}

TEST(Gather, of_an_array_ends_with_the_first_error) {
  auto all = gather(std::array<Future<int>, 2>{a, b});
  b.set_error(Errc::user, 2);
  settle();
  CHECK_TRUE(all.error() == (Error{Errc::user, 2}));
}

TEST(Gather, of_one_future_and_of_futures_that_are_done_is_not_complete_when_it_returns) {
  a.set_result(1);
  auto one = gather(a);
  CHECK_FALSE(one.done());
  run_pass();
  CHECK_EQUAL(1, std::get<0>(*one.result()));
}

TEST(Gather, moves_values_that_can_only_be_moved) {
  auto first = loop.create_future<MoveOnly>();
  auto second = loop.create_future<MoveOnly>();
  auto all = gather(first, second);
  auto array = gather(std::array<Future<MoveOnly>, 1>{loop.create_future<MoveOnly>()});
  CHECK_EQUAL(Errc::broken_promise, (settle(), code(array)));
  second.set_result(2);
  first.set_result(1);
  settle();
  auto values = all.take();
  CHECK_EQUAL(1, std::get<0>(*values).id);
  CHECK_EQUAL(2, std::get<1>(*values).id);
  CHECK_EQUAL(Errc::invalid_state, code(first));
}

// C15
TEST(Gather, of_one_future_given_twice_has_its_value_in_both_places) {
  auto all = gather(a, a);
  a.set_result(4);
  settle();
  CHECK_TRUE((value_of(all.result()) == std::tuple<int, int>{4, 4}));
}

// C15
TEST(Gather, of_one_move_only_value_given_twice_fails_for_it_is_there_once) {
  auto only = loop.create_future<MoveOnly>();
  auto all = gather(only, only);
  only.set_result(4);
  settle();
  CHECK_EQUAL(Errc::invalid_state, code(all));
}

TEST(Gather, fails_when_a_value_was_taken_by_somebody_else_before_the_last_came) {
  auto all = gather(a, b);
  auto array = gather(std::array<Future<int>, 2>{a, b});
  std::array<int, 2> values{};
  const std::array<Future<int>, 2> both{a, b};
  auto into = gather(loop, both.data(), 2, values.data());
  a.set_result(1);
  settle();
  CHECK_EQUAL(1, value_of(a.take()));
  b.set_result(2);
  settle();
  CHECK_EQUAL(Errc::invalid_state, code(all));
  CHECK_EQUAL(Errc::invalid_state, code(array));
  CHECK_EQUAL(Errc::invalid_state, code(into));
}

TEST(Gather, of_a_future_of_nothing_fails) {
  CHECK_EQUAL(Errc::invalid_state, code(gather(Future<int>{}, a)));
  CHECK_EQUAL(Errc::invalid_state, code(gather(a, Future<int>{})));
  CHECK_EQUAL(Errc::invalid_state, code(gather(std::array<Future<int>, 2>{})));
  CHECK_EQUAL(2U, in_use());
}

TEST(Gather, of_a_future_that_found_no_block_fails_like_that) {
  occupy(0);
  auto missing = loop.create_future<int>();
  vacate();
  CHECK_EQUAL(Errc::out_of_blocks, code(gather(a, missing)));
  CHECK_EQUAL(Errc::out_of_blocks, code(gather(missing, a)));
  settle();
  CHECK_FALSE(a.done());
  CHECK_EQUAL(2U, in_use());
  CHECK_EQUAL(1U, loop.stats().failures);
}

// --- Errors ---

// C16
TEST(Gather, ends_with_the_first_error_and_the_others_go_on) {
  auto all = gather(a, b);
  b.set_error(Errc::user, 2);
  settle();
  CHECK_TRUE(all.error() == (Error{Errc::user, 2}));
  CHECK_FALSE(a.done());
  a.set_result(1);
  CHECK_EQUAL(1, value_of(a.result()));
}

// C16
TEST(Gather, counts_later_errors_of_the_others_as_looked_at) {
  auto all = gather(a, b);
  auto task = loop.create_task([f = a] { return f; });
  auto both = gather(task, b);
  b.set_error(Errc::user, 1);
  settle();
  CHECK_EQUAL(Errc::user, code(all));
  CHECK_EQUAL(Errc::user, code(both));
  a.set_error(Errc::user, 2);
  settle();
  a = b = {};
  task = {};
  all = {};
  both = {};
  check_reports();
}

TEST(Gather, that_nobody_looked_at_reports_its_error_once) {
  auto all = gather(a, b);
  a.set_error(Errc::user, 7);
  settle();
  a = b = {};
  all = {};
  check_reports(Errc::user);
}

TEST(Gather, ends_cancelled_when_a_child_is_cancelled_by_somebody_else) {
  auto all = gather(a, b);
  a.cancel();
  settle();
  CHECK_TRUE(all.cancelled());
  CHECK_FALSE(b.done());
}

// --- Cancelling ---

TEST(Gather, cancelled_cancels_all_that_are_pending_and_ends_when_they_have) {
  auto all = gather(a, b);
  CHECK_TRUE(all.cancel());
  CHECK_TRUE(a.cancelled());
  CHECK_TRUE(b.cancelled());
  CHECK_FALSE(all.done());
  run_pass();
  CHECK_TRUE(all.cancelled());
  CHECK_FALSE(all.cancel());
}

TEST(Gather, cancelled_leaves_those_that_are_done) {
  auto all = gather(a, b);
  a.set_result(1);
  settle();
  all.cancel();
  settle();
  CHECK_TRUE(all.cancelled());
  CHECK_EQUAL(1, value_of(a.result()));
  CHECK_TRUE(b.cancelled());
}

TEST(Gather, cancelled_ends_when_the_first_of_them_has) {
  auto slow = stubborn(a, 3, Errc::cancelled);
  auto all = gather(slow, b);
  run_pass();
  all.cancel();
  run_passes(2);
  CHECK_TRUE(all.cancelled());
  CHECK_FALSE(slow.done());
  settle();
  CHECK_TRUE(slow.cancelled());
}

TEST(Gather, cancelled_ends_cancelled_also_when_all_children_recover) {
  auto first = stubborn(a, 1, Errc::none);
  auto second = stubborn(b, 2, Errc::none);
  auto all = gather(first, second);
  run_pass();
  all.cancel();
  settle();
  CHECK_EQUAL(42, value_of(first.result()));
  CHECK_EQUAL(42, value_of(second.result()));
  CHECK_TRUE(all.cancelled());
}

TEST(Gather, cancelled_twice_asks_its_children_twice) {
  auto task = loop.create_task([this] { return a.or_else([f = b](Error) { return f; }); });
  auto all = gather(task);
  run_pass();
  CHECK_TRUE(all.cancel());
  run_passes(3);
  CHECK_TRUE(a.cancelled());
  CHECK_FALSE(b.done());
  CHECK_EQUAL(1U, task.cancelling());
  CHECK_TRUE(all.cancel());
  settle();
  CHECK_TRUE(b.cancelled());
  CHECK_TRUE(all.cancelled());
  CHECK_EQUAL(2U, task.cancelling());
}

// C1
TEST(Gather, complete_then_cancel_in_one_pass_is_cancelled_and_the_children_keep_their_values) {
  auto all = gather(a, b);
  auto next = all.then([this](const auto&) { note("ran")(); });
  a.set_result(1);
  b.set_result(2);
  CHECK_TRUE(all.cancel());
  settle();
  CHECK_TRUE(all.cancelled());
  CHECK_TRUE(next.cancelled());
  STRCMP_EQUAL("", log.c_str());
  CHECK_EQUAL(1, value_of(a.result()));
  CHECK_EQUAL(2, value_of(b.result()));
}

// C1
TEST(Gather, fail_then_cancel_in_one_pass_is_cancelled_and_the_error_is_still_reported) {
  auto all = gather(a, b);
  b.set_result(2);
  a.set_error({Errc::user, 1});
  CHECK_TRUE(all.cancel());
  settle();
  CHECK_TRUE(all.cancelled());
  a = {};
  check_reports(Errc::user);
}

// C1
TEST(Gather, cancel_then_complete_in_one_pass_is_cancelled_and_the_values_are_dropped) {
  auto all = gather(a, b);
  CHECK_TRUE(all.cancel());
  CHECK_EQUAL(Errc::none, code(a.set_result(1)));
  CHECK_EQUAL(Errc::none, code(b.set_result(2)));
  settle();
  CHECK_TRUE(all.cancelled());
  CHECK_TRUE(a.cancelled());
  CHECK_TRUE(b.cancelled());
}

// C1, C2
TEST(Gather, cancelled_at_every_pass_runs_no_success_continuation_once_cancel_was_true) {
  for (int at = 0; at < 6; ++at) {
    eyelet::Semaphore permits{loop, 2};
    bool ran = false;
    bool cancelled = false;
    {
      auto all = gather(permits.acquire(), permits.acquire());
      auto next = all.then([&](const auto&) { ran = true; });
      for (int pass = 0; pass < 8; ++pass) {
        if (pass == at) cancelled = next.cancel();
        run_pass();
      }
      CHECK_TRUE(next.done());
    }
    CHECK_TRUE(ran != cancelled);
    CHECK_EQUAL(2U, permits.value());
    CHECK_EQUAL(2U, in_use());
  }
}

// T8, C5
TEST(Gather, cancelled_ends_with_the_error_of_a_clean_up_that_fails) {
  auto failing = stubborn(a, 1, Errc::user);
  auto all = gather(failing, b);
  b.set_result(2);
  run_pass();
  all.cancel();
  settle();
  CHECK_EQUAL(Errc::user, code(all));
}

// C24
TEST(Gather, reports_an_error_that_comes_after_its_cancel_once_at_most) {
  auto failing = stubborn(a, 2, Errc::user);
  auto all = gather(failing, b);
  run_pass();
  all.cancel();
  settle();
  CHECK_TRUE(all.cancelled());
  STRCMP_EQUAL("cleaned ", log.c_str());
  failing = {};
  all = {};
  check_reports();
}

TEST(Gather, in_a_circle_with_a_task_can_be_cancelled) {
  Future<std::tuple<int>> all;
  auto task = loop.create_task([&all] { return all.then([](const auto&) { return 1; }); });
  all = gather(task);
  settle();
  CHECK_TRUE(all.cancel());
  int passes = 0;
  while (passes < 100 && loop.poll() == eyelet::kAtOnce) ++passes;
  CHECK_COMPARE(passes, <, 100);
  CHECK_TRUE(task.cancelled());
  CHECK_TRUE(all.cancelled());
}

// --- Who is held ---

TEST(Gather, dropped_lets_go_of_its_children) {
  auto all = gather(a, b);
  CHECK_EQUAL(5U, in_use());
  all = {};
  CHECK_EQUAL(2U, in_use());
  CHECK_FALSE(a.done());
  a.set_error(Errc::user);
  a = {};
  check_reports(Errc::user);
}

TEST(Gather, dropped_withdraws_waits_that_only_it_held) {
  eyelet::Event event{loop};
  auto all = gather(sleep(loop, 1h), event.wait());
  CHECK_EQUAL(1U, loop.stats().timers);
  all = {};
  CHECK_EQUAL(0U, loop.stats().timers);
  CHECK_EQUAL(2U, in_use());
}

TEST(Gather, dropped_at_every_stage_leaves_nothing_behind) {
  for (int stage = 0; stage < 7; ++stage) {
    auto first = loop.create_future<Live>();
    auto second = loop.create_future<Live>();
    auto all = gather(first, second);
    if (stage >= 1) first.set_result(1);
    if (stage >= 2) run_pass();
    if (stage == 3) second.set_result(2);
    if (stage >= 4) all.cancel();
    if (stage >= 5) run_pass();
    if (stage >= 6) run_pass();
    all = {};
    CHECK_EQUAL(4U, in_use());
    settle();
    CHECK_EQUAL(stage >= 4, second.cancelled());
    first = second = {};
    CHECK_EQUAL(2U, in_use());
    CHECK_EQUAL(0, Live::count);
  }
}

TEST(Gather, lives_without_handles_while_somebody_waits_for_it) {
  static_cast<void>(gather(a, b).then([this](const auto&) { note("ran")(); }));
  a.set_result(1);
  b.set_result(2);
  settle();
  STRCMP_EQUAL("ran ", log.c_str());
}

TEST(Gather, frees_the_blocks_of_its_children_when_it_is_done) {
  auto all = gather(a, b);
  a.set_result(1);
  b.set_result(2);
  settle();
  CHECK_EQUAL(3U, in_use());
}

TEST(Gather, keeps_no_child_after_the_first_error) {
  auto all = gather(a, loop.create_task([this] { return sleep(loop, 1h); }), sleep(loop, 1h));
  a.set_error(Errc::user);
  settle();
  CHECK_EQUAL(Errc::user, code(all));
  // The task runs on, with its own sleep; nobody waits for the other one.
  CHECK_EQUAL(1U, loop.stats().timers);
  advance(1h);
}

// C14
TEST(Gather, without_enough_blocks_fails_and_leaves_its_children_untouched) {
  a = b = {};
  const auto first = loop.create_future<int>();
  const auto second = loop.create_future<int>();
  const auto third = loop.create_future<int>();
  third.set_result(3);
  check_needs(4, [&] { return gather(first, second, third); });
  check_needs(4, [&] { return gather(std::array<Future<int>, 3>{first, second, third}); });
  CHECK_FALSE(first.done());
  CHECK_FALSE(second.done());
  auto all = gather(first, second, third);
  first.set_result(1);
  second.set_result(2);
  settle();
  CHECK_TRUE((value_of(all.result()) == std::tuple<int, int, int>{1, 2, 3}));
}

TEST(Gather, on_a_closed_loop_is_closed) {
  loop.close();
  CHECK_EQUAL(Errc::closed, code(gather(a, b)));
}

TEST(Gather, ends_broken_when_the_loop_closes_at_every_stage) {
  for (int stage = 0; stage < 4; ++stage) {
    eyelet::StaticLoop<16> other{port};
    auto first = other.create_future<Live>();
    auto second = other.create_future<Live>();
    auto all = gather(first, second, sleep(other, 1h));
    if (stage >= 1) first.set_result(1);
    if (stage >= 2) static_cast<void>(other.poll());
    if (stage >= 3) all.cancel();
    other.close();
    CHECK_EQUAL(Errc::broken_promise, code(all));
    all = {};
    first = second = {};
    CHECK_EQUAL(0U, other.stats().in_use);
    CHECK_EQUAL(0, Live::count);
  }
}

// --- Users' code that comes back ---

TEST(Gather, may_be_dropped_in_a_callback_of_its_child) {
  Future<std::tuple<int, int>> all;
  a.add_done_callback([&all](const Future<int>&) { all = {}; });
  all = gather(a, b);
  a.set_result(1);
  b.set_result(2);
  settle();
  CHECK_EQUAL(2U, in_use());
}

TEST(Gather, may_be_dropped_by_the_destructor_of_a_result_that_it_lets_go) {
  eyelet::AnyFuture all;
  auto drop = [&all] { all = {}; };
  using Dropper = OnDestroy<decltype(drop)>;
  auto last = loop.create_future<Dropper>();
  all = gather(a, last);
  last.set_result(Dropper{drop});
  last = {};
  settle();
  CHECK_FALSE(all.block() == nullptr);
  a.set_error(Errc::user);
  settle();
  CHECK_TRUE(all.block() == nullptr);
  a = {};
  CHECK_EQUAL(1U, in_use());
}

TEST(Gather, may_be_cancelled_and_dropped_by_what_its_cancel_destroys) {
  Future<std::tuple<std::monostate, int>> all;
  auto drop = [&all] {
    all.cancel();
    all = {};
  };
  using Dropper = OnDestroy<decltype(drop)>;
  eyelet::Queue<std::optional<Dropper>, 1> queue{loop};
  CHECK_EQUAL(Errc::none, code(queue.put_nowait(std::nullopt)));
  {
    auto put = queue.put(Dropper{drop});
    all = gather(put, a);
  }
  all.cancel();
  settle();
  CHECK_TRUE(a.cancelled());
  CHECK_EQUAL(2U, in_use());
}

TEST(Gather, may_be_cancelled_and_dropped_by_what_the_cancel_of_another_destroys) {
  auto other = gather(a, b);
  auto drop = [&other] {
    other.cancel();
    other = {};
  };
  using Dropper = OnDestroy<decltype(drop)>;
  eyelet::Queue<std::optional<Dropper>, 1> queue{loop};
  CHECK_EQUAL(Errc::none, code(queue.put_nowait(std::nullopt)));
  auto all = gather(queue.put(Dropper{drop}));
  all.cancel();
  settle();
  CHECK_TRUE(all.cancelled());
  CHECK_TRUE(a.cancelled());
  CHECK_TRUE(b.cancelled());
  CHECK_EQUAL(3U, in_use());
}

// --- Nested ---

TEST(Gather, of_gathers_gives_nested_values) {
  auto all = gather(gather(a, b), gather(b));
  b.set_result(2);
  a.set_result(1);
  settle();
  const auto& [first, second] = *all.result();
  CHECK_TRUE((first == std::tuple<int, int>{1, 2}));
  CHECK_TRUE((second == std::tuple<int>{2}));
}

TEST(Gather, of_gathers_passes_a_cancel_down_and_ends_from_the_inside) {
  auto inner = gather(a, b);
  auto all = gather(inner);
  all.cancel();
  settle();
  CHECK_TRUE(a.cancelled());
  CHECK_TRUE(b.cancelled());
  CHECK_TRUE(inner.cancelled());
  CHECK_TRUE(all.cancelled());
}

// Each level has a stage that makes the type the same again.
static Future<int> nest_gathers(Future<int> heart, int levels) {
  for (int i = 0; i < levels; ++i)
    heart = gather(heart).then([](const std::tuple<int>& t) { return std::get<0>(t) + 1; });
  return heart;
}

TEST(Gather, of_gathers_5000_deep_completes_on_a_constant_stack) {
  CHECK_TRUE(passes_on_a_small_stack([this] {
    Loop deep{port, deep_storage};
    const auto heart = deep.create_future<int>();
    auto outermost = nest_gathers(heart, 5000);
    heart.set_result(0);
    run_all(deep);
    return outermost.take() == 5000;
  }));
}

TEST(Gather, of_gathers_5000_deep_is_cancelled_on_a_constant_stack) {
  CHECK_TRUE(passes_on_a_small_stack([this] {
    Loop deep{port, deep_storage};
    const auto heart = deep.create_future<int>();
    auto outermost = nest_gathers(heart, 5000);
    const bool asked = outermost.cancel();
    run_all(deep);
    return asked && heart.cancelled() && outermost.cancelled();
  }));
}

TEST(Gather, of_gathers_5000_deep_is_closed_on_a_constant_stack) {
  CHECK_TRUE(passes_on_a_small_stack([this] {
    Loop deep{port, deep_storage};
    auto outermost = nest_gathers(deep.create_future<int>(), 5000);
    deep.close();
    outermost = {};
    return deep.stats().in_use == 0;
  }));
}

// --- Of a number known at run time, and of nothing ---

TEST_GROUP_BASE(GatherInto, CombinatorFixture) {
  std::array<Future<int>, 4> futures;
  std::array<int, 4> values{-1, -1, -1, -1};
  Future<void> all;

  void setup() override {
    for (auto& f : futures) f = loop.create_future<int>();
  }
  void teardown() override {
    futures.fill(Future<int>{});
    all = {};
    check_clean();
  }
};

TEST(GatherInto, assigns_the_values_in_argument_order_when_all_have_come) {
  all = gather(loop, futures.data(), 3, values.data());
  futures[2].set_result(2);
  futures[0].set_result(0);
  settle();
  CHECK_FALSE(all.done());
  CHECK_EQUAL(-1, values[0]);
  futures[1].set_result(1);
  settle();
  CHECK_EQUAL(Errc::none, code(all.result()));
  CHECK_TRUE((values == std::array<int, 4>{0, 1, 2, -1}));
}

TEST(GatherInto, ends_with_the_first_error_and_assigns_nothing) {
  all = gather(loop, futures.data(), 4, values.data());
  futures[0].set_result(0);
  futures[3].set_error(Errc::user, 3);
  settle();
  CHECK_TRUE(all.error() == (Error{Errc::user, 3}));
  CHECK_TRUE((values == std::array<int, 4>{-1, -1, -1, -1}));
  CHECK_FALSE(futures[1].done());
}

TEST(GatherInto, assigns_every_outcome_where_errors_are_wanted) {
  std::array<Result<int>, 2> outcomes{7, 7};
  all = gather(eyelet::kReturnErrors, loop, futures.data(), 2, outcomes.data());
  futures[0].set_error(Errc::user);
  settle();
  CHECK_FALSE(all.done());
  futures[1].set_result(1);
  settle();
  CHECK_EQUAL(Errc::none, code(all.result()));
  CHECK_EQUAL(Errc::user, code(outcomes[0]));
  CHECK_EQUAL(1, *outcomes[1]);
}

TEST(GatherInto, does_not_need_the_futures_themselves) {
  {
    const std::array<Future<int>, 2> copies{futures[0], futures[1]};
    all = gather(loop, copies.data(), 2, values.data());
  }
  futures[0].set_result(5);
  futures[1].set_result(6);
  settle();
  CHECK_EQUAL(6, values[1]);
}

TEST(GatherInto, moves_values_that_can_only_be_moved) {
  std::array<Future<MoveOnly>, 2> sources{loop.create_future<MoveOnly>(),
                                          loop.create_future<MoveOnly>()};
  std::array<MoveOnly, 2> things;
  all = gather(loop, sources.data(), 2, things.data());
  for (int i = 0; i < 2; ++i) sources[static_cast<std::size_t>(i)].set_result(i + 8);
  settle();
  CHECK_EQUAL(8, things[0].id);
  CHECK_EQUAL(9, things[1].id);
}

// C17
TEST(GatherInto, of_nothing_is_over_in_the_next_pass) {
  all = gather(loop, futures.data(), 0, values.data());
  CHECK_FALSE(all.done());
  run_pass();
  CHECK_EQUAL(Errc::none, code(all.result()));
  all = gather(loop, static_cast<const Future<void>*>(nullptr), 0);
  CHECK_FALSE(all.done());
  run_pass();
  CHECK_EQUAL(Errc::none, code(all.result()));
}

TEST(GatherInto, cancelled_cancels_all_that_are_pending) {
  all = gather(loop, futures.data(), 4, values.data());
  futures[1].set_result(1);
  CHECK_TRUE(all.cancel());
  settle();
  CHECK_TRUE(all.cancelled());
  CHECK_TRUE(futures[3].cancelled());
  CHECK_EQUAL(-1, values[1]);
}

TEST(GatherInto, needs_a_block_for_each_and_one) {
  check_needs(5, [this] { return gather(loop, futures.data(), 4, values.data()); });
  for (auto& f : futures) CHECK_FALSE(f.done());
}

TEST(Gather, of_futures_without_a_value_has_none) {
  std::array<Future<void>, 3> steps;
  for (auto& step : steps) step = loop.create_future<void>();
  const Future<void> all = gather(steps);
  const Future<void> counted = gather(loop, steps.data(), 3);
  const Future<void> two = gather(steps[0], steps[1]);
  for (const auto& step : steps) {
    CHECK_FALSE(all.done());
    CHECK_FALSE(counted.done());
    step.set_result();
    settle();
  }
  CHECK_EQUAL(Errc::none, code(all.result()));
  CHECK_EQUAL(Errc::none, code(counted.result()));
  CHECK_EQUAL(Errc::none, code(two.result()));
}

TEST(Gather, a_circle_through_two_of_them_is_opened_by_a_cancel_of_either) {
  for (const bool outer_first : {true, false}) {
    using Pair = std::tuple<int, int>;
    const auto first_of = [](const Pair& pair) { return std::get<0>(pair); };
    Future<Pair> outer;
    const auto task = loop.create_task([&outer, first_of] { return outer.then(first_of); });
    const Future<Pair> middle = gather(task, a);
    const auto inner = middle.then(first_of);
    outer = gather(inner, a);
    settle();
    CHECK_TRUE(outer_first ? outer.cancel() : middle.cancel());
    settle();
    CHECK_TRUE(outer.cancelled());
    CHECK_TRUE(task.cancelled());
    a = loop.create_future<int>();
  }
}
