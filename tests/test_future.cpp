// SPDX-License-Identifier: BSL-1.0
// Handles, promises, outcomes and done callbacks. Chains are in test_then.cpp, who keeps whom alive
// in test_future_core.cpp.
#include <memory>
#include <tests/fixture.hpp>

using namespace fixture;
using eyelet::AnyFuture;
using eyelet::failure;

TEST_GROUP_BASE(FutureRoom, Fixture) {
  // Handles of F1; members, because callbacks outlive the frame that adds them.
  std::array<Handle, 64> handles;
  int runs = 0;

  void teardown() override { check_clean(); }

  /// A promise in each state.
  Future<int> promise_in(eyelet::detail::State state) {
    Future<int> promise = loop.create_future<int>();
    switch (state) {
      case eyelet::detail::State::pending: break;
      case eyelet::detail::State::value: static_cast<void>(promise.set_result(7)); break;
      case eyelet::detail::State::error: static_cast<void>(promise.set_error(Errc::user, 7)); break;
      case eyelet::detail::State::cancelled: promise.cancel(); break;
    }
    return promise;
  }
};

using eyelet::detail::State;

TEST(FutureRoom, a_promise_is_pending_until_it_is_completed) {
  const auto promise = loop.create_future<int>();
  CHECK(!promise.done());
  CHECK_EQUAL(Errc::invalid_state, promise.error().code);
  CHECK_EQUAL(Errc::invalid_state, code(promise.result()));
  CHECK_EQUAL(Errc::none, code(promise.set_result(5)));
  CHECK(promise.done());
  CHECK(!promise.cancelled());
  CHECK_EQUAL(Errc::none, code(promise));
  CHECK_EQUAL(5, value_of(promise.result()));
}

TEST(FutureRoom, a_promise_of_nothing_completes_without_a_value) {
  const auto promise = loop.create_future<void>();
  CHECK_EQUAL(Errc::none, code(promise.set_result()));
  CHECK(promise.done());
  CHECK_EQUAL(Errc::none, code(promise.result()));
}

TEST(FutureRoom, a_value_is_made_in_place_from_several_arguments) {
  const auto promise = loop.create_future<std::pair<int, MoveOnly>>();
  CHECK_EQUAL(Errc::none, code(promise.set_result(1, MoveOnly{2})));
  CHECK_EQUAL(2, promise.result()->second.id);
}

TEST(FutureRoom, an_error_keeps_its_detail) {
  const auto promise = loop.create_future<int>();
  CHECK_EQUAL(Errc::none, code(promise.set_error(Errc::system, 104)));
  CHECK(promise.error() == (Error{Errc::system, 104}));
  CHECK(promise.result().error() == (Error{Errc::system, 104}));
  CHECK(!promise.cancelled());
}

TEST(FutureRoom, set_error_cancelled_is_a_cancellation) {
  const auto promise = loop.create_future<int>();
  CHECK_EQUAL(Errc::none, code(promise.set_error(Errc::cancelled)));
  CHECK(promise.cancelled());
}

// F6
TEST(FutureRoom, set_result_is_refused_when_done_but_not_when_cancelled) {
  CHECK_EQUAL(Errc::none, code(promise_in(State::pending).set_result(8)));
  const auto value = promise_in(State::value);
  CHECK_EQUAL(Errc::invalid_state, code(value.set_result(8)));
  CHECK_EQUAL(7, value_of(value.result()));
  const auto error = promise_in(State::error);
  CHECK_EQUAL(Errc::invalid_state, code(error.set_result(8)));
  CHECK_EQUAL(Errc::user, code(error));
  const auto cancelled = promise_in(State::cancelled);
  CHECK_EQUAL(Errc::none, code(cancelled.set_result(8)));
  CHECK(cancelled.cancelled());
}

// F6
TEST(FutureRoom, set_error_is_refused_when_done_but_not_when_cancelled) {
  const auto pending = promise_in(State::pending);
  CHECK_EQUAL(Errc::none, code(pending.set_error(Errc::system)));
  CHECK_EQUAL(Errc::system, code(pending));
  const auto value = promise_in(State::value);
  CHECK_EQUAL(Errc::invalid_state, code(value.set_error(Errc::system)));
  CHECK_EQUAL(7, value_of(value.result()));
  const auto error = promise_in(State::error);
  CHECK_EQUAL(Errc::invalid_state, code(error.set_error(Errc::system)));
  CHECK_EQUAL(Errc::user, code(error));
  const auto cancelled = promise_in(State::cancelled);
  CHECK_EQUAL(Errc::none, code(cancelled.set_error(Errc::system)));
  CHECK(cancelled.cancelled());
}

// F6
TEST(FutureRoom, cancel_is_false_when_done_and_changes_nothing) {
  const auto pending = promise_in(State::pending);
  CHECK(pending.cancel());
  CHECK(pending.cancelled());
  CHECK(pending.done());
  CHECK(!pending.cancel());
  CHECK_EQUAL(Errc::cancelled, code(pending));
  const auto value = promise_in(State::value);
  CHECK(!value.cancel());
  CHECK_EQUAL(7, value_of(value.result()));
  const auto error = promise_in(State::error);
  CHECK(!error.cancel());
  CHECK_EQUAL(Errc::user, code(error));
}

// F6
TEST(FutureRoom, take_leaves_invalid_state_behind_and_refuses_while_pending) {
  const auto pending = promise_in(State::pending);
  CHECK_EQUAL(Errc::invalid_state, code(pending.take()));
  CHECK(!pending.done());
  const auto value = promise_in(State::value);
  CHECK_EQUAL(7, value_of(value.take()));
  CHECK(value.done());
  CHECK(!value.cancelled());
  CHECK_EQUAL(Errc::invalid_state, code(value.take()));
  CHECK_EQUAL(Errc::invalid_state, code(value.result()));
  CHECK_EQUAL(Errc::invalid_state, code(value));
  check_reports();
}

// F9
TEST(FutureRoom, taking_an_error_leaves_it_for_others_to_see) {
  const auto error = promise_in(State::error);
  CHECK(error.take().error() == (Error{Errc::user, 7}));
  CHECK(error.take().error() == (Error{Errc::user, 7}));
  CHECK(error.error() == (Error{Errc::user, 7}));
  const auto cancelled = promise_in(State::cancelled);
  CHECK_EQUAL(Errc::cancelled, code(cancelled.take()));
  CHECK(cancelled.cancelled());
  const auto moved = loop.create_future<MoveOnly>();
  static_cast<void>(moved.set_error(Errc::user));
  CHECK_EQUAL(Errc::user, code(moved.take()));
  CHECK_EQUAL(Errc::user, code(moved.take()));
}

TEST(FutureRoom, no_error_is_no_error_to_set) {
  const auto pending = loop.create_future<int>();
  CHECK_EQUAL(Errc::invalid_argument, code(pending.set_error(Errc::none)));
  CHECK(!pending.done());
}

// F6
TEST(FutureRoom, only_a_promise_can_be_completed_from_outside) {
  const auto source = loop.create_future<int>();
  const auto stage = source.then([](int x) { return x; });
  const auto task = loop.create_task([] { return 1; });
  const auto wait = eyelet::sleep(loop, 1s);
  CHECK_EQUAL(Errc::invalid_state, code(stage.set_result(1)));
  CHECK_EQUAL(Errc::invalid_state, code(stage.set_error(Errc::user)));
  CHECK_EQUAL(Errc::invalid_state, code(task.set_result(1)));
  CHECK_EQUAL(Errc::invalid_state, code(task.set_error(Errc::user)));
  CHECK_EQUAL(Errc::invalid_state, code(wait.set_result()));
  CHECK_EQUAL(Errc::invalid_state, code(wait.set_error(Errc::user)));
  CHECK(stage.cancel());
  CHECK(task.cancel());
  CHECK(wait.cancel());
  run_ready();
  // A late completion is quiet only for whoever could have made an early one.
  CHECK_EQUAL(Errc::invalid_state, code(stage.set_result(1)));
  CHECK_EQUAL(Errc::invalid_state, code(task.set_error(Errc::user)));
  CHECK_EQUAL(Errc::invalid_state, code(wait.set_result()));
  CHECK_EQUAL(Errc::invalid_state, code(wait.set_error(Errc::user)));
}

// F7
TEST(FutureRoom, a_late_completion_after_cancel_is_dropped_and_its_payload_destroyed_once) {
  const auto promise = loop.create_future<MoveOnly>();
  CHECK(promise.cancel());
  CHECK_EQUAL(Errc::none, code(promise.set_result(MoveOnly{1})));
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(Errc::none, code(promise.set_error(Errc::user)));
  CHECK(promise.cancelled());
  check_reports();
}

// F9
TEST(FutureRoom, every_observer_of_a_failed_future_sees_the_same_error) {
  const auto promise = loop.create_future<int>();
  std::array<Error, 3> seen{};
  auto first = promise.or_else([&](Error e) {
    seen[0] = e;
    return 0;
  });
  promise.add_done_callback([&](const Future<int>& f) { seen[1] = f.error(); });
  auto third = promise.then([](int) {}).or_else([&](Error e) { seen[2] = e; });
  CHECK_EQUAL(Errc::none, code(promise.set_error(Errc::user, 42)));
  run_ready();
  for (const Error e : seen) CHECK(e == (Error{Errc::user, 42}));
  CHECK(promise.error() == (Error{Errc::user, 42}));
  check_reports();
}

// F9
TEST(FutureRoom, a_move_only_value_has_one_taker_and_the_second_sees_invalid_state) {
  const auto promise = loop.create_future<MoveOnly>();
  auto first = promise.then([](MoveOnly m) { return m.id; });
  auto second = promise.then([](MoveOnly m) { return m.id; });
  CHECK_EQUAL(Errc::none, code(promise.set_result(6)));
  run_ready();
  CHECK_EQUAL(6, value_of(first.result()));
  CHECK_EQUAL(Errc::invalid_state, code(second));
  CHECK_EQUAL(0, Live::count);
}

// F10
TEST(FutureRoom, an_error_that_nobody_looked_at_is_reported_once_when_the_future_goes) {
  {
    const auto promise = promise_in(State::error);
    const auto copy = promise;
    CHECK(promise.done());
    CHECK(!promise.cancelled());
    run_ready();
    check_reports();
  }
  CHECK(reports[0] == (Error{Errc::user, 7}));
  check_reports(Errc::user);
}

// F10
TEST(FutureRoom, an_error_that_somebody_looked_at_is_not_reported) {
  static_cast<void>(promise_in(State::error).error());
  static_cast<void>(promise_in(State::error).result());
  static_cast<void>(promise_in(State::error).take());
  {
    const auto promise = promise_in(State::error);
    const auto handled = promise.or_else([](Error) { return 1; });
    run_ready();
  }
  check_reports();
}

// F10
TEST(FutureRoom, values_and_cancellations_are_not_reported) {
  static_cast<void>(promise_in(State::value));
  static_cast<void>(promise_in(State::cancelled));
  static_cast<void>(promise_in(State::pending));
  check_reports();
}

// F10
TEST(FutureRoom, looking_before_it_is_done_does_not_count_as_looking_at_the_error) {
  {
    const auto promise = loop.create_future<int>();
    CHECK_EQUAL(Errc::invalid_state, promise.error().code);
    CHECK_EQUAL(Errc::invalid_state, code(promise.result()));
    CHECK_EQUAL(Errc::invalid_state, code(promise.take()));
    static_cast<void>(promise.set_error(Errc::user));
  }
  check_reports(Errc::user);
}

// F10
TEST(FutureRoom, a_done_callback_that_does_not_look_leaves_the_error_to_be_reported) {
  for (const bool removed : {false, true}) {
    const auto promise = loop.create_future<int>();
    const Handle handle = promise.add_done_callback([](const Future<int>&) {});
    static_cast<void>(promise.set_error(Errc::user));
    if (removed) CHECK(promise.remove_done_callback(handle));
    run_ready();
  }
  check_reports(Errc::user, Errc::user);
}

// F10
TEST(FutureRoom, an_error_that_passes_through_a_chain_is_reported_once) {
  {
    const auto promise = loop.create_future<int>();
    const auto end = promise.then([](int x) { return x; }).finally([] {}).then([](int) {});
    static_cast<void>(promise.set_error(Errc::user));
    run_ready();
  }
  check_reports(Errc::user);
}

// F10
TEST(FutureRoom, what_the_exception_handler_causes_is_not_reported_to_it) {
  static BasicFixture<>* self;
  self = this;
  loop.set_exception_handler([](Loop& l, Error e, void*) {
    self->record(e);
    static_cast<void>(l.create_future<int>().set_error(Errc::system));
  });
  static_cast<void>(promise_in(State::error));
  check_reports(Errc::user);
}

TEST(FutureRoom, copies_are_handles_to_the_same_future) {
  auto promise = loop.create_future<int>();
  auto copy = promise;
  CHECK_EQUAL(1U, in_use());
  promise = Future<int>{};
  CHECK_EQUAL(1U, in_use());
  CHECK_EQUAL(Errc::none, code(copy.set_result(3)));
  const auto moved = std::move(copy);
  CHECK_EQUAL(3, value_of(moved.result()));
  auto& same = copy = moved;
  copy = same;
  CHECK_EQUAL(3, value_of(copy.result()));
}

TEST(FutureRoom, a_future_of_nothing_is_done_with_invalid_state) {
  Future<int> nothing;
  CHECK(nothing.done());
  CHECK(!nothing.cancelled());
  CHECK(!nothing.cancel());
  CHECK_EQUAL(Errc::invalid_state, code(nothing));
  CHECK_EQUAL(Errc::invalid_state, code(nothing.result()));
  CHECK_EQUAL(Errc::invalid_state, code(nothing.take()));
  CHECK_EQUAL(Errc::invalid_state, code(nothing.set_result(1)));
  CHECK_EQUAL(Errc::invalid_state, code(nothing.set_error(Errc::user)));
  CHECK_EQUAL(Errc::invalid_state, code(nothing.add_done_callback([](const Future<int>&) {})));
  CHECK(!nothing.remove_done_callback(Handle{}));
  CHECK_EQUAL(Errc::invalid_state, code(nothing.then([](int) {})));
  CHECK_EQUAL(Errc::invalid_state, code(nothing.or_else([](Error) { return 1; })));
  CHECK_EQUAL(Errc::invalid_state, code(nothing.finally([] {})));
}

TEST(FutureRoom, any_future_holds_futures_of_every_type) {
  const auto number = loop.create_future<int>();
  const auto sleeping = eyelet::sleep(loop, 1s);
  std::array<AnyFuture, 2> all{number, sleeping};
  for (AnyFuture& f : all) CHECK(f.cancel());
  CHECK(number.cancelled());
  CHECK(sleeping.cancelled());
}

TEST(FutureRoom, a_result_may_have_the_largest_size_that_fits) {
  struct Large {
    unsigned char bytes[eyelet::detail::kPayloadBytes - 8];
  };
  const auto promise = loop.create_future<Large>();
  Large value{};
  value.bytes[sizeof(value.bytes) - 1] = 9;
  CHECK_EQUAL(Errc::none, code(promise.set_result(value)));
  const auto copy = promise.then([](const Large& l) { return l; });
  run_ready();
  CHECK_EQUAL(9, copy.result()->bytes[sizeof(value.bytes) - 1]);
}

// --- Done callbacks ---

TEST(FutureRoom, done_callbacks_run_in_a_later_pass_in_the_order_they_were_added) {
  const auto promise = loop.create_future<int>();
  for (const char* word : {"a", "b", "c"})
    promise.add_done_callback([this, word](const Future<int>& f) {
      CHECK_EQUAL(4, value_of(f.result()));
      note(word)();
    });
  static_cast<void>(promise.set_result(4));
  promise.add_done_callback([this](const Future<int>&) { note("late")(); });
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("a b c late ", log.c_str());
}

TEST(FutureRoom, each_done_callback_has_a_turn_of_its_own) {
  const auto promise = loop.create_future<int>();
  promise.add_done_callback([this](const Future<int>&) { loop.call_soon(note("soon")); });
  promise.add_done_callback([this](const Future<int>&) { note("second")(); });
  static_cast<void>(promise.set_result(4));
  const std::size_t before = loop.stats().callbacks_run;
  run_pass();
  CHECK_EQUAL(before + 2, loop.stats().callbacks_run);
  STRCMP_EQUAL("second ", log.c_str());
  run_pass();
  STRCMP_EQUAL("second soon ", log.c_str());
}

TEST(FutureRoom, a_done_callback_on_a_done_future_runs_in_the_next_pass) {
  const auto promise = promise_in(State::value);
  CHECK_EQUAL(Errc::none,
              code(promise.add_done_callback([this](const Future<int>&) { note("ran")(); })));
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("ran ", log.c_str());
}

TEST(FutureRoom, done_callbacks_hear_of_errors_and_cancellations) {
  for (const State state : {State::error, State::cancelled})
    promise_in(state).add_done_callback(
        [this](const Future<int>& f) { note(eyelet::name(f.error().code))(); });
  const auto promise = loop.create_future<int>();
  promise.add_done_callback([this](const Future<int>& f) { note(f.cancelled() ? "c" : "?")(); });
  CHECK(promise.cancel());
  run_pass();
  STRCMP_EQUAL("user cancelled c ", log.c_str());
}

TEST(FutureRoom, a_removed_done_callback_does_not_run_and_its_captures_go_at_once) {
  const auto promise = loop.create_future<int>();
  const Handle handle =
      promise.add_done_callback([this, live = Live{}](const Future<int>&) { note("ran")(); });
  CHECK_EQUAL(1, Live::count);
  CHECK(promise.remove_done_callback(handle));
  CHECK_EQUAL(0, Live::count);
  CHECK(!promise.remove_done_callback(handle));
  static_cast<void>(promise.set_result(1));
  run_ready();
  STRCMP_EQUAL("", log.c_str());
  CHECK_EQUAL(1U, in_use());
}

TEST(FutureRoom, a_done_callback_is_removed_only_from_its_own_future_and_only_once) {
  const auto promise = loop.create_future<int>();
  const auto other = loop.create_future<int>();
  const Handle handle = promise.add_done_callback([](const Future<int>&) {});
  const Handle soon = loop.call_soon([] {});
  CHECK(!other.remove_done_callback(handle));
  CHECK(!promise.remove_done_callback(soon));
  CHECK(!promise.remove_done_callback(Handle{}));
  static_cast<void>(promise.set_result(1));
  run_ready();
  CHECK(!promise.remove_done_callback(handle));
}

TEST(FutureRoom, a_removal_names_no_later_callback_in_the_same_block) {
  const auto promise = loop.create_future<int>();
  const Handle old = promise.add_done_callback([](const Future<int>&) {});
  CHECK(promise.remove_done_callback(old));
  promise.add_done_callback([this](const Future<int>&) { note("new")(); });
  CHECK(!promise.remove_done_callback(old));
  static_cast<void>(promise.set_result(1));
  run_ready();
  STRCMP_EQUAL("new ", log.c_str());
}

TEST(FutureRoom, a_handle_of_a_done_callback_never_strands_its_future) {
  auto promise = loop.create_future<int>();
  Handle handle = promise.add_done_callback([live = Live{}](const Future<int>&) {});
  if (!handle.cancel()) CHECK(promise.remove_done_callback(handle));
  CHECK_EQUAL(0, Live::count);
  promise = Future<int>{};
  CHECK_EQUAL(0U, in_use());
}

// F12
TEST(FutureRoom, captures_of_a_done_callback_go_right_after_its_run) {
  const auto promise = loop.create_future<int>();
  promise.add_done_callback([live = Live{}](const Future<int>&) {});
  promise.add_done_callback([this](const Future<int>&) { runs = Live::count; });
  static_cast<void>(promise.set_result(1));
  run_pass();
  CHECK_EQUAL(0, runs);
  CHECK_EQUAL(0, Live::count);
}

TEST(FutureRoom, a_move_only_callable_is_moved_in) {
  const auto promise = loop.create_future<int>();
  promise.add_done_callback([m = MoveOnly{3}, this](const Future<int>&) { runs = m.id; });
  static_cast<void>(promise.set_result(1));
  run_ready();
  CHECK_EQUAL(3, runs);
}

// F3
TEST(FutureRoom, a_callback_that_another_removes_in_the_same_pass_does_not_run) {
  const auto promise = loop.create_future<int>();
  promise.add_done_callback([this](const Future<int>& f) {
    note("a")();
    CHECK(f.remove_done_callback(handles[0]));
  });
  handles[0] = promise.add_done_callback([this](const Future<int>&) { note("b")(); });
  promise.add_done_callback([this](const Future<int>&) { note("c")(); });
  static_cast<void>(promise.set_result(1));
  run_ready();
  STRCMP_EQUAL("a c ", log.c_str());
}

TEST(FutureRoom, a_running_callback_cannot_be_removed) {
  const auto promise = loop.create_future<int>();
  handles[0] = promise.add_done_callback([this](const Future<int>& f) {
    CHECK(!f.remove_done_callback(handles[0]));
    CHECK(!handles[0].cancel());
    ++runs;
  });
  static_cast<void>(promise.set_result(1));
  run_ready();
  CHECK_EQUAL(1, runs);
}

// F2
TEST(FutureRoom, a_callback_may_drop_the_last_handle_and_remove_its_siblings) {
  auto promise = std::make_unique<Future<int>>(loop.create_future<int>());
  promise->add_done_callback([this, live = Live{1}, &promise](const Future<int>& f) {
    promise.reset();
    CHECK(f.remove_done_callback(handles[0]));
    CHECK_EQUAL(5, value_of(f.result()));
    runs += live.id;
  });
  handles[0] = promise->add_done_callback([this](const Future<int>&) { note("sibling")(); });
  static_cast<void>(promise->set_result(5));
  run_ready();
  CHECK_EQUAL(1, runs);
  STRCMP_EQUAL("", log.c_str());
  CHECK_EQUAL(0U, in_use());
}

// F2
TEST(FutureRoom, a_callback_whose_captures_hold_the_last_handle_ends_its_future_afterwards) {
  auto promise = loop.create_future<Live>();
  promise.add_done_callback([this, promise](const Future<Live>& f) mutable {
    promise = Future<Live>{};
    CHECK_EQUAL(5, value_of(f.result()).id);
    ++runs;
  });
  static_cast<void>(promise.set_result(5));
  promise = Future<Live>{};
  CHECK_EQUAL(1, Live::count);
  run_ready();
  CHECK_EQUAL(1, runs);
}

TEST(FutureRoom, a_callable_whose_destructor_drops_the_future_and_removes_a_sibling_is_safe) {
  auto promise = std::make_unique<Future<int>>(loop.create_future<int>());
  const Handle second = promise->add_done_callback([this](const Future<int>&) { ++runs; });
  const Handle first = promise->add_done_callback([on = OnDestroy{[&promise, second] {
                                                     CHECK(promise->remove_done_callback(second));
                                                     promise.reset();
                                                   }}](const Future<int>&) {});
  CHECK(promise->remove_done_callback(first));
  CHECK_EQUAL(0U, in_use());
  CHECK_EQUAL(0, runs);
}

// F5
TEST(FutureRoom, siblings_of_a_failing_continuation_run_and_the_failure_is_reported_once) {
  {
    const auto promise = loop.create_future<int>();
    auto before = promise.then([this](int) { note("before")(); });
    auto fails = promise.then([](int) -> Result<void> { return failure(Errc::user, 9); });
    auto after = promise.then([this](int) { note("after")(); });
    static_cast<void>(promise.set_result(1));
    run_ready();
    STRCMP_EQUAL("before after ", log.c_str());
    CHECK(before.done());
  }
  CHECK(reports[0] == (Error{Errc::user, 9}));
  check_reports(Errc::user);
}

TEST(FutureRoom, a_done_callback_gives_its_block_back_before_it_runs) {
  const auto f = loop.create_future<int>();
  const auto before = loop.stats().in_use;
  std::size_t used = 0;
  f.add_done_callback([&](const Future<int>&) { used = loop.stats().in_use; });
  f.set_result(1);
  run_pass();
  CHECK_EQUAL(before, used);
}

TEST_GROUP_BASE(FutureCrowd, BasicFixture<256>) {
  std::array<Handle, 64> handles;
  std::array<int, 64> ran{};
  int added = 0;

  void teardown() override { check_clean(); }
};

// F1
TEST(FutureCrowd, one_of_64_callbacks_removes_all_others) {
  const auto promise = loop.create_future<int>();
  for (std::size_t i = 0; i < handles.size(); ++i)
    handles[i] = promise.add_done_callback([this, i](const Future<int>& f) {
      ++ran[i];
      if (i != 10) return;
      for (std::size_t k = 0; k < handles.size(); ++k)
        CHECK_EQUAL(k > 10, f.remove_done_callback(handles[k]));
    });
  static_cast<void>(promise.set_result(1));
  run_ready();
  for (std::size_t i = 0; i < ran.size(); ++i) CHECK_EQUAL(i <= 10 ? 1 : 0, ran[i]);
}

// F1
TEST(FutureCrowd, one_of_64_callbacks_adds_100_more_which_run_once_in_the_next_pass) {
  const auto promise = loop.create_future<int>();
  for (std::size_t i = 0; i < handles.size(); ++i)
    promise.add_done_callback([this, i](const Future<int>& f) {
      ++ran[i];
      if (i != 10) return;
      for (int n = 0; n < 100; ++n)
        CHECK_EQUAL(Errc::none, code(f.add_done_callback([this](const Future<int>&) { ++added; })));
    });
  static_cast<void>(promise.set_result(1));
  run_pass();
  for (const int n : ran) CHECK_EQUAL(1, n);
  CHECK_EQUAL(0, added);
  run_pass();
  CHECK_EQUAL(100, added);
}

// F1
TEST(FutureCrowd, removing_while_pending_leaves_the_survivors_in_order) {
  const auto promise = loop.create_future<int>();
  for (std::size_t i = 0; i < handles.size(); ++i)
    handles[i] = promise.add_done_callback([this, i](const Future<int>&) { ran[i] = ++added; });
  for (std::size_t i = 0; i < handles.size(); i += 2)
    CHECK(promise.remove_done_callback(handles[i]));
  CHECK_EQUAL(33U, in_use());
  static_cast<void>(promise.set_result(1));
  run_ready();
  for (int i = 0; i < 64; ++i) CHECK_EQUAL(i % 2 == 0 ? 0 : i / 2 + 1, ran[std::size_t(i)]);
}

TEST_GROUP_BASE(FutureExhausted, BasicFixture<1>){void teardown() override{check_clean();
}
}
;

TEST(FutureExhausted, create_future_without_a_block_is_done_with_out_of_blocks) {
  auto only = loop.create_future<int>();
  const auto none = loop.create_future<MoveOnly>();
  CHECK(none.done());
  CHECK(!none.cancelled());
  CHECK(!none.cancel());
  CHECK_EQUAL(Errc::out_of_blocks, code(none));
  CHECK_EQUAL(Errc::out_of_blocks, code(none.result()));
  CHECK_EQUAL(Errc::out_of_blocks, code(none.take()));
  CHECK_EQUAL(Errc::out_of_blocks, code(none.set_result(MoveOnly{1})));
  CHECK_EQUAL(Errc::out_of_blocks, code(none.set_error(Errc::user)));
  CHECK_EQUAL(Errc::out_of_blocks, code(none.add_done_callback([](const Future<MoveOnly>&) {})));
  const auto copy = none;
  CHECK_EQUAL(Errc::out_of_blocks, code(copy));
  check_reports(Errc::out_of_blocks);
  only = Future<int>{};
  CHECK_EQUAL(Errc::none, code(loop.create_future<MoveOnly>().set_result(1)));
}

TEST(FutureExhausted, add_done_callback_without_a_block_destroys_the_callable_and_says_so) {
  const auto only = loop.create_future<int>();
  CHECK_EQUAL(Errc::out_of_blocks,
              code(only.add_done_callback([live = Live{}](const Future<int>&) {})));
  CHECK_EQUAL(0, Live::count);
  check_reports(Errc::out_of_blocks);
  CHECK(!only.done());
  CHECK_EQUAL(Errc::none, code(only.set_result(1)));
  run_ready();
  CHECK_EQUAL(1, value_of(only.result()));
}

TEST(FutureExhausted, the_handler_that_hears_of_it_may_drop_the_future) {
  static Future<int> slot;
  loop.set_exception_handler([](Loop&, Error, void*) { slot = Future<int>{}; });
  slot = loop.create_future<int>();
  CHECK_EQUAL(Errc::out_of_blocks, code(slot.add_done_callback([](const Future<int>&) {})));
  CHECK_EQUAL(0U, in_use());
}
