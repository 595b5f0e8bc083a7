// SPDX-License-Identifier: BSL-1.0
// Tasks: when their body runs, who waits for whom, requests to cancel, enumeration.
#include <tests/fixture.hpp>

using namespace fixture;
using eyelet::AnyFuture;
using eyelet::failure;

TEST_GROUP_BASE(Tasks, Fixture) {
  Task<int> a;
  Task<int> b;
  Task<int> c;
  Future<int> promise;

  void teardown() override {
    a = b = c = {};
    promise = {};
    check_clean();
  }

  auto returning(Future<int> & future) {
    return [&future] { return future; };
  }
};

TEST(Tasks, a_body_begins_in_the_next_pass) {
  a = loop.create_task([this] {
    note("ran")();
    return 4;
  });
  STRCMP_EQUAL("", log.c_str());
  CHECK(!a.done());
  run_pass();
  CHECK_EQUAL(4, value_of(a.result()));
}

TEST(Tasks, a_body_returns_nothing_a_value_a_result_or_a_future) {
  auto nothing = loop.create_task([] {});
  a = loop.create_task([] { return 1; });
  b = loop.create_task([]() -> Result<int> { return failure(Errc::user, 2); });
  c = loop.create_task([this] { return eyelet::sleep(loop, 1ms).then([] { return 3; }); });
  auto moved = loop.create_task([] { return MoveOnly{4}; });
  run_ready();
  CHECK_EQUAL(Errc::none, code(nothing));
  CHECK_EQUAL(1, value_of(a.result()));
  CHECK(b.error() == (Error{Errc::user, 2}));
  CHECK(!c.done());
  CHECK_EQUAL(4, value_of(moved.take()).id);
  advance(1ms);
  CHECK_EQUAL(3, value_of(c.result()));
}

TEST(Tasks, a_task_without_handles_runs_on) {
  static_cast<void>(loop.create_task([this, live = Live{}] {
    note("ran")();
    return eyelet::sleep(loop, 1ms).then(note("slept"));
  }));
  CHECK_EQUAL(1U, in_use());
  run_ready();
  CHECK_EQUAL(0, Live::count);
  advance(1ms);
  STRCMP_EQUAL("ran slept ", log.c_str());
  CHECK_EQUAL(0U, in_use());
}

TEST(Tasks, whoever_waits_for_a_task_is_woken_by_a_hop) {
  a = loop.create_task([this] {
    note("task")();
    loop.call_soon(note("soon"));
    return 1;
  });
  auto behind = a.then([this](int) { note("then")(); });
  run_pass();
  STRCMP_EQUAL("task ", log.c_str());
  run_pass();
  STRCMP_EQUAL("task soon then ", log.c_str());
}

TEST(Tasks, a_task_that_awaits_a_chain_ends_in_the_dispatch_that_ends_the_chain) {
  promise = loop.create_future<int>();
  a = loop.create_task([this] { return promise.then([](int x) { return x; }); });
  run_ready();
  static_cast<void>(promise.set_result(1));
  loop.call_soon([this] { note(a.done() ? "done" : "pending")(); });
  run_pass();
  STRCMP_EQUAL("done ", log.c_str());
}

TEST(Tasks, create_task_without_a_block_fails_and_destroys_the_body) {
  std::array<Future<int>, 64> all;
  for (auto& f : all) f = loop.create_future<int>();
  a = loop.create_task([live = Live{}] { return 1; });
  CHECK_EQUAL(Errc::out_of_blocks, code(a));
  CHECK_EQUAL(0U, a.cancelling());
  CHECK_EQUAL(0U, a.uncancel());
  CHECK_EQUAL(0, Live::count);
  check_reports(Errc::out_of_blocks);
  all[0] = {};
  a = loop.create_task([] { return 1; });
  run_pass();
  CHECK_EQUAL(1, value_of(a.result()));
}

// T12
TEST(Tasks, a_first_step_that_fails_at_once_leaves_the_next_task_to_run) {
  a = loop.create_task([]() -> Result<int> { return failure(Errc::user); });
  b = loop.create_task([] { return 2; });
  run_pass();
  CHECK_EQUAL(Errc::user, code(a));
  CHECK_EQUAL(2, value_of(b.result()));
}

// --- Names ---

TEST(Tasks, have_the_name_that_they_were_given_from_first_to_last) {
  a = loop.create_task([this] { return promise = loop.create_future<int>(); }, "reader");
  const auto check_name = [this] {
    const char* shown = "";
    loop.for_each_block([&shown](const eyelet::BlockInfo& info) {
      if (info.kind == eyelet::detail::Kind::task) shown = info.name;
    });
    STRCMP_EQUAL("reader", a.get_name());
    STRCMP_EQUAL("reader", shown);
  };
  check_name();
  run_pass();
  check_name();
  promise.set_result(1);
  run_ready();
  CHECK_EQUAL(1, value_of(a.result()));
  check_name();
}

TEST(Tasks, that_were_given_no_name_and_other_futures_have_none) {
  a = loop.create_task([] { return 1; });
  promise = loop.create_future<int>();
  STRCMP_EQUAL("", a.get_name());
  STRCMP_EQUAL("", promise.get_name());
  STRCMP_EQUAL("", Future<int>{}.get_name());
  loop.for_each_block([](const eyelet::BlockInfo& info) { STRCMP_EQUAL("", info.name); });
  promise = {};
  run_pass();
}

TEST(Tasks, with_a_name_may_capture_and_return_all_but_a_pointer_of_a_block) {
  constexpr std::size_t kBytes = eyelet::detail::kPayloadBytes - sizeof(void*);
  std::array<unsigned char, kBytes> captured;
  captured.fill(0xa5);
  std::array<unsigned char, kBytes - sizeof(Error)> returned;
  returned.fill(0x5a);
  const auto full = loop.create_task(
      [captured] { return captured[0] == 0xa5 && captured[kBytes - 1] == 0xa5; }, "captures");
  const auto large = loop.create_task(
      [] {
        std::array<unsigned char, kBytes - sizeof(Error)> bytes;
        bytes.fill(0x5a);
        return bytes;
      },
      "returns");
  run_pass();
  CHECK_TRUE(*full.result());
  CHECK_TRUE(value_of(large.result()) == returned);
  STRCMP_EQUAL("captures", full.get_name());
  STRCMP_EQUAL("returns", large.get_name());
}

TEST(Tasks, with_a_name_and_no_block_fail_and_destroy_their_body) {
  std::array<Future<int>, 64> all;
  for (auto& f : all) f = loop.create_future<int>();
  a = loop.create_task([live = Live{}] { return live.id; }, "none");
  CHECK_EQUAL(Errc::out_of_blocks, code(a));
  STRCMP_EQUAL("", a.get_name());
  CHECK_EQUAL(0, Live::count);
  check_reports(Errc::out_of_blocks);
}

// --- ensure_future ---

TEST(Tasks, ensure_future_without_a_block_or_on_a_closed_loop_says_so) {
  std::array<Future<int>, 64> hogs;
  for (auto& hog : hogs) hog = loop.create_future<int>();
  CHECK_EQUAL(Errc::out_of_blocks, code(eyelet::ensure_future(loop, 1)));
  CHECK_EQUAL(Errc::out_of_blocks, code(eyelet::ensure_future(loop, [] { return 1; })));
  CHECK_EQUAL(Errc::none, code(hogs[0].set_result(2)));
  CHECK_EQUAL(2, value_of(eyelet::ensure_future(loop, hogs[0]).result()));
  check_reports(Errc::out_of_blocks, Errc::out_of_blocks);
  loop.close();
  CHECK_EQUAL(Errc::closed, code(eyelet::ensure_future(loop, 1)));
}

TEST(Tasks, ensure_future_of_a_result_is_done_with_it) {
  const Future<int> well = eyelet::ensure_future(loop, Result<int>{4});
  CHECK_EQUAL(4, value_of(well.result()));
  const Future<int> failed =
      eyelet::ensure_future(loop, Result<int>{eyelet::failure(Errc::user, 2)});
  CHECK_TRUE(failed.error() == (Error{Errc::user, 2}));
  CHECK_TRUE(eyelet::ensure_future(loop, Result<void>{}).result().has_value());
}

TEST(Tasks, ensure_future_keeps_a_future_runs_a_callable_and_wraps_a_value) {
  promise = loop.create_future<int>();
  const auto same = eyelet::ensure_future(loop, promise);
  POINTERS_EQUAL(promise.block(), same.block());
  a = eyelet::ensure_future(loop, [] { return 2; });
  CHECK(!a.done());
  const auto value = eyelet::ensure_future(loop, MoveOnly{3});
  CHECK(value.done());
  CHECK_EQUAL(3, value_of(value.result()).id);
  run_pass();
  CHECK_EQUAL(2, value_of(a.result()));
  CHECK_EQUAL(3U, in_use());
}

// --- Cancelling ---

TEST(Tasks, a_task_cancelled_before_its_first_step_never_runs_its_body) {
  a = loop.create_task([this, live = Live{}] {
    note("ran")();
    return 1;
  });
  CHECK(a.cancel());
  CHECK_EQUAL(1U, a.cancelling());
  CHECK(!a.done());
  run_pass();
  CHECK(a.cancelled());
  CHECK(!a.cancel());
  CHECK_EQUAL(0, Live::count);
  STRCMP_EQUAL("", log.c_str());
}

// T2
TEST(Tasks, a_task_that_cancels_itself_and_returns_ends_cancelled) {
  a = loop.create_task([this] {
    CHECK(a.cancel());
    return 1;
  });
  run_pass();
  CHECK(a.cancelled());
}

TEST(Tasks, a_task_that_cancels_itself_and_takes_it_back_ends_with_its_value) {
  a = loop.create_task([this] {
    CHECK(a.cancel());
    CHECK_EQUAL(0U, a.uncancel());
    return 1;
  });
  run_pass();
  CHECK_EQUAL(1, value_of(a.result()));
}

TEST(Tasks, cancel_passes_through_tasks_and_each_counts_the_request) {
  promise = loop.create_future<int>();
  a = loop.create_task([this] { return promise; });
  b = loop.create_task([this] { return a.then([](int x) { return x; }); });
  run_ready();
  CHECK(b.cancel());
  CHECK_EQUAL(1U, a.cancelling());
  CHECK_EQUAL(1U, b.cancelling());
  CHECK(promise.cancelled());
  run_ready();
  CHECK(a.cancelled());
  CHECK(b.cancelled());
}

TEST(Tasks, cancelling_a_continuation_of_a_task_cancels_the_task) {
  promise = loop.create_future<int>();
  a = loop.create_task([this] { return promise; });
  auto behind = a.then([](int) {});
  run_ready();
  CHECK(behind.cancel());
  CHECK_EQUAL(1U, a.cancelling());
  run_ready();
  CHECK(a.cancelled());
  CHECK(behind.cancelled());
}

// T4
TEST(Tasks, a_task_that_finishes_just_before_its_waiter_is_cancelled_keeps_its_result) {
  promise = loop.create_future<int>();
  b = loop.create_task([this] { return promise; });
  a = loop.create_task([this] { return b; });
  run_ready();
  static_cast<void>(promise.set_result(5));
  run_pass();
  CHECK(b.done());
  CHECK(!a.done());
  CHECK(a.cancel());
  CHECK_EQUAL(0U, b.cancelling());
  run_ready();
  CHECK(a.cancelled());
  CHECK_EQUAL(5, value_of(b.result()));
}

// T4
TEST(Tasks, a_waiter_cancelled_just_before_its_task_finishes_cancels_both) {
  promise = loop.create_future<int>();
  b = loop.create_task([this] { return promise; });
  a = loop.create_task([this] { return b; });
  run_ready();
  CHECK(a.cancel());
  CHECK_EQUAL(Errc::none, code(promise.set_result(5)));
  run_ready();
  CHECK(a.cancelled());
  CHECK(b.cancelled());
}

// T4
TEST(Tasks, cancel_wins_over_a_plain_future_that_completed_in_the_same_pass_in_both_orders) {
  for (const bool complete_first : {true, false}) {
    promise = loop.create_future<int>();
    a = loop.create_task([this] { return promise; });
    run_ready();
    if (complete_first) static_cast<void>(promise.set_result(5));
    CHECK(a.cancel());
    if (!complete_first) static_cast<void>(promise.set_result(5));
    run_ready();
    CHECK(a.cancelled());
    CHECK(promise.cancelled() != complete_first);
  }
}

// T5
TEST(Tasks, an_uncancel_before_delivery_forgets_the_cancel) {
  promise = loop.create_future<int>();
  a = loop.create_task([this] { return promise; });
  run_ready();
  static_cast<void>(promise.set_result(5));
  CHECK(a.cancel());
  CHECK_EQUAL(0U, a.uncancel());
  run_ready();
  CHECK_EQUAL(5, value_of(a.result()));
}

// T5
TEST(Tasks, an_uncancel_before_the_first_step_lets_the_body_run) {
  a = loop.create_task([] { return 5; });
  CHECK(a.cancel());
  CHECK_EQUAL(0U, a.uncancel());
  run_ready();
  CHECK_EQUAL(5, value_of(a.result()));
}

TEST(Tasks, one_of_two_requests_taken_back_still_cancels) {
  a = loop.create_task([] { return 5; });
  CHECK(a.cancel());
  CHECK(a.cancel());
  CHECK_EQUAL(1U, a.uncancel());
  run_ready();
  CHECK(a.cancelled());
}

// T6
TEST(Tasks, the_count_of_requests_comes_back_to_its_entry_value) {
  promise = loop.create_future<int>();
  a = loop.create_task([this] { return promise; });
  run_ready();
  static_cast<void>(promise.set_result(5));
  for (unsigned n = 1; n <= 300; ++n) {
    CHECK(a.cancel());
    CHECK_EQUAL(n < 255 ? n : 255U, a.cancelling());
  }
  for (unsigned n = 255; n > 0; --n) CHECK_EQUAL(n - 1, a.uncancel());
  CHECK_EQUAL(0U, a.uncancel());
  CHECK_EQUAL(0U, a.cancelling());
  run_ready();
  CHECK_EQUAL(5, value_of(a.result()));
}

// T7
TEST(Tasks, a_task_absorbs_as_many_cancels_as_it_has_or_elses_and_ends_with_the_next) {
  a = loop.create_task([this] {
    return eyelet::sleep(loop, 1s)
        .or_else([this](Error) {
          note("1")();
          return eyelet::sleep(loop, 1s);
        })
        .or_else([this](Error) {
          note("2")();
          return eyelet::sleep(loop, 1s);
        })
        .then([] { return 1; });
  });
  run_ready();
  for (unsigned n = 1; n <= 2; ++n) {
    CHECK(a.cancel());
    run_ready();
    CHECK(!a.done());
    CHECK_EQUAL(n, a.cancelling());
  }
  CHECK(a.cancel());
  run_ready();
  CHECK(a.cancelled());
  STRCMP_EQUAL("1 2 ", log.c_str());
  CHECK_EQUAL(0U, loop.stats().timers);
}

TEST(Tasks, a_task_that_absorbs_a_cancel_may_end_with_a_value) {
  a = loop.create_task([this] {
    return eyelet::sleep(loop, 1s).then([] { return 1; }).or_else([](Error) { return 42; });
  });
  run_ready();
  CHECK(a.cancel());
  run_ready();
  CHECK_EQUAL(42, value_of(a.result()));
  CHECK_EQUAL(1U, a.cancelling());
}

// T8
TEST(Tasks, a_clean_up_that_fails_after_a_cancel_is_the_result) {
  a = loop.create_task([this] {
    return eyelet::sleep(loop, 1s).then([] { return 1; }).or_else([](Error) -> Result<int> {
      return failure(Errc::user, 8);
    });
  });
  run_ready();
  CHECK(a.cancel());
  run_ready();
  CHECK(a.error() == (Error{Errc::user, 8}));
}

TEST(Tasks, an_inner_future_that_is_done_when_the_cancel_comes_keeps_its_result) {
  promise = loop.create_future<int>();
  a = loop.create_task([this] {
    return promise.then([this](int x) {
      note("inner")();
      return x;
    });
  });
  run_ready();
  static_cast<void>(promise.set_result(5));
  CHECK(a.cancel());
  run_ready();
  CHECK(a.cancelled());
  STRCMP_EQUAL("", log.c_str());
  CHECK_EQUAL(5, value_of(promise.result()));
}

// --- Circles ---

// T1
TEST(Tasks, a_task_that_awaits_itself_ends_invalid_state_at_once) {
  a = loop.create_task(returning(a));
  run_pass();
  CHECK(a.done());
  CHECK_EQUAL(Errc::invalid_state, code(a));
}

// T1
TEST(Tasks, a_circle_of_two_tasks_is_opened_by_a_cancel) {
  a = loop.create_task(returning(b));
  b = loop.create_task(returning(a));
  run_ready();
  CHECK(!a.done());
  CHECK(b.cancel());
  CHECK_EQUAL(1U, b.cancelling());
  run_ready();
  CHECK(a.cancelled());
  CHECK(b.cancelled());
}

// T1
TEST(Tasks, a_circle_of_three_tasks_is_opened_by_a_cancel_from_outside_of_it) {
  a = loop.create_task(returning(b));
  b = loop.create_task(returning(c));
  c = loop.create_task(returning(a));
  Task<int> outside = loop.create_task(returning(a));
  run_ready();
  CHECK(!outside.done());
  CHECK(outside.cancel());
  run_ready();
  for (const Task<int>& task : {a, b, c, outside}) CHECK(task.cancelled());
}

// T1
TEST(Tasks, a_task_that_awaits_its_own_continuation_can_be_cancelled) {
  a = loop.create_task([this] { return a.then([](int x) { return x; }); });
  run_ready();
  CHECK(!a.done());
  CHECK(a.cancel());
  run_ready();
  CHECK(a.cancelled());
}

TEST(Tasks, a_task_that_cancels_itself_and_then_awaits_its_own_continuation_ends) {
  a = loop.create_task([this] {
    CHECK(a.cancel());
    return a.then([](int x) { return x; });
  });
  run_ready();
  CHECK(a.cancelled());
}

TEST(Tasks, an_uncancel_after_a_circle_was_opened_comes_too_late) {
  a = loop.create_task(returning(b));
  b = loop.create_task(returning(a));
  run_ready();
  CHECK(a.cancel());
  static_cast<void>(a.uncancel());
  static_cast<void>(b.uncancel());
  run_ready();
  CHECK(a.cancelled());
  CHECK(b.cancelled());
}

// F8
TEST(Tasks, showing_the_blocks_of_a_circle_of_waits_is_finite) {
  a = loop.create_task(returning(b));
  b = loop.create_task(returning(a));
  run_ready();
  std::array<std::size_t, 2> waits_for{};
  std::size_t n = 0;
  loop.for_each_block([&](const eyelet::BlockInfo& info) {
    CHECK(info.kind == eyelet::detail::Kind::task);
    CHECK(info.state == eyelet::detail::State::pending);
    if (n < 2) waits_for[n] = info.waits_for;
    ++n;
  });
  CHECK_EQUAL(2U, n);
  CHECK_EQUAL(1U, waits_for[0]);
  CHECK_EQUAL(0U, waits_for[1]);
  CHECK(a.cancel());
  run_ready();
}

// --- Enumerating ---

// T11
TEST(Tasks, enumeration_shows_the_tasks_that_were_pending_when_it_began) {
  promise = loop.create_future<int>();
  a = loop.create_task([] { return 1; });
  run_ready();
  b = loop.create_task([this] { return promise; });
  c = loop.create_task([] { return 3; });
  const auto no_task = eyelet::sleep(loop, 1s);
  int seen = 0;
  loop.for_each_task([&](const AnyFuture& task) {
    ++seen;
    CHECK(task.block() == b.block() || task.block() == c.block());
    for (int n = 0; n < 3; ++n) static_cast<void>(loop.create_task([] {}));
  });
  CHECK_EQUAL(2, seen);
  static_cast<void>(promise.set_result(1));
  run_ready();
}

// T11
TEST(Tasks, enumeration_leaves_out_a_task_that_ended_meanwhile) {
  std::array<Future<int>, 3> promises;
  std::array<Task<int>, 3> tasks;
  for (std::size_t i = 0; i < 3; ++i) {
    promises[i] = loop.create_future<int>();
    tasks[i] = loop.create_task([f = promises[i]] { return f; });
  }
  run_ready();
  int seen = 0;
  loop.for_each_task([&](const AnyFuture&) {
    if (++seen != 1) return;
    // Nothing but the loop ends tasks: one by its promise, one by a cancel, and the blocks of both
    // come to hold new tasks.
    static_cast<void>(promises[1].set_result(1));
    CHECK(tasks[2].cancel());
    tasks[1] = tasks[2] = {};
    run_ready();
    for (int n = 0; n < 4; ++n) static_cast<void>(loop.create_task([] {}));
  });
  CHECK_EQUAL(1, seen);
  CHECK(tasks[0].cancel());
  run_ready();
}

// T11
TEST(Tasks, enumeration_leaves_out_a_task_that_ended_meanwhile_and_is_still_held) {
  promise = loop.create_future<int>();
  a = loop.create_task([this] { return promise; });
  b = loop.create_task([this] { return promise; });
  run_ready();
  int seen = 0;
  loop.for_each_task([&](const AnyFuture&) {
    ++seen;
    static_cast<void>(promise.set_result(1));
    run_ready();
  });
  CHECK_EQUAL(1, seen);
}

TEST(Tasks, enumeration_shows_no_wait_of_a_condition) {
  eyelet::Lock lock{loop};
  eyelet::Condition condition{lock};
  auto guard = lock.try_acquire();
  const auto waiting = condition.wait();
  guard.detach();
  loop.for_each_task([](const AnyFuture&) { FAIL("there is no task"); });
}

// T11
TEST(Tasks, a_visitor_may_cancel_every_task) {
  promise = loop.create_future<int>();
  a = loop.create_task([this] { return promise; });
  b = loop.create_task([] { return 1; });
  loop.for_each_task([](const AnyFuture& task) { CHECK(task.cancel()); });
  run_ready();
  CHECK(a.cancelled());
  CHECK(b.cancelled());
}

// --- Closing ---

// T10
TEST(Tasks, close_reports_each_pending_task_once_and_runs_nothing) {
  struct Gate : eyelet::detail::WaitList {
    void deliver(eyelet::detail::Block& waiter, const Live&) {
      eyelet::detail::set_value<int>(waiter, 1);
    }
    void pass_on() {
      if (!empty()) grant_front();
    }
  } gate;
  promise = loop.create_future<int>();
  a = loop.create_task([] { return 1; });
  run_ready();
  // Not begun; awaiting a promise, a timer, a chain, a task, a waiter, a granted waiter.
  b = loop.create_task([this] { return promise; });
  std::array<Task<int>, 5> tasks{
      loop.create_task([this] { return eyelet::sleep(loop, 1s).then([] { return 1; }); }),
      loop.create_task([this] {
        return promise.then([this, live = Live{}](int x) {
          note("ran")();
          return x;
        });
      }),
      loop.create_task([this] { return b; }),
      loop.create_task([this, &gate] { return eyelet::detail::wait_in<int>(loop, gate, Live{1}); }),
      loop.create_task(
          [this, &gate] { return eyelet::detail::wait_in<int>(loop, gate, Live{2}); })};
  run_ready();
  c = loop.create_task([this, live = Live{}] {
    note("ran")();
    return 1;
  });
  gate.grant_front();
  CHECK_EQUAL(4, Live::count);
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(7U, report_count);
  for (std::size_t i = 0; i < 7; ++i) CHECK_EQUAL(Errc::broken_promise, reports[i].code);
  report_count = 0;
  for (const Task<int>& task : tasks) CHECK_EQUAL(Errc::broken_promise, code(task));
  CHECK_EQUAL(Errc::broken_promise, code(b));
  CHECK_EQUAL(Errc::broken_promise, code(c));
  CHECK_EQUAL(Errc::broken_promise, code(promise));
  CHECK_EQUAL(1, value_of(a.result()));
  static_cast<void>(loop.poll());
  STRCMP_EQUAL("", log.c_str());
  CHECK(gate.empty());
  CHECK_EQUAL(0U, gate.granted());
  check_reports();
}

TEST(Tasks, close_ends_a_circle_of_tasks) {
  a = loop.create_task(returning(b));
  b = loop.create_task(returning(a));
  run_ready();
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(Errc::broken_promise, code(a));
  CHECK_EQUAL(Errc::broken_promise, code(b));
  report_count = 0;
}

TEST_GROUP_BASE(ManyTasks, BasicFixture<2100>) {
  std::array<Task<int>, 2000> tasks;

  void teardown() override {
    for (auto& task : tasks) task = {};
    check_clean();
  }
};

// T1
TEST(ManyTasks, a_cancel_reaches_the_end_of_a_long_chain_of_tasks_and_counts_in_each) {
  const auto promise = loop.create_future<int>();
  tasks[0] = loop.create_task([promise] { return promise; });
  for (std::size_t i = 1; i < tasks.size(); ++i)
    tasks[i] = loop.create_task([before = tasks[i - 1]] { return before; });
  run_ready();
  CHECK(tasks.back().cancel());
  CHECK(promise.cancelled());
  for (const auto& task : tasks) CHECK_EQUAL(1U, task.cancelling());
  for (int n = 0; n < 3; ++n) run_ready();
  for (const auto& task : tasks) CHECK(task.cancelled());
}

// T1
TEST(ManyTasks, a_cancel_opens_a_circle_of_any_length) {
  for (const std::size_t length : {2U, 3U, 4U, 5U, 7U, 8U, 9U, 100U, 2000U}) {
    for (std::size_t i = 0; i < length; ++i)
      tasks[i] = loop.create_task([this, next = (i + 1) % length] { return tasks[next]; });
    run_ready();
    CHECK(tasks[length / 2].cancel());
    for (std::size_t n = 0; n <= length / 900; ++n) run_ready();
    for (std::size_t i = 0; i < length; ++i) CHECK(tasks[i].cancelled());
  }
}
