// SPDX-License-Identifier: BSL-1.0
// with: whatever happens to the body, what was entered is left once.
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::failure;
using eyelet::Lock;
using eyelet::Semaphore;
using eyelet::sleep;
using eyelet::with;

namespace {

/// A resource with an asynchronous exit, which logs and can fail.
struct Door {
  Loop* loop;
  std::string* log;
  char name = 'd';
  Errc enter_error = Errc::none;
  Errc exit_error = Errc::none;
  Future<void> entering = {};
  Future<void> leaving = {};

  Future<void> enter() {
    log->append({'+', name});
    return entering = promise(enter_error);
  }
  Future<void> exit() {
    log->append({'-', name});
    return leaving = promise(exit_error);
  }
  Future<void> promise(Errc error) const {
    auto f = loop->create_future<void>();
    if (error != Errc::none) f.set_error(error);
    return f;
  }
};

}  // namespace

TEST_GROUP_BASE(With, CombinatorFixture) {
  Lock lock{loop};
  Door door{&loop, &log};
  Future<int> work;
  Future<int> scope;

  void setup() override { work = loop.create_future<int>(); }
  void teardown() override {
    work = scope = {};
    door.entering = door.leaving = {};
    CHECK_FALSE(lock.locked());
    check_clean();
  }

  auto body() {
    return [this] {
      log.append("b");
      return work;
    };
  }

  void let_in() {
    door.entering.set_result();
    settle();
  }
};

TEST(With, holds_the_lock_while_the_body_runs_and_ends_as_it_did) {
  scope = with(lock, body());
  CHECK_FALSE(scope.done());
  settle();
  CHECK_TRUE(lock.locked());
  work.set_result(3);
  settle();
  CHECK_FALSE(lock.locked());
  CHECK_EQUAL(3, value_of(scope.result()));
  CHECK_EQUAL(3, value_of(work.result()));
}

TEST(With, leaves_when_the_body_fails_and_passes_the_error_on) {
  scope = with(lock, body());
  settle();
  work.set_error(Errc::user, 2);
  settle();
  CHECK_FALSE(lock.locked());
  CHECK_TRUE(scope.error() == (Error{Errc::user, 2}));
  work = {};
  check_reports();
}

TEST(With, takes_a_body_that_returns_nothing_a_value_a_result_or_a_future) {
  auto nothing = with(lock, [this] { CHECK_TRUE(lock.locked()); });
  auto value = with(lock, [] { return 2; });
  auto good = with(lock, []() -> Result<int> { return 3; });
  auto bad = with(lock, []() -> Result<int> { return failure(Errc::user); });
  auto later = with(lock, [this] { return sleep(loop, 0us); });
  settle();
  CHECK_EQUAL(Errc::none, code(nothing.result()));
  CHECK_EQUAL(2, value_of(value.result()));
  CHECK_EQUAL(3, value_of(good.result()));
  CHECK_EQUAL(Errc::user, code(bad));
  CHECK_EQUAL(Errc::none, code(later.result()));
}

TEST(With, copies_a_value_that_can_be_copied) {
  auto inside = loop.create_future<Live>();
  auto scoped = with(lock, [inside] { return inside; });
  inside.set_result(3);
  settle();
  CHECK_EQUAL(3, value_of(scoped.result()).id);
  CHECK_EQUAL(3, value_of(inside.result()).id);
}

TEST(With, moves_a_value_that_can_only_be_moved) {
  auto only = loop.create_future<MoveOnly>();
  auto scoped = with(lock, [only] { return only; });
  auto at_once = with(lock, [] { return MoveOnly{4}; });
  only.set_result(3);
  settle();
  CHECK_EQUAL(3, value_of(scoped.take()).id);
  CHECK_EQUAL(4, value_of(at_once.take()).id);
}

TEST(With, releases_a_permit_that_the_next_in_line_gets) {
  Semaphore permits{loop, 1};
  scope = with(permits, body());
  auto next = with(permits, note("next"));
  settle();
  STRCMP_EQUAL("b", log.c_str());
  work.set_result(1);
  settle();
  STRCMP_EQUAL("bnext ", log.c_str());
  CHECK_EQUAL(1U, permits.value());
}

TEST(With, awaits_entering_and_leaving) {
  scope = with(door, body());
  settle();
  STRCMP_EQUAL("+d", log.c_str());
  let_in();
  STRCMP_EQUAL("+db", log.c_str());
  work.set_result(3);
  settle();
  STRCMP_EQUAL("+db-d", log.c_str());
  CHECK_FALSE(scope.done());
  door.leaving.set_result();
  settle();
  CHECK_EQUAL(3, value_of(scope.result()));
}

TEST(With, does_not_leave_what_it_could_not_enter) {
  door.enter_error = Errc::user;
  scope = with(door, body());
  settle();
  STRCMP_EQUAL("+d", log.c_str());
  CHECK_EQUAL(Errc::user, code(scope));
}

TEST(With, lets_an_error_of_leaving_take_the_place_of_the_outcome) {
  door.exit_error = Errc::system;
  for (const bool good : {true, false}) {
    work = loop.create_future<int>();
    scope = with(door, body());
    let_in();
    if (good)
      work.set_result(1);
    else
      work.set_error(Errc::user);
    settle();
    CHECK_EQUAL(Errc::system, code(scope));
    work = {};
  }
  check_reports(Errc::user);
}

TEST(With, lets_an_error_of_releasing_take_the_place_of_the_outcome) {
  scope = with(lock, body());
  settle();
  CHECK_EQUAL(Errc::none, code(lock.release()));
  work.set_error(Errc::user);
  settle();
  CHECK_EQUAL(Errc::invalid_state, code(scope));
  check_reports(Errc::user);
}

TEST(With, whose_enter_finds_no_block_fails_like_that_and_does_not_leave) {
  struct Walled : Door {
    CombinatorFixture* test;
    Future<void> enter() {
      test->occupy(0);
      auto missing = loop->create_future<void>();
      test->vacate();
      return missing;
    }
  };
  Walled walled{door, this};
  scope = with(walled, body());
  CHECK_EQUAL(Errc::out_of_blocks, code(scope));
  STRCMP_EQUAL("", log.c_str());
}

TEST(With, fails_with_out_of_blocks_when_leaving_finds_none) {
  scope = with(door, [this] {
    return work.then([this](int x) {
      occupy(0);
      return x;
    });
  });
  let_in();
  work.set_result(1);
  run_ready();
  vacate();
  CHECK_EQUAL(Errc::out_of_blocks, code(scope));
  report_count = 0;
}

TEST(With, leaves_when_the_body_found_no_block) {
  scope = with(door, [this] {
    occupy(0);
    auto missing = loop.create_future<int>();
    vacate();
    return missing;
  });
  let_in();
  STRCMP_EQUAL("+d-d", log.c_str());
  door.leaving.set_result();
  settle();
  CHECK_EQUAL(Errc::out_of_blocks, code(scope));
}

TEST(With, leaves_when_the_body_returns_a_future_that_cannot_be_awaited) {
  eyelet::StaticLoop<2> other{port};
  auto foreign = other.create_future<int>();
  scope = with(lock, [foreign] { return foreign; });
  settle();
  CHECK_EQUAL(Errc::invalid_state, code(scope));
  CHECK_FALSE(lock.locked());
  scope = with(lock, [this] { return scope; });
  settle();
  CHECK_EQUAL(Errc::invalid_state, code(scope));
  CHECK_FALSE(lock.locked());
  for (const bool own : {false, true}) {
    log.clear();
    scope = with(door, [&, own] { return own ? scope : foreign; });
    let_in();
    STRCMP_EQUAL("+d-d", log.c_str());
    door.leaving.set_result();
    settle();
    CHECK_EQUAL(Errc::invalid_state, code(scope));
  }
}

// --- Cancelling ---

TEST(With, cancelled_while_it_waits_to_enter_leaves_the_line) {
  auto first = lock.try_acquire();
  scope = with(lock, body());
  CHECK_TRUE(scope.cancel());
  settle();
  CHECK_TRUE(scope.cancelled());
  STRCMP_EQUAL("", log.c_str());
}

TEST(With, cancelled_in_the_body_cancels_what_the_body_waits_for_and_leaves) {
  scope = with(door, body());
  let_in();
  CHECK_TRUE(scope.cancel());
  CHECK_TRUE(work.cancelled());
  settle();
  STRCMP_EQUAL("+db-d", log.c_str());
  CHECK_FALSE(scope.done());
  door.leaving.set_result();
  settle();
  CHECK_TRUE(scope.cancelled());
}

TEST(With, cancelled_in_the_pass_in_which_it_entered_leaves_without_a_body) {
  scope = with(door, body());
  door.entering.set_result();
  CHECK_TRUE(scope.cancel());
  settle();
  STRCMP_EQUAL("+d-d", log.c_str());
  door.leaving.set_result();
  settle();
  CHECK_TRUE(scope.cancelled());
}

TEST(With, cancelled_in_the_pass_in_which_entering_failed_does_not_leave) {
  scope = with(door, body());
  door.entering.set_error(Errc::user);
  CHECK_TRUE(scope.cancel());
  settle();
  STRCMP_EQUAL("+d", log.c_str());
  CHECK_TRUE(scope.cancelled());
  door.entering = {};
  report_count = 0;
}

// C1
TEST(With, cancelled_in_the_pass_in_which_the_body_ended_leaves_and_is_cancelled) {
  for (const bool cancel_first : {true, false}) {
    log.clear();
    work = loop.create_future<int>();
    scope = with(door, body());
    let_in();
    if (cancel_first) CHECK_TRUE(scope.cancel());
    work.set_result(0);
    if (!cancel_first) CHECK_TRUE(scope.cancel());
    settle();
    STRCMP_EQUAL("+db-d", log.c_str());
    door.leaving.set_result();
    settle();
    CHECK_TRUE(scope.cancelled());
  }
}

TEST(With, cancelled_while_leaving_cancels_that) {
  scope = with(door, body());
  let_in();
  work.set_result(1);
  settle();
  CHECK_TRUE(scope.cancel());
  CHECK_TRUE(door.leaving.cancelled());
  settle();
  CHECK_TRUE(scope.cancelled());
  STRCMP_EQUAL("+db-d", log.c_str());
}

TEST(With, cancelled_by_its_own_body_leaves_and_is_cancelled) {
  auto ended = with(lock, [this] {
    scope.cancel();
    return 1;
  });
  scope = ended;
  settle();
  CHECK_TRUE(ended.cancelled());
}

// C2
TEST(With, cancelled_at_every_pass_has_left_as_often_as_it_entered) {
  for (int at = 0; at < 8; ++at) {
    Semaphore permits{loop, 1};
    int entered = 0;
    auto s = with(permits, [&] {
      ++entered;
      return sleep(loop, 0us).then([this] { return sleep(loop, 0us); });
    });
    for (int pass = 0; pass < 12; ++pass) {
      if (pass == at) s.cancel();
      run_pass();
    }
    CHECK_TRUE(s.done());
    CHECK_EQUAL(at == 0 ? 0 : 1, entered);
    CHECK_EQUAL(1U, permits.value());
    s = {};
    CHECK_EQUAL(1U, in_use());
  }
}

// C2
TEST(With, cancelled_at_every_pass_gives_back_once_what_a_task_acquires) {
  struct Gate {
    Semaphore permits;
    Loop* loop;
    Task<eyelet::Guard<Semaphore>> acquire() {
      return loop->create_task([this] { return permits.acquire(); });
    }
    Result<void> release() { return permits.release(); }
  };
  for (int at = 0; at < 8; ++at) {
    Gate gate{{loop, 1}, &loop};
    auto s = with(gate, [this] { return sleep(loop, 0us); });
    for (int pass = 0; pass < 12; ++pass) {
      if (pass == at) s.cancel();
      run_pass();
    }
    CHECK_TRUE(s.done());
    CHECK_EQUAL(1U, gate.permits.value());
  }
}

// --- Nested ---

TEST(With, nested_leaves_in_reverse_order) {
  Door second{&loop, &log, 'e'};
  scope = with(door, [&] { return with(second, body()); });
  let_in();
  second.entering.set_result();
  settle();
  work.set_result(1);
  settle();
  STRCMP_EQUAL("+d+eb-e", log.c_str());
  second.leaving.set_result();
  settle();
  STRCMP_EQUAL("+d+eb-e-d", log.c_str());
  door.leaving.set_result();
  settle();
  CHECK_EQUAL(1, value_of(scope.result()));
}

TEST(With, nested_and_cancelled_leaves_in_reverse_order) {
  Door second{&loop, &log, 'e'};
  scope = with(door, [&] { return with(second, body()); });
  let_in();
  second.entering.set_result();
  settle();
  scope.cancel();
  settle();
  STRCMP_EQUAL("+d+eb-e", log.c_str());
  second.leaving.set_result();
  settle();
  STRCMP_EQUAL("+d+eb-e-d", log.c_str());
  door.leaving.set_result();
  settle();
  CHECK_TRUE(scope.cancelled());
}

// --- Dropping, closing, exhaustion ---

TEST(With, dropped_at_every_stage_runs_on_and_leaves) {
  for (int stage = 0; stage < 3; ++stage) {
    auto s = with(lock, [this] { return sleep(loop, 0us); });
    run_passes(stage);
    s = {};
    settle();
    CHECK_FALSE(lock.locked());
    CHECK_EQUAL(1U, in_use());
  }
}

TEST(With, dropped_by_its_own_body_or_by_the_destructor_of_that_leaves) {
  auto drop = [this] { scope = {}; };
  scope = with(lock, [this, dropper = OnDestroy<decltype(drop)>{drop}] {
    scope = {};
    return work;
  });
  settle();
  CHECK_TRUE(lock.locked());
  work.set_result(1);
  settle();
  CHECK_EQUAL(1U, in_use());
}

TEST(With, destroys_its_body_once_when_it_was_called_and_when_it_was_not) {
  auto called = with(lock, [live = Live{}] { return 1; });
  auto not_called = with(lock, [live = Live{}] { return 1; });
  not_called.cancel();
  settle();
  CHECK_EQUAL(0, Live::count);
}

TEST(With, destroys_its_body_once_whatever_that_returns) {
  eyelet::StaticLoop<2> other{port};
  auto foreign = other.create_future<int>();
  auto nothing = with(lock, [live = Live{}] {});
  auto later = with(lock, [this, live = Live{}] { return sleep(loop, 0us); });
  auto strange = with(lock, [foreign, live = Live{}] { return foreign; });
  auto missing = with(lock, [this, live = Live{}] {
    occupy(0);
    auto f = loop.create_future<int>();
    vacate();
    return f;
  });
  settle();
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(Errc::out_of_blocks, code(missing));
  report_count = 0;
}

// C14
TEST(With, without_enough_blocks_fails_and_takes_nothing) {
  const auto begin = [this] { return with(lock, [live = Live{}] { return 1; }); };
  for (std::size_t free = 0; free < 2; ++free) {
    occupy(free);
    CHECK_EQUAL(Errc::out_of_blocks, code(begin()));
    vacate();
    CHECK_EQUAL(1U, in_use());
    settle();
    CHECK_FALSE(lock.locked());
    CHECK_EQUAL(0, Live::count);
  }
  occupy(2);
  scope = begin();
  settle();
  CHECK_EQUAL(1, value_of(scope.result()));
  vacate();
}

TEST(With, ends_broken_when_the_loop_closes_at_every_stage) {
  for (int stage = 0; stage < 4; ++stage) {
    eyelet::StaticLoop<16> other{port};
    std::string there;
    Door gate{&other, &there};
    auto inside = other.create_future<Live>();
    auto s = with(gate, [inside, live = Live{}] { return inside; });
    const auto turn = [&other] {
      for (int i = 0; i < 5; ++i) static_cast<void>(other.poll());
    };
    if (stage >= 1) gate.entering.set_result();
    if (stage >= 2) turn();
    if (stage >= 3) inside.set_result(1);
    if (stage >= 3) turn();
    other.close();
    CHECK_EQUAL(Errc::broken_promise, code(s));
    s = {};
    inside = {};
    gate.entering = gate.leaving = {};
    CHECK_EQUAL(0U, other.stats().in_use);
    CHECK_EQUAL(0, Live::count);
  }
}

TEST(With, releases_when_the_loop_closes_during_the_body) {
  eyelet::StaticLoop<8> other{port};
  Lock there{other};
  auto inside = other.create_future<void>();
  auto s = with(there, [inside] { return inside; });
  static_cast<void>(other.poll());
  CHECK_TRUE(there.locked());
  other.close();
  CHECK_FALSE(there.locked());
}

TEST(With, over_a_resource_whose_enter_gives_nothing_fails) {
  struct Nothing {
    Future<void> enter() { return {}; }
    Future<void> exit() { return {}; }
  } nothing;
  CHECK_EQUAL(Errc::invalid_state, code(with(nothing, [] { return 1; })));
}

TEST(With, that_finds_no_block_for_itself_does_not_enter) {
  struct Room {
    Loop* loop;
    int inside = 0;
    Future<void> enter() {
      return sleep(*loop, 1ms).then([this] { ++inside; });
    }
    Future<void> exit() { return sleep(*loop, 0ms); }
  } room{&loop};
  occupy(2);
  const Future<void> refused = with(room, [] {});
  CHECK_EQUAL(Errc::out_of_blocks, code(refused));
  vacate();
  port.advance(1ms);
  settle();
  CHECK_EQUAL(0, room.inside);
}

TEST(With, inside_another_of_the_same_lock_is_a_deadlock_that_a_cancel_opens) {
  const Future<void> outer = with(lock, [this] { return with(lock, [this] { log += 'x'; }); });
  CHECK_EQUAL(Errc::deadlock, code(loop.run_until_complete(outer)));
  check_reports(Errc::deadlock);
  CHECK_TRUE(outer.cancel());
  settle();
  CHECK_TRUE(outer.cancelled());
  CHECK_FALSE(lock.locked());
  STRCMP_EQUAL("", log.c_str());
}
