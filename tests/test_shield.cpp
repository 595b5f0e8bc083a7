// SPDX-License-Identifier: BSL-1.0
// shield: an outcome passes outwards, a cancel does not pass inwards.
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::shield;
using eyelet::sleep;
using eyelet::wait_for;

namespace {
eyelet::BlockStorage<6000> deep_storage;
}  // namespace

TEST_GROUP_BASE(Shield, CombinatorFixture) {
  Future<int> inner;
  Future<int> outer;

  void setup() override { inner = loop.create_future<int>(); }
  void teardown() override {
    inner = outer = {};
    check_clean();
  }
};

TEST(Shield, ends_with_the_value) {
  outer = shield(inner);
  inner.set_result(3);
  CHECK_FALSE(outer.done());
  run_ready();
  CHECK_EQUAL(3, value_of(outer.result()));
  CHECK_EQUAL(3, value_of(inner.result()));
}

TEST(Shield, ends_with_the_error_which_then_counts_as_looked_at) {
  outer = shield(inner);
  inner.set_error(Errc::user, 3);
  run_ready();
  inner = {};
  check_reports();
  CHECK_TRUE(outer.error() == (Error{Errc::user, 3}));
}

TEST(Shield, that_nobody_looks_at_reports_the_error_once) {
  outer = shield(inner);
  inner.set_error(Errc::user, 3);
  run_ready();
  inner = outer = {};
  check_reports(Errc::user);
}

TEST(Shield, moves_a_value_that_can_only_be_moved) {
  auto only = loop.create_future<MoveOnly>();
  auto shielded = shield(only);
  only.set_result(3);
  run_ready();
  CHECK_EQUAL(3, value_of(shielded.take()).id);
  CHECK_EQUAL(Errc::invalid_state, code(only));
}

// C8
TEST(Shield, passes_a_cancel_outwards) {
  outer = shield(inner);
  inner.cancel();
  run_ready();
  CHECK_TRUE(outer.cancelled());
}

// C8
TEST(Shield, cancelled_ends_at_once_and_what_it_shields_goes_on) {
  outer = shield(inner);
  CHECK_TRUE(outer.cancel());
  CHECK_TRUE(outer.cancelled());
  CHECK_FALSE(outer.cancel());
  CHECK_FALSE(inner.done());
  inner.set_result(3);
  run_ready();
  CHECK_EQUAL(3, value_of(inner.result()));
  CHECK_TRUE(outer.cancelled());
}

// C8
TEST(Shield, of_a_future_that_is_done_ends_in_the_next_pass) {
  inner.set_result(3);
  outer = shield(inner);
  CHECK_FALSE(outer.done());
  run_pass();
  CHECK_EQUAL(3, value_of(outer.result()));
}

TEST(Shield, of_a_future_of_nothing_or_without_a_block_is_that_future) {
  CHECK_EQUAL(Errc::invalid_state, code(shield(Future<int>{})));
  occupy(0);
  auto missing = loop.create_future<int>();
  vacate();
  CHECK_EQUAL(Errc::out_of_blocks, code(shield(missing)));
}

// C8
TEST(Shield, keeps_a_limit_of_zero_and_a_longer_one_away_from_what_it_shields) {
  auto at_once = wait_for(shield(inner), 0us);
  auto later = wait_for(shield(inner), 5us);
  run_ready();
  CHECK_EQUAL(Errc::timed_out, code(at_once));
  CHECK_FALSE(later.done());
  advance(5us);
  CHECK_EQUAL(Errc::timed_out, code(later));
  CHECK_FALSE(inner.done());
  CHECK_EQUAL(3U, in_use());
}

// C1
TEST(Shield, complete_then_cancel_in_one_pass_is_cancelled_and_the_inner_keeps_its_value) {
  outer = shield(inner);
  auto next = outer.then([this](int) { note("ran")(); });
  inner.set_result(3);
  CHECK_TRUE(next.cancel());
  run_ready();
  CHECK_TRUE(outer.cancelled());
  CHECK_TRUE(next.cancelled());
  STRCMP_EQUAL("", log.c_str());
  CHECK_EQUAL(3, value_of(inner.result()));
}

// C1
TEST(Shield, cancel_then_complete_in_one_pass_is_cancelled_and_the_inner_keeps_its_value) {
  outer = shield(inner);
  CHECK_TRUE(outer.cancel());
  inner.set_result(3);
  run_ready();
  CHECK_TRUE(outer.cancelled());
  CHECK_EQUAL(3, value_of(inner.result()));
}

// C24
TEST(Shield, whose_inner_fails_after_its_cancel_is_reported_once) {
  outer = shield(inner);
  outer.cancel();
  inner.set_error(Errc::user);
  run_ready();
  inner = outer = {};
  check_reports(Errc::user);
}

TEST(Shield, of_a_task_that_nobody_else_holds_lets_it_run_on) {
  outer = shield(loop.create_task([this] {
    return sleep(loop, 1us).then([this] {
      note("ran")();
      return 1;
    });
  }));
  run_pass();
  outer.cancel();
  advance(1us);
  STRCMP_EQUAL("ran ", log.c_str());
}

TEST(Shield, cancelled_withdraws_a_wait_that_only_it_held) {
  auto only = shield(sleep(loop, 1h));
  CHECK_EQUAL(1U, loop.stats().timers);
  only.cancel();
  CHECK_EQUAL(0U, loop.stats().timers);
}

TEST(Shield, dropped_at_every_stage_leaves_nothing_behind) {
  for (int stage = 0; stage < 4; ++stage) {
    auto future = loop.create_future<Live>();
    auto shielded = shield(future);
    if (stage == 1 || stage == 2) future.set_result(1);
    if (stage == 2) run_pass();
    if (stage == 3) shielded.cancel();
    shielded = {};
    CHECK_EQUAL(2U, in_use());
    run_ready();
    CHECK_FALSE(future.cancelled());
    future = {};
    CHECK_EQUAL(1U, in_use());
    CHECK_EQUAL(0, Live::count);
  }
}

TEST(Shield, lives_without_handles_while_somebody_waits_for_it) {
  static_cast<void>(shield(inner).then([this](int) { note("ran")(); }));
  inner.set_result(1);
  run_ready();
  STRCMP_EQUAL("ran ", log.c_str());
}

// C14
TEST(Shield, without_a_block_fails_and_leaves_the_future_untouched) {
  check_needs(1, [this] { return shield(inner); });
  CHECK_FALSE(inner.done());
  outer = shield(inner);
  inner.set_result(3);
  run_ready();
  CHECK_EQUAL(3, value_of(outer.result()));
}

// C23
TEST(Shield, cancelled_100000_times_on_one_future_leaves_nothing_behind) {
  outer = shield(inner);
  outer.cancel();
  const std::size_t peak = loop.stats().peak;
  for (int i = 0; i < 100000; ++i) {
    outer = shield(inner);
    if (i % 3 == 0) run_pass();
    outer.cancel();
    if (i % 2 == 0) run_pass();
  }
  outer = {};
  CHECK_EQUAL(1U, in_use());
  CHECK_COMPARE(loop.stats().peak, <=, peak + 1);
  inner.set_result(1);
  CHECK_EQUAL(0U, loop.stats().ready);
}

TEST(Shield, ends_broken_when_the_loop_closes) {
  outer = shield(inner);
  auto due = shield(inner);
  static_cast<void>(inner.set_result(1));
  loop.close();
  CHECK_EQUAL(Errc::broken_promise, code(outer));
  CHECK_EQUAL(Errc::broken_promise, code(due));
  CHECK_EQUAL(Errc::closed, code(shield(inner)));
}

TEST(Shield, may_be_dropped_in_a_callback_of_what_it_shields) {
  inner.add_done_callback([this](const Future<int>&) { outer = {}; });
  outer = shield(inner);
  inner.set_result(1);
  run_ready();
  CHECK_EQUAL(1U, in_use());
}

TEST(Shield, may_be_dropped_by_the_destructor_of_a_result_that_it_lets_go) {
  struct Value {
    Future<Value>* outer;
    Live live;
    Value(Future<Value>* o) : outer{o} {}
    Value(const Value&) = default;
    ~Value() {
      if (outer != nullptr) *outer = {};
    }
  };
  Future<Value> kept;
  auto source = loop.create_future<Value>();
  kept = shield(source);
  source.set_result(&kept);
  source = {};
  run_ready();
  kept = {};
  CHECK_EQUAL(1U, in_use());
}

TEST(Shield, of_shields_5000_deep_is_dropped_cancelled_and_closed_on_a_constant_stack) {
  for (int way = 0; way < 3; ++way) {
    CHECK_TRUE(passes_on_a_small_stack([this, way] {
      Loop deep{port, deep_storage};
      const auto heart = deep.create_future<int>();
      Future<int> outermost = heart;
      for (int i = 0; i < 5000; ++i) outermost = shield(outermost);
      if (way == 0) outermost.cancel();
      if (way == 1) outermost = {};
      if (way == 2) deep.close();
      return !heart.cancelled() && deep.stats().in_use <= 2;
    }));
  }
}
