// SPDX-License-Identifier: BSL-1.0
// wait: tells which are done, touches none of them, leaves nothing on those that live long.
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::Done;
using eyelet::ReturnWhen;
using eyelet::sleep;
using eyelet::wait;

namespace {
eyelet::BlockStorage<11000> deep_storage;
}  // namespace

TEST_GROUP_BASE(Wait, CombinatorFixture) {
  Future<int> a;
  Future<int> b;
  Future<Done> ended;

  void setup() override {
    a = loop.create_future<int>();
    b = loop.create_future<int>();
  }
  void teardown() override {
    a = b = {};
    ended = {};
    check_clean();
  }
};

TEST(Wait, for_all_ends_when_the_last_is_done_however_it_ended) {
  auto c = loop.create_future<void>();
  ended = wait(ReturnWhen::all_completed, a, b, c);
  a.set_error(Errc::user);
  b.cancel();
  run_ready();
  CHECK_FALSE(ended.done());
  c.set_result();
  run_ready();
  CHECK_EQUAL(7U, ended.result()->bits());
  CHECK_EQUAL(3U, ended.result()->count());
  CHECK_EQUAL(Errc::user, code(a));
}

TEST(Wait, for_the_first_ends_when_one_is_done_and_tells_which) {
  ended = wait(ReturnWhen::first_completed, a, b);
  b.set_result(2);
  run_ready();
  CHECK_FALSE((*ended.result())[0]);
  CHECK_TRUE((*ended.result())[1]);
  CHECK_EQUAL(1U, ended.result()->count());
  CHECK_FALSE(a.done());
  CHECK_EQUAL(2, value_of(b.result()));
}

TEST(Wait, for_the_first_counts_one_that_was_cancelled) {
  ended = wait(ReturnWhen::first_completed, a, b);
  a.cancel();
  run_ready();
  CHECK_EQUAL(1U, ended.result()->bits());
}

TEST(Wait, for_the_first_tells_all_that_are_done_by_then) {
  ended = wait(ReturnWhen::first_completed, a, b);
  a.set_result(1);
  b.set_result(2);
  run_ready();
  CHECK_EQUAL(3U, ended.result()->bits());
}

TEST(Wait, for_the_first_error_passes_by_values_and_cancelled_ones) {
  auto c = loop.create_future<int>();
  ended = wait(ReturnWhen::first_error, a, b, c);
  a.set_result(1);
  b.cancel();
  run_ready();
  CHECK_FALSE(ended.done());
  c.set_error(Errc::user);
  run_ready();
  CHECK_EQUAL(7U, ended.result()->bits());
  CHECK_EQUAL(Errc::user, code(c));
}

TEST(Wait, for_the_first_error_ends_with_it_while_others_go_on) {
  ended = wait(ReturnWhen::first_error, a, b);
  b.set_error(Errc::user);
  run_ready();
  CHECK_EQUAL(2U, ended.result()->bits());
  CHECK_FALSE(a.done());
  static_cast<void>(b.result());
}

TEST(Wait, for_the_first_error_ends_when_all_are_done_without_one) {
  ended = wait(ReturnWhen::first_error, a, b);
  a.set_result(1);
  b.cancel();
  run_ready();
  CHECK_EQUAL(3U, ended.result()->bits());
}

TEST(Wait, for_futures_that_are_done_is_not_complete_when_it_returns) {
  a.set_result(1);
  ended = wait(ReturnWhen::first_completed, a, b);
  CHECK_FALSE(ended.done());
  run_pass();
  CHECK_EQUAL(1U, ended.result()->bits());
}

// C15
TEST(Wait, for_one_future_given_twice_tells_it_in_both_places) {
  ended = wait(ReturnWhen::all_completed, a, b, a);
  a.set_result(1);
  b.set_result(2);
  run_ready();
  CHECK_EQUAL(7U, ended.result()->bits());
}

TEST(Wait, leaves_errors_to_be_looked_at) {
  ended = wait(ReturnWhen::all_completed, a, b);
  a.set_error(Errc::user, 1);
  b.set_error(Errc::user, 2);
  run_ready();
  CHECK_EQUAL(3U, ended.result()->bits());
  static_cast<void>(a.result());
  a = b = {};
  CHECK_EQUAL(2, reports[0].detail);
  check_reports(Errc::user);
}

TEST(Wait, for_a_future_of_nothing_fails) {
  CHECK_EQUAL(Errc::invalid_state, code(wait(ReturnWhen::all_completed, Future<int>{}, a)));
  CHECK_EQUAL(Errc::invalid_state, code(wait(ReturnWhen::all_completed, a, Future<int>{})));
  CHECK_EQUAL(2U, in_use());
}

TEST(Wait, takes_64_futures) {
  const auto count = [](auto... futures) { return wait(ReturnWhen::first_completed, futures...); };
  ended = count(b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b,
                b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b,
                b, b, b, b, a);
  a.set_result(1);
  run_ready();
  CHECK_EQUAL(std::uint64_t{1} << 60, ended.result()->bits());
}

// --- Of many ---

TEST(Wait, for_an_array_of_tasks_tells_which_are_done) {
  std::array tasks{loop.create_task([this] { return a; }), loop.create_task([] { return 1; }),
                   loop.create_task([this] { return b; })};
  ended = wait(ReturnWhen::first_completed, tasks);
  run_ready();
  CHECK_EQUAL(2U, ended.result()->bits());
  CHECK_FALSE(tasks[0].done());
  ended = wait(ReturnWhen::all_completed, 5us, tasks);
  b.cancel();
  advance(5us);
  CHECK_EQUAL(6U, ended.result()->bits());
  a.cancel();
  run_ready();
}

TEST(Wait, for_an_array_takes_handles_of_several_types) {
  const auto c = loop.create_future<void>();
  ended = wait(ReturnWhen::first_error, std::array<eyelet::AnyFuture, 3>{a, b, c});
  c.set_result();
  run_ready();
  CHECK_FALSE(ended.done());
  b.set_error(Errc::user);
  run_ready();
  CHECK_EQUAL(6U, ended.result()->bits());
  CHECK_EQUAL(Errc::user, code(b));
}

TEST(Wait, for_a_number_known_at_run_time_takes_more_than_64) {
  eyelet::StaticLoop<201> large{port};
  std::array<Future<int>, 100> futures;
  for (auto& f : futures) f = large.create_future<int>();
  const Future<void> any = wait(ReturnWhen::first_completed, large, futures.data(), futures.size());
  const Future<int> last = futures[99];
  const auto take_pass = [&large] { static_cast<void>(large.poll()); };
  CHECK_EQUAL(201U, large.stats().in_use);
  last.set_result(1);
  take_pass();
  CHECK_TRUE(any.done());
  const Future<void> all = wait(ReturnWhen::all_completed, large, futures.data(), 99);
  for (std::size_t i = 0; i < 99; ++i) {
    CHECK_FALSE(all.done());
    futures[i].set_result(1);
    take_pass();
  }
  CHECK_EQUAL(Errc::none, code(all));
}

TEST(Wait, for_a_number_does_not_need_their_array) {
  Future<void> all;
  {
    const std::array<Future<int>, 2> futures{a, b};
    all = wait(ReturnWhen::all_completed, loop, futures.data(), 2);
  }
  a.set_result(1);
  b.cancel();
  run_ready();
  CHECK_EQUAL(Errc::none, code(all));
}

TEST(Wait, for_a_number_with_a_limit_ends_then) {
  const std::array<Future<int>, 2> futures{a, b};
  const Future<void> all = wait(ReturnWhen::all_completed, 5us, loop, futures.data(), 2);
  a.set_result(1);
  advance(4us);
  CHECK_FALSE(all.done());
  advance(1us);
  CHECK_EQUAL(Errc::none, code(all));
  CHECK_FALSE(b.done());
  CHECK_EQUAL(Errc::invalid_argument,
              code(wait(ReturnWhen::all_completed, -1us, loop, futures.data(), 2)));
}

TEST(Wait, for_none_at_run_time_is_refused) {
  CHECK_EQUAL(Errc::invalid_argument, code(wait(ReturnWhen::all_completed, loop, &a, 0)));
  CHECK_EQUAL(Errc::invalid_argument, code(wait(ReturnWhen::all_completed, 1h, loop, &a, 0)));
  CHECK_EQUAL(2U, in_use());
}

TEST(Wait, for_many_of_which_one_is_nothing_or_has_no_block_fails) {
  CHECK_EQUAL(Errc::invalid_state,
              code(wait(ReturnWhen::all_completed, std::array{a, Future<int>{}})));
  occupy(0);
  const std::array<Future<int>, 2> futures{a, loop.create_future<int>()};
  report_count = 0;
  vacate();
  CHECK_EQUAL(Errc::out_of_blocks, code(wait(ReturnWhen::all_completed, futures)));
  CHECK_EQUAL(Errc::out_of_blocks, code(wait(ReturnWhen::all_completed, loop, futures.data(), 2)));
  CHECK_EQUAL(2U, in_use());
}

// --- The limit ---

TEST(Wait, with_a_limit_ends_then_with_those_that_are_done) {
  ended = wait(ReturnWhen::all_completed, 5us, a, b);
  b.set_result(2);
  advance(4us);
  CHECK_FALSE(ended.done());
  advance(1us);
  CHECK_EQUAL(2U, ended.result()->bits());
  CHECK_FALSE(a.done());
  CHECK_EQUAL(3U, in_use());
}

TEST(Wait, with_a_limit_may_end_with_none) {
  ended = wait(ReturnWhen::first_completed, 5us, a, b);
  advance(5us);
  CHECK_EQUAL(0U, ended.result()->bits());
}

TEST(Wait, with_a_limit_disarms_it_when_it_ends_before) {
  ended = wait(ReturnWhen::first_completed, 5us, a, b);
  CHECK_EQUAL(1U, loop.stats().timers);
  a.set_result(1);
  run_ready();
  CHECK_EQUAL(0U, loop.stats().timers);
  advance(5us);
  CHECK_EQUAL(1U, ended.result()->bits());
}

TEST(Wait, with_a_limit_of_zero_gives_one_pass) {
  ended = wait(ReturnWhen::all_completed, 0us, a, b);
  a.set_result(1);
  CHECK_FALSE(ended.done());
  run_pass();
  CHECK_EQUAL(1U, ended.result()->bits());
}

TEST(Wait, with_a_negative_limit_is_refused) {
  ended = wait(ReturnWhen::all_completed, -1us, a, b);
  CHECK_EQUAL(Errc::invalid_argument, code(ended));
  ended = {};
  CHECK_EQUAL(2U, in_use());
}

TEST(Wait, whose_limit_and_last_completion_share_a_pass_ends_once_in_both_orders) {
  for (const bool limit_first : {true, false}) {
    Future<void> nap;
    if (!limit_first) nap = sleep(loop, 5us);
    ended = wait(ReturnWhen::all_completed, 5us, limit_first ? (nap = sleep(loop, 5us)) : nap);
    advance(5us);
    CHECK_EQUAL(1U, ended.result()->bits());
    CHECK_EQUAL(0U, loop.stats().timers);
  }
  ended = wait(ReturnWhen::all_completed, 5us, a);
  loop.call_later(5us, [this] { a.set_result(1); });
  advance(5us);
  CHECK_EQUAL(0U, ended.result()->bits());
}

TEST(Wait, whose_limit_shares_a_pass_with_a_cancel_from_outside_is_cancelled) {
  loop.call_later(5us, [this] { CHECK_TRUE(ended.cancel()); });
  ended = wait(ReturnWhen::all_completed, 5us, a);
  advance(5us);
  CHECK_TRUE(ended.cancelled());
  ended = wait(ReturnWhen::all_completed, 5us, a);
  bool ran = false;
  auto next = ended.then([&ran](Done) { ran = true; });
  bool cancelled = true;
  loop.call_later(5us, [&] { cancelled = next.cancel(); });
  advance(5us);
  CHECK_FALSE(cancelled);
  CHECK_TRUE(ran);
}

// --- Cancelling, dropping, closing ---

TEST(Wait, cancelled_ends_at_once_and_never_cancels_a_future) {
  ended = wait(ReturnWhen::all_completed, 1h, a, b);
  CHECK_TRUE(ended.cancel());
  CHECK_TRUE(ended.cancelled());
  CHECK_EQUAL(3U, in_use());
  run_ready();
  CHECK_FALSE(a.done());
  CHECK_FALSE(b.done());
}

// C1
TEST(Wait, cancelled_at_every_pass_runs_no_success_continuation_once_cancel_was_true) {
  for (int at = 0; at < 5; ++at) {
    auto f = loop.create_future<int>();
    bool ran = false;
    bool cancelled = false;
    auto next = wait(ReturnWhen::all_completed, 1h, f, b).then([&ran](Done) { ran = true; });
    b = loop.create_future<int>();
    run_ready();
    CHECK_TRUE(next.done() == false || at == 0);
    f.set_result(1);
    for (int pass = 0; pass < 6; ++pass) {
      if (pass == at) cancelled = next.cancel();
      run_pass();
    }
    CHECK_TRUE(next.done());
    CHECK_TRUE(ran != cancelled);
    CHECK_EQUAL(1, value_of(f.result()));
  }
}

TEST(Wait, dropped_at_every_stage_leaves_nothing_behind) {
  for (int stage = 0; stage < 5; ++stage) {
    auto f = loop.create_future<Live>();
    auto w = wait(ReturnWhen::all_completed, 5us, f, a);
    if (stage >= 1) f.set_result(1);
    if (stage >= 2) run_pass();
    if (stage == 3) port.advance(5us);
    if (stage == 4) w.cancel();
    w = {};
    CHECK_EQUAL(3U, in_use());
    run_ready();
    f = {};
    CHECK_EQUAL(0, Live::count);
  }
  CHECK_EQUAL(2U, in_use());
}

TEST(Wait, dropped_withdraws_waits_that_only_it_held) {
  ended = wait(ReturnWhen::all_completed, sleep(loop, 1h), sleep(loop, 1h));
  CHECK_EQUAL(2U, loop.stats().timers);
  ended = {};
  CHECK_EQUAL(0U, loop.stats().timers);
}

TEST(Wait, for_futures_of_two_loops_is_refused_and_leaves_them_untouched) {
  eyelet::StaticLoop<4> other{port};
  const std::array<Future<int>, 2> both{a, other.create_future<int>()};
  CHECK_EQUAL(Errc::invalid_state, code(wait(ReturnWhen::all_completed, both)));
  CHECK_EQUAL(Errc::invalid_state, code(wait(ReturnWhen::first_completed, 1h, both)));
  CHECK_EQUAL(Errc::invalid_state, code(wait(ReturnWhen::first_error, 1h, loop, both.data(), 2)));
  CHECK_EQUAL(0U, loop.stats().timers);
  CHECK_EQUAL(2U, in_use());
  CHECK_EQUAL(1U, other.stats().in_use);
}

// C14
TEST(Wait, without_enough_blocks_fails_and_leaves_the_futures_untouched) {
  check_needs(3, [this] { return wait(ReturnWhen::first_completed, a, b); });
  check_needs(4, [this] { return wait(ReturnWhen::first_completed, 1h, a, b); });
  const std::array<Future<int>, 2> both{a, b};
  check_needs(4, [&] { return wait(ReturnWhen::first_completed, 1h, both); });
  check_needs(4, [&] { return wait(ReturnWhen::first_completed, 1h, loop, both.data(), 2); });
  CHECK_FALSE(a.done());
  CHECK_FALSE(b.done());
  ended = wait(ReturnWhen::first_completed, 1h, a, b);
  b.set_result(1);
  run_ready();
  CHECK_EQUAL(2U, ended.result()->bits());
}

TEST(Wait, ends_broken_when_the_loop_closes_at_every_stage) {
  for (int stage = 0; stage < 4; ++stage) {
    eyelet::StaticLoop<16> other{port};
    auto first = other.create_future<Live>();
    auto second = other.create_future<Live>();
    auto w = wait(ReturnWhen::all_completed, 5us, first, second);
    if (stage >= 1) first.set_result(1);
    if (stage >= 2) static_cast<void>(other.poll());
    if (stage >= 3) second.set_result(1);
    other.close();
    CHECK_EQUAL(Errc::broken_promise, code(w));
    CHECK_EQUAL(Errc::closed, code(wait(ReturnWhen::all_completed, first)));
    w = {};
    first = second = {};
    CHECK_EQUAL(0U, other.stats().in_use);
    CHECK_EQUAL(0, Live::count);
  }
}

// C18
TEST(Wait, for_the_first_of_a_short_and_an_immortal_one_100000_times_keeps_the_pool_flat) {
  unsigned random = 1;
  for (int i = 0; i < 100000; ++i) {
    auto brief = loop.create_future<int>();
    ended = wait(ReturnWhen::first_completed, 1h, brief, a);
    random = random * 1103515245 + 12345;
    const unsigned dice = random >> 16 & 3;
    if (dice == 0) ended.cancel();
    if (dice == 1) run_pass();
    brief.set_result(1);
    if (dice == 2) ended.cancel();
    run_pass();
    CHECK_EQUAL(dice == 0 || dice == 2, ended.cancelled());
    ended = {};
  }
  CHECK_EQUAL(2U, in_use());
  CHECK_EQUAL(7U, loop.stats().peak);
}

// --- Users' code that comes back ---

TEST(Wait, may_be_dropped_in_a_callback_of_its_future) {
  a.add_done_callback([this](const Future<int>&) { ended = {}; });
  ended = wait(ReturnWhen::all_completed, 1h, a);
  a.set_result(1);
  run_ready();
  CHECK_EQUAL(2U, in_use());
}

TEST(Wait, may_be_dropped_by_the_destructor_of_a_result_that_it_lets_go) {
  auto drop = [this] { ended = {}; };
  auto f = loop.create_future<OnDestroy<decltype(drop)>>();
  ended = wait(ReturnWhen::all_completed, 1h, f);
  f.set_result(OnDestroy<decltype(drop)>{drop});
  f = {};
  run_ready();
  CHECK_EQUAL(2U, in_use());
}

TEST(Wait, in_a_circle_with_a_task_can_be_cancelled) {
  auto task = loop.create_task([this] { return ended.then([](Done) {}); });
  ended = wait(ReturnWhen::all_completed, task);
  run_ready();
  CHECK_TRUE(task.cancel());
  run_ready();
  CHECK_TRUE(task.cancelled());
  CHECK_TRUE(ended.cancelled());
}

TEST(Wait, for_waits_5000_deep_is_dropped_cancelled_and_closed_on_a_constant_stack) {
  for (int way = 0; way < 3; ++way) {
    CHECK_TRUE(passes_on_a_small_stack([this, way] {
      Loop deep{port, deep_storage};
      const auto heart = deep.create_future<Done>();
      Future<Done> outermost = heart;
      for (int i = 0; i < 5000; ++i) outermost = wait(ReturnWhen::first_error, outermost);
      if (way == 0) outermost.cancel();
      if (way == 1) outermost = {};
      if (way == 2) deep.close();
      return !heart.cancelled() && deep.stats().in_use <= 2;
    }));
  }
}
