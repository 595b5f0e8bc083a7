// SPDX-License-Identifier: BSL-1.0
// Continuations: what is called with what, in which turn, and what a cancel does to it.
#include <memory>
#include <tests/fixture.hpp>

using namespace fixture;
using eyelet::failure;

TEST_GROUP_BASE(Then, Fixture) {
  Future<int> source;
  Future<int> stage;
  Future<void> done;

  void setup() override { source = loop.create_future<int>(); }
  void teardown() override {
    stage = source = {};
    done = {};
    check_clean();
  }

  void succeed(int value) { CHECK_EQUAL(Errc::none, code(source.set_result(value))); }
  void fail(Errc why) { CHECK_EQUAL(Errc::none, code(source.set_error(why))); }
};

// --- What is called with what ---

TEST(Then, then_runs_on_success_with_the_value) {
  stage = source.then([](int x) { return x + 1; });
  succeed(4);
  CHECK(!stage.done());
  run_pass();
  CHECK_EQUAL(5, value_of(stage.result()));
  CHECK_EQUAL(4, value_of(source.result()));
}

TEST(Then, then_is_passed_by_an_error_and_its_callable_destroyed) {
  stage = source.then([this, live = Live{}](int x) {
    note("ran")();
    return x;
  });
  static_cast<void>(source.set_error(Errc::user, 3));
  run_pass();
  CHECK(stage.error() == (Error{Errc::user, 3}));
  CHECK_EQUAL(0, Live::count);
  STRCMP_EQUAL("", log.c_str());
}

TEST(Then, then_behind_a_future_without_a_value_is_called_without_arguments) {
  auto ready = loop.create_future<void>();
  stage = ready.then([] { return 8; });
  static_cast<void>(ready.set_result());
  run_pass();
  CHECK_EQUAL(8, value_of(stage.result()));
}

TEST(Then, then_that_returns_nothing_gives_a_future_of_nothing) {
  done = source.then([this, live = Live{}](int) { note("ran")(); });
  succeed(1);
  run_pass();
  CHECK_EQUAL(Errc::none, code(done));
  CHECK_EQUAL(0, Live::count);
  STRCMP_EQUAL("ran ", log.c_str());
}

TEST(Then, then_may_fail_by_returning_a_result) {
  auto good = source.then([](int x) -> Result<long> { return x; });
  auto bad = source.then([](int) -> Result<long> { return failure(Errc::user, 2); });
  auto gone = source.then([](int) -> Result<void> { return failure(Errc::cancelled); });
  succeed(3);
  run_pass();
  CHECK_EQUAL(3, value_of(good.result()));
  CHECK(bad.error() == (Error{Errc::user, 2}));
  CHECK(gone.cancelled());
}

TEST(Then, then_copies_what_a_callable_returns_by_reference) {
  Live there{5};
  auto copy = source.then([&there](int) -> const Live& { return there; });
  succeed(1);
  run_pass();
  there.id = 6;
  CHECK_EQUAL(5, value_of(copy.result()).id);
  copy = {};
  CHECK_EQUAL(1, Live::count);
}

TEST(Then, then_sees_a_const_value_that_stays_for_others) {
  const auto live = loop.create_future<Live>();
  const void* seen = nullptr;
  auto first = live.then([&seen](const Live& l) {
    seen = &l;
    return l.id;
  });
  auto second = live.then([](Live l) { return l.id; });
  static_cast<void>(live.set_result(7));
  run_pass();
  POINTERS_EQUAL(&*live.result(), seen);
  CHECK_EQUAL(7, value_of(first.result()));
  CHECK_EQUAL(7, value_of(second.result()));
  CHECK_EQUAL(7, value_of(live.result()).id);
}

TEST(Then, then_that_wants_an_rvalue_takes_the_value) {
  const auto live = loop.create_future<Live>();
  auto taker = live.then([](Live&& l) { return std::move(l); });
  auto late = live.then([](const Live& l) { return l.id; });
  static_cast<void>(live.set_result(7));
  run_pass();
  CHECK_EQUAL(7, value_of(taker.result()).id);
  CHECK_EQUAL(Errc::invalid_state, code(live));
  CHECK_EQUAL(Errc::invalid_state, code(late));
}

TEST(Then, a_move_only_value_travels_through_a_chain) {
  const auto start = loop.create_future<MoveOnly>();
  auto end = start.then([](MoveOnly m) { return m; })
                 .or_else([](Error) { return MoveOnly{}; })
                 .finally([] {})
                 .then([](MoveOnly&& m) -> Result<MoveOnly> { return std::move(m); });
  static_cast<void>(start.set_result(9));
  run_pass();
  CHECK_EQUAL(9, value_of(end.take()).id);
  CHECK_EQUAL(Errc::invalid_state, code(end.take()));
}

TEST(Then, a_copyable_value_that_passes_a_stage_stays_where_it_came_from) {
  const auto live = loop.create_future<Live>();
  auto passed = live.or_else([](Error) { return Live{}; });
  static_cast<void>(live.set_result(7));
  run_pass();
  CHECK_EQUAL(7, value_of(passed.result()).id);
  CHECK_EQUAL(7, value_of(live.result()).id);
}

TEST(Then, a_move_only_callable_is_moved_in) {
  stage = source.then([m = MoveOnly{3}](int x) { return x + m.id; });
  succeed(4);
  run_pass();
  CHECK_EQUAL(7, value_of(stage.result()));
  CHECK_EQUAL(0, Live::count);
}

TEST(Then, a_callable_passed_as_an_lvalue_is_copied) {
  const auto add = [live = Live{3}](int x) { return x + live.id; };
  stage = source.then(add);
  CHECK_EQUAL(2, Live::count);
  succeed(4);
  run_pass();
  CHECK_EQUAL(7, value_of(stage.result()));
  CHECK_EQUAL(1, Live::count);
}

// F12
TEST(Then, captures_go_right_after_the_run_and_before_the_next_stage) {
  int living = -1;
  done = source.then([live = Live{}](int x) { return x; }).then([&living](int) {
    living = Live::count;
  });
  succeed(1);
  run_pass();
  CHECK_EQUAL(0, living);
}

TEST(Then, then_on_a_done_future_runs_later_in_a_pass) {
  succeed(4);
  run_ready();
  stage = source.then([this](int x) {
    note("ran")();
    return x;
  });
  CHECK(!stage.done());
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  CHECK_EQUAL(4, value_of(stage.result()));
}

TEST(Then, then_on_a_failed_future_fails_later_in_a_pass) {
  fail(Errc::user);
  stage = source.then([](int x) { return x; });
  CHECK(!stage.done());
  run_pass();
  CHECK_EQUAL(Errc::user, code(stage));
}

// --- or_else ---

TEST(Then, or_else_recovers_with_a_value) {
  stage = source.or_else([this](Error e) {
    note(eyelet::name(e.code))();
    return e.detail;
  });
  static_cast<void>(source.set_error(Errc::user, 12));
  run_pass();
  CHECK_EQUAL(12, value_of(stage.result()));
  STRCMP_EQUAL("user ", log.c_str());
  CHECK_EQUAL(Errc::user, code(source));
}

TEST(Then, or_else_is_passed_by_a_value_and_its_callable_destroyed) {
  stage = source.or_else([this, live = Live{}](Error) {
    note("ran")();
    return 0;
  });
  succeed(4);
  run_pass();
  CHECK_EQUAL(4, value_of(stage.result()));
  CHECK_EQUAL(0, Live::count);
  STRCMP_EQUAL("", log.c_str());
}

TEST(Then, or_else_converts_or_repeats_an_error) {
  auto converted = source.or_else([](Error) -> Result<int> { return failure(Errc::timed_out); });
  auto repeated = source.or_else([](Error e) -> Result<int> { return tl::unexpected<Error>{e}; });
  fail(Errc::user);
  run_pass();
  CHECK_EQUAL(Errc::timed_out, code(converted));
  CHECK_EQUAL(Errc::user, code(repeated));
}

TEST(Then, or_else_converts_its_value_to_the_type_of_the_future) {
  stage = source.or_else([](Error) { return static_cast<short>(3); });
  auto nothing = loop.create_future<void>();
  auto handled = nothing.or_else([](Error) {});
  fail(Errc::user);
  static_cast<void>(nothing.set_error(Errc::user));
  run_pass();
  CHECK_EQUAL(3, value_of(stage.result()));
  CHECK_EQUAL(Errc::none, code(handled));
}

TEST(Then, or_else_may_wait_before_it_recovers) {
  stage = source.or_else([this](Error) { return eyelet::sleep(loop, 5ms).then([] { return 3; }); });
  fail(Errc::user);
  run_ready();
  CHECK(!stage.done());
  advance(5ms);
  CHECK_EQUAL(3, value_of(stage.result()));
}

TEST(Then, or_else_hears_of_a_cancellation) {
  stage = source.or_else([](Error e) { return e.code == Errc::cancelled ? 1 : 2; });
  source.cancel();
  run_pass();
  CHECK_EQUAL(1, value_of(stage.result()));
}

TEST(Then, an_or_else_that_recovers_from_its_own_cancel_by_a_future_ends_like_that) {
  Future<int> other = loop.create_future<int>();
  stage = source.or_else([&other](Error) { return other; });
  succeed(4);
  CHECK(stage.cancel());
  run_pass();
  CHECK(!stage.done());
  other.set_result(5);
  run_ready();
  CHECK_EQUAL(5, value_of(stage.result()));
}

// --- finally ---

TEST(Then, finally_runs_on_every_path_and_passes_the_outcome_on) {
  auto value = source.finally(note("value"));
  auto failing = loop.create_future<int>();
  auto error = failing.finally(note("error"));
  auto going = loop.create_future<int>();
  auto gone = going.finally([this, live = Live{}] { note("gone")(); });
  succeed(4);
  static_cast<void>(failing.set_error(Errc::user, 5));
  going.cancel();
  run_pass();
  STRCMP_EQUAL("value error gone ", log.c_str());
  CHECK_EQUAL(4, value_of(value.result()));
  CHECK(error.error() == (Error{Errc::user, 5}));
  CHECK(gone.cancelled());
  CHECK_EQUAL(0, Live::count);
}

TEST(Then, finally_waits_for_the_future_that_it_returns) {
  const auto live = loop.create_future<Live>();
  auto end = live.finally([this] { return eyelet::sleep(loop, 5ms); });
  static_cast<void>(live.set_result(4));
  run_ready();
  CHECK(!end.done());
  advance(5ms);
  CHECK_EQUAL(4, value_of(end.result()).id);
  CHECK_EQUAL(4, value_of(live.result()).id);
}

TEST(Then, an_error_passes_through_a_finally_that_waits) {
  stage = source.finally([this] { return eyelet::sleep(loop, 5ms); });
  fail(Errc::user);
  run_ready();
  CHECK(!stage.done());
  advance(5ms);
  CHECK_EQUAL(Errc::user, code(stage));
}

TEST(Then, an_error_of_finally_takes_the_place_of_the_outcome) {
  const auto live = loop.create_future<Live>();
  auto at_once = live.finally([]() -> Result<void> { return failure(Errc::user, 1); });
  auto later = live.finally([this] {
    return eyelet::sleep(loop, 1ms).then([]() -> Result<void> { return failure(Errc::user, 2); });
  });
  auto fine = live.finally([]() -> Result<void> { return {}; });
  static_cast<void>(live.set_result(4));
  run_ready();
  CHECK_EQUAL(3, Live::count);  // the promise's, that of `fine`, and the one `later` holds back
  advance(1ms);
  CHECK_EQUAL(2, Live::count);
  CHECK_EQUAL(1, at_once.error().detail);
  CHECK_EQUAL(2, later.error().detail);
  CHECK_EQUAL(4, value_of(fine.result()).id);
}

TEST(Then, an_error_of_finally_takes_the_place_of_an_error) {
  stage = source.finally([]() -> Result<void> { return failure(Errc::timed_out); });
  fail(Errc::user);
  run_ready();
  CHECK_EQUAL(Errc::timed_out, code(stage));
  source = {};
  check_reports(Errc::user);
}

TEST(Then, finally_with_a_future_that_is_done_passes_the_outcome_on) {
  auto ready = loop.create_future<void>();
  static_cast<void>(ready.set_result());
  auto broken = loop.create_future<void>();
  static_cast<void>(broken.set_error(Errc::timed_out));
  stage = source.finally([ready] { return ready; });
  auto replaced = source.finally([broken] { return broken; });
  succeed(4);
  run_pass();
  CHECK_EQUAL(4, value_of(stage.result()));
  CHECK_EQUAL(Errc::timed_out, code(replaced));
}

TEST(Then, a_cancel_during_the_clean_up_of_finally_reaches_the_clean_up) {
  const auto live = loop.create_future<Live>();
  auto end = live.finally([this] { return eyelet::sleep(loop, 5ms); });
  static_cast<void>(live.set_result(4));
  run_ready();
  CHECK(end.cancel());
  CHECK_EQUAL(0U, loop.stats().timers);
  run_ready();
  CHECK(end.cancelled());
  CHECK_EQUAL(1, Live::count);
}

TEST(Then, a_cancel_that_comes_in_the_pass_in_which_the_clean_up_ended_wins) {
  auto clean_up = loop.create_future<void>();
  const auto live = loop.create_future<Live>();
  auto end = live.finally([clean_up] { return clean_up; });
  static_cast<void>(live.set_result(4));
  run_ready();
  static_cast<void>(clean_up.set_result());
  CHECK(end.cancel());
  run_ready();
  CHECK(end.cancelled());
  CHECK_EQUAL(1, Live::count);
  check_reports();
}

TEST(Then, a_clean_up_that_ignores_a_cancel_keeps_the_outcome) {
  stage = source.finally([this] { return eyelet::sleep(loop, 5ms).or_else([](Error) {}); });
  succeed(4);
  run_ready();
  CHECK(stage.cancel());
  run_ready();
  CHECK_EQUAL(4, value_of(stage.result()));
}

TEST(Then, an_error_that_a_clean_up_holds_is_reported_when_something_takes_its_place) {
  const auto failing_behind = [this](Future<void> clean_up) {
    const auto failed = loop.create_future<int>();
    static_cast<void>(failed.set_error({Errc::user, 1}));
    return failed.finally([clean_up] { return clean_up; });
  };
  auto clean_up = loop.create_future<void>();
  stage = failing_behind(clean_up);
  run_ready();
  static_cast<void>(clean_up.set_result());
  run_ready();
  CHECK_EQUAL(Errc::user, code(stage));
  check_reports();

  clean_up = loop.create_future<void>();
  stage = failing_behind(clean_up);
  run_ready();
  static_cast<void>(clean_up.set_error(Errc::timed_out));
  run_ready();
  CHECK_EQUAL(Errc::timed_out, code(stage));
  check_reports(Errc::user);

  clean_up = loop.create_future<void>();
  stage = failing_behind(clean_up);
  run_ready();
  CHECK(stage.cancel());
  run_ready();
  CHECK(stage.cancelled());
  check_reports(Errc::user);
}

// --- Flattening ---

TEST(Then, a_returned_future_is_awaited) {
  auto inner = loop.create_future<int>();
  stage = source.then([inner](int) { return inner; });
  succeed(1);
  run_ready();
  CHECK(!stage.done());
  static_cast<void>(inner.set_result(6));
  run_pass();
  CHECK_EQUAL(6, value_of(stage.result()));
  CHECK_EQUAL(6, value_of(inner.result()));
}

TEST(Then, a_returned_future_that_is_done_is_passed_on_at_once) {
  for (const bool good : {true, false}) {
    auto inner = loop.create_future<int>();
    static_cast<void>(good ? inner.set_result(6) : inner.set_error(Errc::user));
    stage = loop.create_task([inner] { return inner; });
    run_pass();
    CHECK_EQUAL(good ? Errc::none : Errc::user, code(stage));
    CHECK(good == inner.result().has_value());
  }
}

TEST(Then, a_returned_future_that_fails_or_is_cancelled_ends_the_stage_alike) {
  auto failing = loop.create_future<int>();
  auto going = loop.create_future<int>();
  stage = source.then([failing](int) { return failing; });
  auto gone = source.then([going](int) { return going; });
  succeed(1);
  run_ready();
  static_cast<void>(failing.set_error(Errc::user, 6));
  CHECK(going.cancel());
  run_pass();
  CHECK(stage.error() == (Error{Errc::user, 6}));
  CHECK(gone.cancelled());
}

TEST(Then, a_returned_move_only_value_is_moved_out_of_its_future) {
  auto inner = loop.create_future<MoveOnly>();
  auto outer = source.then([inner](int) { return inner; });
  succeed(1);
  run_ready();
  static_cast<void>(inner.set_result(6));
  run_pass();
  CHECK_EQUAL(6, value_of(outer.result()).id);
  CHECK_EQUAL(Errc::invalid_state, code(inner));
}

TEST(Then, a_returned_future_of_nothing_ends_the_stage_invalid_state) {
  stage = source.then([](int) { return Future<int>{}; });
  succeed(1);
  run_pass();
  CHECK(stage.done());
  CHECK_EQUAL(Errc::invalid_state, code(stage));
}

TEST(Then, a_stage_that_returns_itself_ends_invalid_state) {
  stage = source.then([this](int) { return stage; });
  succeed(1);
  run_pass();
  CHECK(stage.done());
  CHECK_EQUAL(Errc::invalid_state, code(stage));
}

TEST(Then, a_finally_that_returns_itself_ends_invalid_state) {
  auto start = loop.create_future<void>();
  done = start.finally([this] { return done; });
  static_cast<void>(start.set_result());
  run_pass();
  CHECK(done.done());
  CHECK_EQUAL(Errc::invalid_state, code(done));
}

TEST(Then, a_returned_task_is_awaited) {
  stage = source.then([this](int x) { return loop.create_task([x] { return x + 1; }); });
  succeed(1);
  run_ready();
  CHECK_EQUAL(2, value_of(stage.result()));
}

TEST(Then, a_future_may_be_a_value) {
  auto outer = source.then([this](int x) -> Result<Future<int>> {
    auto inner = loop.create_future<int>();
    static_cast<void>(inner.set_result(x));
    return inner;
  });
  succeed(4);
  run_pass();
  CHECK_EQUAL(4, *outer.result()->result());
}

// --- One flow ---

TEST(Then, the_stages_of_a_chain_run_in_one_dispatch_with_nobody_in_between) {
  done = source
             .then([this](int x) {
               loop.call_soon(note("soon"));
               note("1")();
               return x;
             })
             .or_else([](Error) { return 0; })
             .then([this](int) { note("2")(); })
             .finally(note("3"));
  loop.call_soon(note("before"));
  succeed(1);
  loop.call_soon(note("after"));
  const std::size_t run = loop.stats().callbacks_run;
  run_pass();
  STRCMP_EQUAL("before 1 2 3 after ", log.c_str());
  CHECK_EQUAL(run + 3, loop.stats().callbacks_run);
  run_pass();
}

TEST(Then, a_chain_behind_a_returned_future_continues_in_the_dispatch_that_ends_it) {
  auto inner = loop.create_future<int>();
  done = source.then([inner](int) { return inner; }).then([this](int) { note("end")(); });
  succeed(1);
  run_ready();
  static_cast<void>(inner.set_result(1));
  loop.call_soon(note("after"));
  run_pass();
  STRCMP_EQUAL("end after ", log.c_str());
}

TEST(Then, a_timer_runs_its_chain_in_the_dispatch_in_which_it_is_due) {
  done = eyelet::sleep(loop, 1ms).then(note("1")).then(note("2"));
  loop.call_later(1ms, note("later"));
  advance(1ms);
  STRCMP_EQUAL("1 2 later ", log.c_str());
}

TEST(Then, several_continuations_have_a_turn_each_in_their_order) {
  auto middle = source.then([this](int x) {
    note("middle")();
    loop.call_soon(note("soon"));
    return x;
  });
  auto a = middle.then([this](int) { note("a")(); }).then(note("a2"));
  middle.add_done_callback([this](const Future<int>&) { note("b")(); });
  auto c = middle.then([this](int) { note("c")(); });
  succeed(1);
  run_pass();
  STRCMP_EQUAL("middle ", log.c_str());
  run_pass();
  STRCMP_EQUAL("middle soon a a2 b c ", log.c_str());
}

TEST(Then, a_single_done_callback_has_a_turn_of_its_own) {
  stage = source.then([this](int x) {
    loop.call_soon(note("soon"));
    return x;
  });
  stage.add_done_callback([this](const Future<int>&) { note("callback")(); });
  succeed(1);
  run_pass();
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("soon callback ", log.c_str());
}

TEST(Then, a_promise_reaches_its_continuation_by_a_hop) {
  done = source.then([this](int) { note("ran")(); });
  loop.call_soon([this] {
    succeed(1);
    note("completed")();
    loop.call_soon(note("soon"));
  });
  run_pass();
  STRCMP_EQUAL("completed ", log.c_str());
  run_pass();
  STRCMP_EQUAL("completed ran soon ", log.c_str());
}

TEST(Then, what_a_stage_attaches_to_itself_while_it_runs_runs_behind_it) {
  Future<void> late;
  stage = source.then([&](int x) {
    late = stage.then([this](int y) { note(y == 4 ? "late" : "?")(); });
    return x;
  });
  succeed(4);
  run_ready();
  STRCMP_EQUAL("late ", log.c_str());
}

// --- Cancelling ---

TEST(Then, cancelling_a_stage_cancels_the_promise_it_waits_for) {
  stage = source.then([](int x) { return x; }).then([](int x) { return x; });
  CHECK(stage.cancel());
  CHECK(source.cancelled());
  CHECK(!stage.done());
  run_pass();
  CHECK(stage.cancelled());
  CHECK(!stage.cancel());
}

TEST(Then, cancelling_a_stage_disarms_the_timer_it_waits_for_at_once) {
  done = eyelet::sleep(loop, 1s).then(note("ran"));
  CHECK_EQUAL(1U, loop.stats().timers);
  CHECK(done.cancel());
  CHECK_EQUAL(0U, loop.stats().timers);
  run_ready();
  CHECK(done.cancelled());
  STRCMP_EQUAL("", log.c_str());
}

TEST(Then, cancel_wins_over_a_promise_that_completed_in_the_same_pass) {
  stage = source.then([this](int x) {
    note("ran")();
    return x;
  });
  succeed(4);
  CHECK(stage.cancel());
  CHECK(!stage.done());
  run_pass();
  CHECK(stage.cancelled());
  STRCMP_EQUAL("", log.c_str());
  CHECK_EQUAL(4, value_of(source.result()));
}

TEST(Then, cancel_wins_over_a_sleep_that_is_due_in_the_same_pass) {
  done = eyelet::sleep(loop, 1ms).then(note("ran"));
  Future<void> other = eyelet::sleep(loop, 1ms);
  // Armed first and due first: it runs in the pass in which the sleep has left the timer queue.
  loop.call_at(loop.time(), [this] { port.advance(0us); });
  loop.call_soon([this] { CHECK(done.cancel()); });
  port.advance(1ms);
  run_ready();
  CHECK(done.cancelled());
  CHECK_EQUAL(Errc::none, code(other));
  STRCMP_EQUAL("", log.c_str());
}

TEST(Then, cancel_wins_over_a_chain_whose_first_stage_is_due) {
  done = source
             .then([this](int x) {
               note("1")();
               return x;
             })
             .then([this](int) { note("2")(); });
  succeed(4);
  CHECK(done.cancel());
  run_pass();
  CHECK(done.cancelled());
  STRCMP_EQUAL("", log.c_str());
}

TEST(Then, a_stage_that_is_running_when_the_cancel_comes_finishes_and_the_next_does_not_run) {
  done = source
             .then([this](int x) {
               CHECK(done.cancel());
               note("1")();
               return x;
             })
             .then([this](int) { note("2")(); });
  succeed(4);
  run_pass();
  CHECK(done.cancelled());
  STRCMP_EQUAL("1 ", log.c_str());
}

TEST(Then, a_stage_that_cancels_itself_does_not_deliver_its_value) {
  auto end = source.then([this](int) {
    CHECK(stage.cancel());
    return Live{4};
  });
  stage = end.then([](const Live& l) { return l.id; });
  succeed(4);
  run_pass();
  CHECK(stage.cancelled());
  CHECK(end.cancelled());
  CHECK_EQUAL(0, Live::count);
}

TEST(Then, the_error_of_a_stage_that_cancels_itself_is_its_outcome) {
  stage = source.then([this](int) -> Result<int> {
    CHECK(stage.cancel());
    return failure(Errc::user);
  });
  succeed(4);
  run_pass();
  CHECK_EQUAL(Errc::user, code(stage));
}

TEST(Then, a_stage_that_cancels_itself_cancels_the_future_that_it_returns) {
  stage = source.then([this](int) {
    CHECK(stage.cancel());
    return eyelet::sleep(loop, 1s).then([] { return 1; });
  });
  succeed(4);
  run_pass();
  CHECK_EQUAL(0U, loop.stats().timers);
  run_ready();
  CHECK(stage.cancelled());
}

TEST(Then, a_stage_that_cancels_itself_ends_cancelled_though_it_returns_a_done_future) {
  auto ready = loop.create_future<int>();
  static_cast<void>(ready.set_result(3));
  stage = source.then([this, ready](int) {
    CHECK(stage.cancel());
    return ready;
  });
  succeed(4);
  run_pass();
  CHECK(stage.cancelled());
  CHECK_EQUAL(3, value_of(ready.result()));
}

TEST(Then, cancel_passes_to_the_future_that_a_stage_awaits) {
  auto inner = loop.create_future<int>();
  stage = source.then([inner](int) { return inner; });
  succeed(4);
  run_ready();
  CHECK(stage.cancel());
  CHECK(inner.cancelled());
  run_ready();
  CHECK(stage.cancelled());
}

TEST(Then, a_cancel_flows_down_through_or_else_and_finally) {
  stage = source
              .then([this](int x) {
                note("then")();
                return x;
              })
              .finally(note("finally"))
              .or_else([this](Error e) {
                note(eyelet::name(e.code))();
                return 3;
              })
              .then([this](int x) {
                note("recovered")();
                return x;
              });
  CHECK(stage.cancel());
  run_pass();
  STRCMP_EQUAL("finally cancelled recovered ", log.c_str());
  CHECK_EQUAL(3, value_of(stage.result()));
}

TEST(Then, a_future_is_done_only_after_its_clean_up_has_ended) {
  stage = source.finally([this] { return eyelet::sleep(loop, 5ms); });
  CHECK(stage.cancel());
  run_ready();
  CHECK(!stage.done());
  CHECK_EQUAL(1U, loop.stats().timers);
  advance(5ms);
  CHECK(stage.cancelled());
}

// T8
TEST(Then, a_clean_up_that_fails_after_a_cancel_gives_its_error) {
  stage = source.finally([this] {
    return eyelet::sleep(loop, 5ms).then([]() -> Result<void> { return failure(Errc::user, 8); });
  });
  CHECK(stage.cancel());
  run_ready();
  advance(5ms);
  CHECK(stage.error() == (Error{Errc::user, 8}));
}

TEST(Then, cancelling_a_shared_source_cancels_all_that_wait) {
  auto a = source.then([](int x) { return x; });
  auto b = source.then([](int x) { return x; });
  CHECK(a.cancel());
  run_pass();
  CHECK(a.cancelled());
  CHECK(b.cancelled());
}

TEST(Then, cancelling_one_of_two_continuations_of_a_done_future_leaves_the_other) {
  succeed(4);
  auto a = source.then([](int x) { return x; });
  auto b = source.then([](int x) { return x; });
  CHECK(a.cancel());
  run_pass();
  CHECK(a.cancelled());
  CHECK_EQUAL(4, value_of(b.result()));
}

TEST(Then, a_cancelled_stage_leaves_the_error_of_its_source_to_be_reported) {
  stage = source.then([](int x) { return x; });
  fail(Errc::user);
  CHECK(stage.cancel());
  run_pass();
  CHECK(stage.cancelled());
  check_reports();
  source = {};
  check_reports(Errc::user);
}

TEST(Then, cancelling_twice_before_delivery_is_true_both_times) {
  stage = source.then([](int x) { return x; });
  succeed(4);
  CHECK(stage.cancel());
  CHECK(stage.cancel());
  run_pass();
  CHECK(!stage.cancel());
}

TEST(Then, a_circle_of_two_stages_is_opened_by_a_cancel) {
  auto other = loop.create_future<int>();
  Future<int> back;
  stage = source.then([&back](int) { return back; });
  back = other.then([this](int) { return stage; });
  succeed(1);
  static_cast<void>(other.set_result(1));
  run_ready();
  CHECK(!stage.done());
  CHECK(stage.cancel());
  run_ready();
  CHECK(stage.cancelled());
  CHECK(back.cancelled());
}

// --- Re-entrancy ---

TEST(Then, a_callable_may_drop_every_handle_there_is) {
  auto value = loop.create_future<Live>();
  stage = value.then([&value, this](const Live& l) {
    value = {};
    stage = source = {};
    done = {};
    return l.id;
  });
  done = stage.then([this](int x) { note(x == 5 ? "5" : "?")(); });
  static_cast<void>(value.set_result(5));
  run_pass();
  STRCMP_EQUAL("5 ", log.c_str());
  CHECK_EQUAL(0U, in_use());
}

TEST(Then, the_destructor_of_a_callable_may_cancel_and_drop_its_own_stage) {
  for (const bool good : {true, false}) {
    auto from = loop.create_future<int>();
    stage = from.then([on = OnDestroy{[this] {
                         stage.cancel();
                         stage = {};
                       }}](int x) { return x; });
    static_cast<void>(good ? from.set_result(1) : from.set_error(Errc::user));
    run_ready();
    CHECK(stage.done());
  }
}

TEST(Then, a_stage_may_be_dropped_by_the_destructor_of_the_value_that_it_lets_go) {
  auto drop = [this] { stage = {}; };
  auto value = loop.create_future<OnDestroy<decltype(drop)>>();
  stage = value.then([](const auto&) { return 1; });
  static_cast<void>(value.set_result(OnDestroy{drop}));
  value = {};
  run_ready();
  CHECK(stage.block() == nullptr);
}

TEST(Then, a_stage_that_cancels_itself_may_be_dropped_by_the_destructor_of_its_value) {
  eyelet::AnyFuture own;
  own = source.then([&own](int) {
    CHECK(own.cancel());
    return OnDestroy{[&own] { own = {}; }};
  });
  succeed(4);
  run_pass();
  CHECK(own.block() == nullptr);
}

TEST(Then, the_destructor_of_a_value_may_end_and_attach_futures) {
  auto slot = std::make_unique<Future<int>>(source.then([](int x) { return x; }));
  OnDestroy hook{[this, &slot] {
    slot.reset();
    done = source.then([this](int x) { note(x == 6 ? "6" : "?")(); });
    succeed(6);
    source = {};
  }};
  auto value = loop.create_future<decltype(hook)>();
  static_cast<void>(value.set_result(std::move(hook)));
  value = {};
  CHECK(source.block() == nullptr);
  run_ready();
  STRCMP_EQUAL("6 ", log.c_str());
}

TEST(Then, that_takes_no_value_gives_the_block_of_its_input_back_before_it_runs) {
  const auto before = loop.stats().in_use;
  std::size_t used = 0;
  Future<void> slept = eyelet::sleep(loop, 1s).then([&] { used = loop.stats().in_use; });
  loop.call_later(1s, [this] { loop.stop(); });
  CHECK_TRUE(loop.run_forever().has_value());
  CHECK_TRUE(slept.done());
  CHECK_EQUAL(before + 2, used);  // its own, and that of the timer
}

TEST_GROUP_BASE(ThenExhausted, BasicFixture<1>) {
  Future<int> source;

  void setup() override { source = loop.create_future<int>(); }
  void teardown() override {
    source = {};
    check_clean();
  }
};

TEST(ThenExhausted, then_without_a_block_fails_and_leaves_its_source_alone) {
  auto stage = source.then([live = Live{}](int x) { return x; });
  CHECK(stage.done());
  CHECK_EQUAL(Errc::out_of_blocks, code(stage));
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(Errc::out_of_blocks, code(source.or_else([live = Live{}](Error) { return 1; })));
  CHECK_EQUAL(Errc::out_of_blocks, code(source.finally([live = Live{}] {})));
  CHECK_EQUAL(0, Live::count);
  check_reports(Errc::out_of_blocks, Errc::out_of_blocks, Errc::out_of_blocks);
  CHECK(!source.done());
  CHECK_EQUAL(1U, in_use());
  CHECK_EQUAL(Errc::none, code(source.set_result(1)));
}

TEST(ThenExhausted, then_behind_an_exhausted_source_needs_no_block_to_pass_the_error) {
  const auto none = loop.create_future<int>();
  const auto stage = none.then([live = Live{}](int x) { return x; });
  check_reports(Errc::out_of_blocks);
  CHECK_EQUAL(Errc::out_of_blocks, code(stage));
  CHECK_EQUAL(0, Live::count);
}

TEST(ThenExhausted, or_else_behind_an_exhausted_source_runs_in_a_later_pass_once_a_block_is_free) {
  const auto none = loop.create_future<int>();
  source = {};
  auto stage = none.or_else([](Error e) { return e.code == Errc::out_of_blocks ? 1 : 2; });
  CHECK(!stage.done());
  run_pass();
  CHECK_EQUAL(1, value_of(stage.result()));
}

TEST(ThenExhausted, finally_behind_an_exhausted_source_passes_the_error_on) {
  const auto none = loop.create_future<int>();
  source = {};
  auto stage = none.finally(note("clean"));
  run_pass();
  STRCMP_EQUAL("clean ", log.c_str());
  CHECK_EQUAL(Errc::out_of_blocks, code(stage));
}

TEST(ThenExhausted, a_stage_behind_an_exhausted_source_can_be_cancelled) {
  const auto none = loop.create_future<int>();
  source = {};
  auto stage = none.or_else([this](Error e) {
    note(eyelet::name(e.code))();
    return 1;
  });
  CHECK(stage.cancel());
  run_pass();
  STRCMP_EQUAL("cancelled ", log.c_str());
}

TEST(ThenExhausted, a_stage_that_returns_an_exhausted_future_ends_out_of_blocks) {
  source = {};
  auto task = loop.create_task([this] { return eyelet::sleep(loop, 1ms); });
  run_pass();
  CHECK_EQUAL(Errc::out_of_blocks, code(task));
}

TEST(ThenExhausted, a_finally_whose_clean_up_finds_no_block_ends_out_of_blocks) {
  static_cast<void>(source.set_result(1));
  const auto none = loop.create_future<int>();
  source = {};
  auto stage = none.finally([this] { return eyelet::sleep(loop, 1ms); });
  run_pass();
  CHECK_EQUAL(Errc::out_of_blocks, code(stage));
}

TEST(ThenExhausted, the_handler_that_hears_of_it_may_drop_the_source) {
  static Future<int> slot;
  slot = std::move(source);
  loop.set_exception_handler([](Loop&, Error, void*) { slot = {}; });
  CHECK_EQUAL(Errc::out_of_blocks, code(slot.then([](int) {})));
  CHECK_EQUAL(0U, in_use());
}

// --- What a finally holds while its clean-up goes on ---

TEST(Then, a_finally_whose_loop_closes_during_the_clean_up_destroys_its_callable_once) {
  const auto source = loop.create_future<int>();
  Future<int> stage = source.finally([this, live = Live{}] { return eyelet::sleep(loop, 1ms); });
  source.set_result(7);
  run_pass();
  CHECK_EQUAL(0, Live::count);
  CHECK_TRUE(loop.close().has_value());
  stage = {};
  CHECK_EQUAL(0, Live::count);
}

TEST(Then, a_finally_that_returns_itself_destroys_the_outcome_that_it_held_once) {
  auto source = loop.create_future<Live>();
  Future<Live> stage;
  stage = source.finally([&stage, live = Live{}] { return stage.then([](const Live&) {}); });
  source.set_result(7);
  run_ready();
  stage.cancel();
  run_ready();
  stage = {};
  auto empty = loop.create_future<void>();
  Future<void> itself;
  itself = empty.finally([&itself, live = Live{}] { return itself; });
  empty.set_result();
  run_ready();
  CHECK_EQUAL(Errc::invalid_state, code(itself));
  itself = {};
  source = {};
  CHECK_EQUAL(0, Live::count);
}
