// SPDX-License-Identifier: BSL-1.0
// wait_for: who wins when result, limit and cancel come close together, and what is cleaned up.
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::shield;
using eyelet::sleep;
using eyelet::wait_for;

namespace {
eyelet::BlockStorage<16000> deep_storage;
}  // namespace

TEST_GROUP_BASE(WaitFor, CombinatorFixture) {
  Future<int> inner;
  Future<int> limited;

  void setup() override { inner = loop.create_future<int>(); }
  void teardown() override {
    inner = limited = {};
    check_clean();
  }

  /// A task that answers a cancel of `inner` some passes later.
  Task<int> stubborn(int passes, Result<int> answer) {
    return loop.create_task([this, passes, answer] {
      return inner.or_else([this, passes, answer](Error) {
        Future<void> last = sleep(loop, 0us);
        for (int i = 1; i < passes; ++i) last = last.then([this] { return sleep(loop, 0us); });
        return last.then([this, answer] {
          note("cleaned")();
          return answer;
        });
      });
    });
  }

  void expire() {
    port.advance(5us);
    settle();
  }
};

TEST(WaitFor, ends_with_a_result_that_beats_the_limit_and_disarms_it) {
  limited = wait_for(inner, 5us);
  CHECK_EQUAL(1U, loop.stats().timers);
  inner.set_result(1);
  settle();
  CHECK_EQUAL(1, value_of(limited.result()));
  CHECK_EQUAL(0U, loop.stats().timers);
  CHECK_EQUAL(2U, in_use());
}

TEST(WaitFor, ends_with_an_error_that_beats_the_limit) {
  limited = wait_for(inner, 5us);
  inner.set_error(Errc::user, 2);
  settle();
  CHECK_TRUE(limited.error() == (Error{Errc::user, 2}));
  inner = {};
  check_reports();
}

TEST(WaitFor, moves_a_value_that_can_only_be_moved) {
  auto only = loop.create_future<MoveOnly>();
  auto value = wait_for(only, 5us);
  only.set_result(3);
  settle();
  CHECK_EQUAL(3, value_of(value.take()).id);
}

TEST(WaitFor, cancels_the_future_at_the_limit_and_not_before) {
  limited = wait_for(inner, 5us);
  port.advance(4us);
  settle();
  CHECK_FALSE(limited.done());
  CHECK_FALSE(inner.done());
  port.advance(1us);
  settle();
  CHECK_EQUAL(Errc::timed_out, code(limited));
  CHECK_TRUE(inner.cancelled());
  CHECK_FALSE(limited.cancelled());
}

TEST(WaitFor, with_a_limit_of_zero_gives_one_pass) {
  auto quick = loop.create_task([] { return 1; });
  auto in_time = wait_for(quick, 0us);
  limited = wait_for(inner, 0us);
  CHECK_FALSE(limited.done());
  settle();
  CHECK_EQUAL(1, value_of(in_time.result()));
  CHECK_EQUAL(Errc::timed_out, code(limited));
}

TEST(WaitFor, with_a_negative_limit_is_refused_and_leaves_the_future) {
  limited = wait_for(inner, -1us);
  CHECK_EQUAL(Errc::invalid_argument, code(limited));
  settle();
  CHECK_FALSE(inner.done());
  CHECK_EQUAL(2U, in_use());
}

TEST(WaitFor, of_a_future_of_nothing_or_without_a_block_is_that_future) {
  CHECK_EQUAL(Errc::invalid_state, code(wait_for(Future<int>{}, 1us)));
  occupy(0);
  auto missing = loop.create_future<int>();
  vacate();
  CHECK_EQUAL(Errc::out_of_blocks, code(wait_for(missing, 1us)));
}

TEST(WaitFor, of_a_future_that_is_done_is_not_complete_when_it_returns) {
  inner.set_result(1);
  limited = wait_for(inner, 0us);
  CHECK_FALSE(limited.done());
  settle();
  CHECK_EQUAL(1, value_of(limited.result()));
}

// C3
TEST(WaitFor, ends_only_when_what_it_cancelled_has_cleaned_up) {
  for (const auto limit : {0us, 5us}) {
    log.clear();
    inner = loop.create_future<int>();
    auto slow = stubborn(3, eyelet::failure(Errc::cancelled));
    run_pass();
    limited = wait_for(slow, limit);
    port.advance(limit);
    run_passes(3);
    CHECK_TRUE(inner.cancelled());
    CHECK_FALSE(limited.done());
    settle();
    STRCMP_EQUAL("cleaned ", log.c_str());
    CHECK_EQUAL(Errc::timed_out, code(limited));
  }
}

// C5
TEST(WaitFor, ends_with_the_error_of_a_clean_up_that_fails) {
  auto failing = stubborn(2, eyelet::failure(Errc::user, 4));
  limited = wait_for(failing, 5us);
  run_pass();
  expire();
  CHECK_TRUE(limited.error() == (Error{Errc::user, 4}));
}

// C7
TEST(WaitFor, ends_with_a_value_that_came_in_spite_of_the_cancel) {
  auto recovers = stubborn(2, 42);
  limited = wait_for(recovers, 5us);
  run_pass();
  expire();
  CHECK_EQUAL(42, value_of(limited.result()));
}

// C6
TEST(WaitFor, cancelled_cancels_the_future_with_a_limit_near_and_far) {
  for (const auto limit : {eyelet::Duration{5}, eyelet::Duration::max()}) {
    inner = loop.create_future<int>();
    limited = wait_for(inner, limit);
    CHECK_TRUE(limited.cancel());
    CHECK_TRUE(inner.cancelled());
    settle();
    CHECK_TRUE(limited.cancelled());
    CHECK_EQUAL(0U, loop.stats().timers);
  }
}

// C1
TEST(WaitFor, complete_then_cancel_in_one_pass_is_cancelled_and_the_inner_keeps_its_value) {
  for (const bool task : {false, true}) {
    auto f = loop.create_future<int>();
    Future<int> source = task ? Future<int>{loop.create_task([f] { return f; })} : f;
    run_pass();
    limited = wait_for(source, 5us);
    f.set_result(1);
    CHECK_TRUE(limited.cancel());
    settle();
    CHECK_TRUE(limited.cancelled());
    CHECK_EQUAL(1, value_of(f.result()));
  }
}

// C1
TEST(WaitFor, cancel_then_complete_in_one_pass_is_cancelled) {
  limited = wait_for(inner, 5us);
  CHECK_TRUE(limited.cancel());
  CHECK_EQUAL(Errc::none, code(inner.set_result(1)));
  settle();
  CHECK_TRUE(limited.cancelled());
}

// C2
TEST(WaitFor, of_an_acquire_cancelled_at_every_pass_gives_the_permit_back) {
  for (int at = 0; at < 5; ++at) {
    eyelet::Semaphore permits{loop, 1};
    bool ran = false;
    bool cancelled = false;
    auto next = wait_for(permits.acquire(), 5us).then([&](const auto&) { ran = true; });
    for (int pass = 0; pass < 6; ++pass) {
      if (pass == at) cancelled = next.cancel();
      run_pass();
    }
    CHECK_TRUE(next.done());
    CHECK_TRUE(ran != cancelled);
    next = {};
    CHECK_EQUAL(1U, permits.value());
    CHECK_EQUAL(1U, in_use());
  }
}

TEST(WaitFor, whose_result_comes_in_the_pass_of_the_limit_ends_with_it_in_both_orders) {
  for (const bool result_first : {true, false}) {
    inner = loop.create_future<int>();
    const auto complete = [this] { inner.set_result(1); };
    if (result_first) loop.call_later(5us, complete);
    limited = wait_for(inner, 5us);
    if (!result_first) loop.call_later(5us, complete);
    expire();
    if (result_first)
      CHECK_EQUAL(1, value_of(limited.result()));
    else
      CHECK_EQUAL(Errc::timed_out, code(limited));
  }
}

// C10
TEST(WaitFor, cancelled_from_outside_in_the_pass_of_the_limit_is_cancelled_in_both_orders) {
  for (const bool cancel_first : {true, false}) {
    inner = loop.create_future<int>();
    bool asked = false;
    const auto cancel = [&] { asked = limited.cancel(); };
    if (cancel_first) loop.call_later(5us, cancel);
    limited = wait_for(inner, 5us);
    if (!cancel_first) loop.call_later(5us, cancel);
    expire();
    CHECK_TRUE(asked);
    CHECK_TRUE(limited.cancelled());
  }
}

TEST(WaitFor, of_a_future_that_somebody_else_cancels_before_the_limit_is_cancelled) {
  limited = wait_for(inner, 5us);
  inner.cancel();
  settle();
  CHECK_TRUE(limited.cancelled());
}

// C10
TEST(WaitFor, of_a_future_that_somebody_else_cancels_is_cancelled_and_not_timed_out) {
  loop.call_later(5us, [this] { inner.cancel(); });
  limited = wait_for(inner, 5us);
  expire();
  CHECK_TRUE(limited.cancelled());
}

TEST(WaitFor, cancelled_while_the_future_cleans_up_after_the_limit_is_cancelled) {
  auto slow = stubborn(4, eyelet::failure(Errc::cancelled));
  limited = wait_for(slow, 5us);
  run_pass();
  port.advance(5us);
  run_passes(3);
  CHECK_FALSE(limited.done());
  CHECK_TRUE(limited.cancel());
  settle();
  CHECK_TRUE(limited.cancelled());
}

// C9
TEST(WaitFor, nested_whose_limits_expire_in_one_pass_tells_timed_out_at_the_outer_level) {
  for (const bool inner_first : {true, false}) {
    inner = loop.create_future<int>();
    auto nested = wait_for(inner, inner_first ? 4us : 6us);
    limited = wait_for(nested, 5us);
    port.advance(10us);
    settle();
    CHECK_EQUAL(Errc::timed_out, code(limited));
    CHECK_TRUE(inner.cancelled());
    CHECK_TRUE(nested.done());
  }
}

// C9, T6
TEST(WaitFor, nested_reports_the_inner_limit_at_the_inner_level_and_goes_on) {
  auto task = loop.create_task([this] {
    return wait_for(wait_for(inner, 1us).or_else([](Error e) { return static_cast<int>(e.code); }),
                    5us);
  });
  run_pass();
  port.advance(1us);
  settle();
  CHECK_EQUAL(static_cast<int>(Errc::timed_out), value_of(task.result()));
  CHECK_EQUAL(0U, task.cancelling());
}

// T6
TEST(WaitFor, in_random_nests_leaves_the_count_of_requests_to_cancel_as_it_was) {
  unsigned random = 7;
  for (int round = 0; round < 200; ++round) {
    auto task = loop.create_task([this, &random] {
      Future<void> work = sleep(loop, 6us);
      for (int level = 0; level < 6; ++level) {
        random = random * 1103515245 + 12345;
        work = wait_for(work, eyelet::Duration{random >> 16 & 7});
        if ((random >> 20 & 1) != 0) work = work.or_else([](Error) {});
      }
      return work;
    });
    for (int i = 0; i < 10; ++i) {
      settle();
      port.advance(1us);
    }
    CHECK_TRUE(task.done());
    CHECK_EQUAL(0U, task.cancelling());
    static_cast<void>(task.error());
  }
}

// C8
TEST(WaitFor, over_a_shield_ends_at_the_limit_and_what_is_shielded_goes_on) {
  limited = wait_for(shield(inner), 5us);
  expire();
  CHECK_EQUAL(Errc::timed_out, code(limited));
  CHECK_FALSE(inner.done());
}

TEST(WaitFor, over_a_gather_cancels_all_of_it) {
  auto other = loop.create_future<int>();
  auto all = wait_for(gather(inner, other), 5us);
  expire();
  CHECK_EQUAL(Errc::timed_out, code(all));
  CHECK_TRUE(inner.cancelled());
  CHECK_TRUE(other.cancelled());
}

TEST(WaitFor, in_a_circle_of_any_size_ends_at_the_limit) {
  for (int size = 0; size < 8; ++size) {
    for (int place = 0; place <= size; ++place) {
      auto task = loop.create_task([this, size, place] {
        Future<int> last = limited;
        for (int i = 0; i < size; ++i)
          last = i == place ? wait_for(last, 3us) : last.then([](int n) { return n; });
        return last;
      });
      limited = wait_for(task, 5us);
      run_pass();
      expire();
      expire();
      CHECK_TRUE(limited.done());
      CHECK_TRUE(task.done());
      static_cast<void>(limited.error());
    }
  }
}

// --- Dropping, closing, exhaustion ---

TEST(WaitFor, dropped_runs_on_and_still_cancels_at_the_limit) {
  limited = wait_for(inner, 5us);
  limited = {};
  CHECK_EQUAL(3U, in_use());
  expire();
  CHECK_TRUE(inner.cancelled());
  CHECK_EQUAL(1U, in_use());
}

TEST(WaitFor, dropped_at_every_stage_leaves_nothing_behind) {
  for (int stage = 0; stage < 6; ++stage) {
    auto f = loop.create_future<Live>();
    auto w = wait_for(f, 5us);
    if (stage == 1 || stage == 2) f.set_result(1);
    if (stage == 3) port.advance(5us);
    if (stage >= 4) w.cancel();
    if (stage == 2 || stage == 5) run_pass();
    w = {};
    port.advance(5us);
    settle();
    f = {};
    CHECK_EQUAL(1U, in_use());
    CHECK_EQUAL(0, Live::count);
  }
  check_reports(Errc::timed_out, Errc::timed_out);
}

// C14
TEST(WaitFor, without_enough_blocks_fails_and_leaves_the_future_untouched) {
  check_needs(2, [this] { return wait_for(inner, 5us); });
  port.advance(5us);
  inner = loop.create_future<int>();
  settle();
  limited = wait_for(inner, 5us);
  inner.set_result(1);
  settle();
  CHECK_EQUAL(1, value_of(limited.result()));
}

TEST(WaitFor, without_enough_blocks_for_the_limit_leaves_the_future_pending) {
  for (std::size_t free = 0; free < 2; ++free) {
    occupy(free);
    CHECK_EQUAL(Errc::out_of_blocks, code(wait_for(inner, 0us)));
    vacate();
    settle();
    CHECK_FALSE(inner.done());
    CHECK_EQUAL(1U, in_use());
  }
}

// C18
TEST(WaitFor, on_one_future_100000_times_leaves_the_pool_as_it_was) {
  auto shielded = loop.create_future<int>();
  for (int i = 0; i < 100000; ++i) {
    auto w = wait_for(shield(shielded), eyelet::Duration{i % 3});
    if (i % 5 == 0) w.cancel();
    port.advance(2us);
    run_passes(3);
    CHECK_TRUE(w.done());
    static_cast<void>(w.error());
  }
  CHECK_FALSE(shielded.done());
  CHECK_EQUAL(2U, in_use());
  CHECK_EQUAL(5U, loop.stats().peak);
}

TEST(WaitFor, ends_broken_when_the_loop_closes_at_every_stage) {
  for (int stage = 0; stage < 4; ++stage) {
    eyelet::StaticLoop<16> other{port};
    auto f = other.create_future<Live>();
    auto w = wait_for(f, 5us);
    if (stage == 1) f.set_result(1);
    if (stage == 2) w.cancel();
    if (stage == 3) {
      auto slow = other.create_task([&f] { return f; });
      w = wait_for(slow, 0us);
      static_cast<void>(other.poll());
    }
    other.close();
    CHECK_EQUAL(Errc::broken_promise, code(w));
    CHECK_EQUAL(Errc::closed, code(wait_for(f, 1us)));
    w = {};
    f = {};
    CHECK_EQUAL(0U, other.stats().in_use);
    CHECK_EQUAL(0, Live::count);
  }
}

TEST(WaitFor, may_be_dropped_in_a_callback_of_its_future) {
  inner.add_done_callback([this](const Future<int>&) { limited = {}; });
  limited = wait_for(inner, 5us);
  inner.set_result(1);
  settle();
  CHECK_EQUAL(1U, in_use());
}

TEST(WaitFor, nested_5000_deep_is_completed_cancelled_timed_out_and_closed_on_a_constant_stack) {
  for (int way = 0; way < 4; ++way) {
    CHECK_TRUE(passes_on_a_small_stack([this, way] {
      Loop deep{port, deep_storage};
      auto heart = deep.create_future<int>();
      Future<int> outermost = heart;
      for (int i = 0; i < 5000; ++i) outermost = wait_for(outermost, 5us);
      if (way == 0) heart.set_result(1);
      if (way == 1) outermost.cancel();
      if (way == 2) port.advance(5us);
      if (way == 3) deep.close();
      for (int i = 0; i < 10; ++i) static_cast<void>(deep.poll());
      const bool done = outermost.done();
      static_cast<void>(outermost.error());
      heart = outermost = {};
      return done && deep.stats().in_use == 0;
    }));
  }
}
