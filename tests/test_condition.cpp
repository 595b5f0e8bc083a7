// SPDX-License-Identifier: BSL-1.0
// Every wait ends with the lock held, and no notification is lost.
#include <optional>
#include <tests/fixture.hpp>

using namespace fixture;

namespace {

using Guard = eyelet::Guard<eyelet::Lock>;

}  // namespace

TEST_GROUP_BASE(Conditions, Fixture) {
  std::optional<eyelet::Lock> lock{std::in_place, loop};
  std::optional<eyelet::Condition> condition{std::in_place, *lock};
  std::array<Future<void>, 4> waiting;
  std::array<Future<int>, 64> hogs;
  Guard held;

  void teardown() override {
    waiting.fill({});
    hogs.fill({});
    check_clean();
    if (lock.has_value()) CHECK_EQUAL(static_cast<bool>(held), lock->locked());
  }

  void hold() {
    held = lock->try_acquire();
    CHECK_TRUE(static_cast<bool>(held));
  }
  /// `n` wait, each having had the lock.
  void queue_up(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      Guard guard = lock->try_acquire();
      CHECK_TRUE(static_cast<bool>(guard));
      waiting[i] = condition->wait();
      guard.detach();
    }
    run_ready();
    CHECK_FALSE(lock->locked());
  }
  void notify(std::size_t n) {
    hold();
    CHECK_EQUAL(Errc::none, code(condition->notify(n)));
    held.release();
  }
  /// Who has ended owns the lock, and gives it back here.
  void ends_holding_the_lock(std::size_t i, Errc how) {
    run_ready();
    CHECK_TRUE(waiting[i].done());
    CHECK_EQUAL(how, code(waiting[i]));
    CHECK_TRUE(lock->locked());
    CHECK_EQUAL(Errc::none, code(lock->release()));
    run_ready();
  }
};

TEST(Conditions, stands_on_its_lock) { POINTERS_EQUAL(&*lock, &condition->lock()); }

TEST(Conditions, wait_frees_the_lock_and_ends_when_notified_holding_it) {
  queue_up(1);
  CHECK_FALSE(waiting[0].done());
  CHECK_EQUAL(1U, in_use());
  notify(1);
  ends_holding_the_lock(0, Errc::none);
}

TEST(Conditions, a_notified_waiter_ends_no_sooner_than_the_lock_is_free) {
  queue_up(1);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  run_ready();
  CHECK_FALSE(waiting[0].done());
  held.release();
  ends_holding_the_lock(0, Errc::none);
}

// K5
TEST(Conditions, without_the_lock_wait_and_notify_are_invalid_state) {
  const auto f = condition->wait();
  CHECK_TRUE(f.done());
  CHECK_EQUAL(Errc::invalid_state, code(f));
  const auto g = condition->wait_for([] { return false; });
  CHECK_TRUE(g.done());
  CHECK_EQUAL(Errc::invalid_state, code(g));
  CHECK_EQUAL(Errc::invalid_state, code(condition->notify()));
  CHECK_EQUAL(Errc::invalid_state, code(condition->notify_all()));
  CHECK_FALSE(lock->locked());
}

// K5
TEST(Conditions, notifying_more_than_wait_leaves_no_debt_for_later_waiters) {
  queue_up(2);
  notify(5);
  ends_holding_the_lock(0, Errc::none);
  ends_holding_the_lock(1, Errc::none);
  queue_up(1);
  CHECK_FALSE(waiting[0].done());
}

// K5
TEST(Conditions, two_over_one_lock_share_it_and_not_their_notifications) {
  eyelet::Condition other{*lock};
  queue_up(1);
  hold();
  waiting[1] = other.wait();
  held.detach();
  hold();
  CHECK_EQUAL(Errc::none, code(other.notify_all()));
  held.release();
  ends_holding_the_lock(1, Errc::none);
  CHECK_FALSE(waiting[0].done());
  waiting[0] = {};
}

// K5
TEST(Conditions, over_a_lock_that_is_acquired_elsewhere_both_views_agree) {
  auto f = lock->acquire().then([this](Guard guard) {
    guard.detach();
    return condition->wait();
  });
  run_ready();
  CHECK_FALSE(lock->locked());
  auto next = lock->acquire();
  run_ready();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  CHECK_FALSE(f.done());
  next = {};
  run_ready();
  CHECK_EQUAL(Errc::none, code(f));
  CHECK_TRUE(lock->locked());
  CHECK_EQUAL(Errc::none, code(lock->release()));
}

TEST(Conditions, notify_wakes_those_who_waited_longest_one_after_the_other) {
  queue_up(3);
  notify(2);
  run_ready();
  CHECK_TRUE(waiting[0].done());
  CHECK_FALSE(waiting[1].done());
  CHECK_EQUAL(Errc::none, code(lock->release()));
  ends_holding_the_lock(1, Errc::none);
  CHECK_FALSE(waiting[2].done());
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify_all()));
  held.release();
  ends_holding_the_lock(2, Errc::none);
}

TEST(Conditions, notify_of_none_wakes_none) {
  queue_up(1);
  notify(0);
  run_ready();
  CHECK_FALSE(waiting[0].done());
}

// K1
TEST(Conditions, cancelled_while_queued_ends_holding_the_lock) {
  queue_up(1);
  CHECK_TRUE(waiting[0].cancel());
  ends_holding_the_lock(0, Errc::cancelled);
}

// K1
TEST(Conditions, cancelled_while_queued_waits_for_the_lock) {
  queue_up(1);
  hold();
  CHECK_TRUE(waiting[0].cancel());
  CHECK_TRUE(waiting[0].cancel());
  run_ready();
  CHECK_FALSE(waiting[0].done());
  held.release();
  ends_holding_the_lock(0, Errc::cancelled);
}

// K1
TEST(Conditions, cancelled_when_notified_ends_holding_the_lock) {
  queue_up(1);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  CHECK_TRUE(waiting[0].cancel());
  held.release();
  ends_holding_the_lock(0, Errc::cancelled);
}

// K1
TEST(Conditions, cancelled_while_reacquiring_ends_holding_the_lock) {
  queue_up(1);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  run_ready();
  held.release();
  CHECK_TRUE(waiting[0].cancel());
  ends_holding_the_lock(0, Errc::cancelled);
}

// K1
TEST(Conditions, cancelled_while_reacquiring_asks_for_the_lock_anew) {
  queue_up(1);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  run_ready();
  auto next = lock->acquire();
  CHECK_TRUE(waiting[0].cancel());
  held.release();
  run_ready();
  CHECK_TRUE(next.done());
  CHECK_FALSE(waiting[0].done());
  next = {};
  ends_holding_the_lock(0, Errc::cancelled);
}

// K1
TEST(Conditions, cancelled_when_granted_the_lock_leaves_it_to_the_next_in_line) {
  queue_up(1);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  run_ready();
  auto next = lock->acquire();
  held.release();
  CHECK_TRUE(waiting[0].cancel());
  run_ready();
  CHECK_TRUE(next.done());
  next = {};
  ends_holding_the_lock(0, Errc::cancelled);
}

// K3
TEST(Conditions, a_notification_of_one_who_is_cancelled_goes_to_the_next) {
  for (const int passes : {0, 1, 2}) {
    queue_up(2);
    hold();
    CHECK_EQUAL(Errc::none, code(condition->notify()));
    run_passes(passes);
    CHECK_TRUE(waiting[0].cancel());
    held.release();
    ends_holding_the_lock(0, Errc::cancelled);
    ends_holding_the_lock(1, Errc::none);
  }
}

// K3
TEST(Conditions, a_notification_of_one_who_is_granted_the_lock_and_cancelled_goes_to_the_next) {
  queue_up(2);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  run_ready();
  held.release();
  CHECK_TRUE(waiting[0].cancel());
  ends_holding_the_lock(0, Errc::cancelled);
  ends_holding_the_lock(1, Errc::none);
}

// K3
TEST(Conditions, a_notification_is_passed_on_once_even_if_its_waiter_is_cancelled_twice) {
  queue_up(3);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  CHECK_TRUE(waiting[0].cancel());
  CHECK_TRUE(waiting[0].cancel());
  held.release();
  ends_holding_the_lock(0, Errc::cancelled);
  ends_holding_the_lock(1, Errc::none);
  CHECK_FALSE(waiting[2].done());
}

// K3
TEST(Conditions, a_notification_of_one_who_is_dropped_goes_to_the_next) {
  for (const bool relocking : {false, true}) {
    queue_up(2);
    hold();
    CHECK_EQUAL(Errc::none, code(condition->notify()));
    if (relocking) run_ready();
    waiting[0] = {};
    held.release();
    ends_holding_the_lock(1, Errc::none);
  }
}

TEST(Conditions, dropped_when_the_lock_was_granted_to_it_passes_the_lock_on) {
  queue_up(1);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  run_ready();
  auto next = lock->acquire();
  held.release();
  waiting[0] = {};
  run_ready();
  CHECK_TRUE(next.done());
  next = {};
}

TEST(Conditions, a_notified_waiter_does_not_overtake_one_whom_the_lock_was_granted_to) {
  queue_up(1);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  held.release();
  auto first = lock->acquire();
  run_pass();
  CHECK_TRUE(first.done() != waiting[0].done());
  first = {};
  ends_holding_the_lock(0, Errc::none);
}

// K3
TEST(Conditions, a_notification_of_one_whose_time_is_up_goes_to_the_next) {
  hold();
  auto late = eyelet::wait_for(condition->wait(), 10ms);
  held.detach();
  queue_up(1);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  advance(10ms);
  CHECK_FALSE(late.done());
  held.release();
  run_ready();
  CHECK_EQUAL(Errc::timed_out, code(late));
  CHECK_EQUAL(Errc::none, code(lock->release()));
  ends_holding_the_lock(0, Errc::none);
}

TEST(Conditions, a_cancelled_wait_that_was_not_notified_wakes_nobody) {
  queue_up(2);
  CHECK_TRUE(waiting[0].cancel());
  ends_holding_the_lock(0, Errc::cancelled);
  CHECK_FALSE(waiting[1].done());
}

// K4
TEST(Conditions, a_wait_under_a_limit_ends_when_it_has_the_lock_again) {
  hold();
  auto late = eyelet::wait_for(condition->wait(), 10ms);
  held.detach();
  run_ready();
  hold();
  advance(10ms);
  CHECK_FALSE(late.done());
  held.release();
  run_ready();
  CHECK_EQUAL(Errc::timed_out, code(late));
  CHECK_TRUE(lock->locked());
  CHECK_EQUAL(Errc::none, code(lock->release()));
}

TEST(Conditions, wait_for_what_is_true_already_ends_in_the_next_pass_and_keeps_the_lock) {
  for (const bool locked : {true, false}) {
    if (locked) hold();
    auto f = condition->wait_for([] { return true; });
    CHECK_FALSE(f.done());
    CHECK_EQUAL(locked, lock->locked());
    run_pass();
    CHECK_EQUAL(Errc::none, code(f));
    CHECK_EQUAL(locked, lock->locked());
    held.release();
  }
}

TEST(Conditions, wait_for_what_is_true_already_and_cancelled_keeps_the_lock) {
  hold();
  auto f = condition->wait_for([] { return true; });
  CHECK_TRUE(f.cancel());
  CHECK_TRUE(f.cancelled());
  CHECK_TRUE(lock->locked());
  f = condition->wait_for([] { return true; });
  f = {};
  CHECK_TRUE(lock->locked());
  run_ready();
}

TEST(Conditions, wait_for_asks_with_the_lock_held_until_it_is_true) {
  struct {
    int asked = 0;
    bool ready = false;
  } door;
  hold();
  waiting[0] = condition->wait_for([this, &door] {
    ++door.asked;
    CHECK_TRUE(lock->locked());
    return door.ready;
  });
  held.detach();
  run_ready();
  CHECK_EQUAL(1, door.asked);
  notify(1);
  run_ready();
  CHECK_EQUAL(2, door.asked);
  CHECK_FALSE(waiting[0].done());
  CHECK_FALSE(lock->locked());
  door.ready = true;
  run_ready();
  CHECK_EQUAL(2, door.asked);
  notify(1);
  ends_holding_the_lock(0, Errc::none);
  CHECK_EQUAL(3, door.asked);
}

TEST(Conditions, wait_for_that_is_cancelled_does_not_ask_again) {
  int asked = 0;
  hold();
  waiting[0] = condition->wait_for([&] { return ++asked > 5; });
  held.detach();
  CHECK_TRUE(waiting[0].cancel());
  ends_holding_the_lock(0, Errc::cancelled);
  CHECK_EQUAL(1, asked);
}

TEST(Conditions, one_that_waits_again_stands_behind_the_others) {
  bool ready = false;
  hold();
  waiting[0] = condition->wait_for([&] { return ready; });
  held.detach();
  hold();
  waiting[1] = condition->wait();
  held.detach();
  notify(1);
  run_ready();
  ready = true;
  notify(1);
  ends_holding_the_lock(1, Errc::none);
  CHECK_FALSE(waiting[0].done());
  notify(1);
  ends_holding_the_lock(0, Errc::none);
}

TEST(Conditions, a_notification_used_up_by_asking_is_not_passed_on_later) {
  hold();
  waiting[0] = condition->wait_for([] { return false; });
  held.detach();
  notify(1);
  run_ready();
  queue_up(0);
  hold();
  waiting[1] = condition->wait();
  held.detach();
  waiting[0] = {};
  run_ready();
  CHECK_FALSE(waiting[1].done());
  CHECK_FALSE(lock->locked());
}

TEST(Conditions, the_captures_of_a_predicate_go_with_its_wait) {
  hold();
  waiting[0] = condition->wait_for([live = MoveOnly{}] { return live.id != 0; });
  CHECK_EQUAL(1, Live::count);
  held.detach();
  CHECK_TRUE(waiting[0].cancel());
  ends_holding_the_lock(0, Errc::cancelled);
  CHECK_EQUAL(0, Live::count);
  hold();
  waiting[0] = condition->wait_for([live = MoveOnly{}] { return live.id != 0; });
  held.detach();
  waiting[0] = {};
  CHECK_EQUAL(0, Live::count);
}

TEST(Conditions, a_predicate_that_drops_its_own_wait_and_says_no_withdraws_it) {
  hold();
  int asked = 0;
  waiting[0] = condition->wait_for([&] {
    if (++asked == 2) waiting[0] = {};
    return false;
  });
  held.detach();
  notify(1);
  run_ready();
  CHECK_EQUAL(2, asked);
  CHECK_EQUAL(0U, in_use());
  CHECK_FALSE(lock->locked());
}

TEST(Conditions, a_predicate_that_destroys_the_condition_and_says_no_ends_broken) {
  hold();
  int asked = 0;
  waiting[0] = condition->wait_for([&] {
    if (++asked == 2) condition.reset();
    return false;
  });
  held.detach();
  notify(1);
  ends_holding_the_lock(0, Errc::broken_promise);
}

TEST(Conditions, a_predicate_that_cancels_a_continuation_of_its_wait_ends_it) {
  hold();
  int asked = 0;
  waiting[0] = condition
                   ->wait_for([&] {
                     if (++asked == 2) CHECK_TRUE(waiting[0].cancel());
                     return false;
                   })
                   .then([this] { note("ran")(); });
  held.detach();
  notify(1);
  ends_holding_the_lock(0, Errc::cancelled);
  STRCMP_EQUAL("", log.c_str());
}

TEST(Conditions, without_a_block_nothing_is_freed) {
  hold();
  for (auto& hog : hogs) hog = loop.create_future<int>();
  CHECK_EQUAL(Errc::out_of_blocks, code(condition->wait()));
  CHECK_EQUAL(Errc::out_of_blocks, code(condition->wait_for([] { return false; })));
  CHECK_EQUAL(Errc::out_of_blocks, code(condition->wait_for([] { return true; })));
  CHECK_TRUE(lock->locked());
  for (auto& hog : hogs) hog = {};
  waiting[0] = condition->wait();
  held.detach();
  CHECK_FALSE(lock->locked());
  notify(1);
  ends_holding_the_lock(0, Errc::none);
  check_reports(Errc::out_of_blocks, Errc::out_of_blocks, Errc::out_of_blocks);
}

TEST(Conditions, destroyed_leaves_its_waiters_broken_one_after_the_other_with_the_lock) {
  queue_up(3);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  CHECK_TRUE(waiting[1].cancel());
  condition.reset();
  run_ready();
  for (std::size_t i = 0; i < 3; ++i) CHECK_FALSE(waiting[i].done());
  held.release();
  run_ready();
  std::size_t ended = 0;
  for (int turn = 0; turn < 3; ++turn) {
    ++ended;
    std::size_t done = 0;
    for (std::size_t i = 0; i < 3; ++i) done += waiting[i].done() ? 1 : 0;
    CHECK_EQUAL(ended, done);
    CHECK_TRUE(lock->locked());
    CHECK_EQUAL(Errc::none, code(lock->release()));
    run_ready();
  }
  CHECK_EQUAL(Errc::broken_promise, code(waiting[0]));
  CHECK_EQUAL(Errc::cancelled, code(waiting[1]));
  CHECK_EQUAL(Errc::broken_promise, code(waiting[2]));
}

TEST(Conditions, destroyed_gives_its_waiters_the_lock_in_the_order_in_which_they_came) {
  // The first waiter gets the later block, which was freed last.
  auto earlier = loop.create_future<void>();
  auto later = loop.create_future<void>();
  earlier = {};
  later = {};
  queue_up(2);
  condition.reset();
  run_ready();
  CHECK_FALSE(waiting[1].done());
  ends_holding_the_lock(0, Errc::broken_promise);
  ends_holding_the_lock(1, Errc::broken_promise);
}

TEST(Conditions, destroyed_before_the_turn_of_a_predicate_that_is_true_leaves_it_broken) {
  auto f = condition->wait_for([] { return true; });
  condition.reset();
  CHECK_EQUAL(Errc::broken_promise, code(f));
  run_ready();
}

TEST(Conditions, destroyed_together_with_its_lock_leaves_its_waiters_broken) {
  queue_up(3);
  notify(1);
  run_pass();
  condition.reset();
  lock.reset();
  run_ready();
  std::size_t broken = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK_TRUE(waiting[i].done());
    if (code(waiting[i]) == Errc::broken_promise) ++broken;
  }
  CHECK_COMPARE(broken, >=, 2U);
}

TEST(Conditions, closing_the_loop_ends_waiters_wherever_they_stand) {
  queue_up(3);
  hold();
  CHECK_EQUAL(Errc::none, code(condition->notify()));
  CHECK_TRUE(waiting[2].cancel());
  auto at_once = condition->wait_for([] { return true; });
  CHECK_EQUAL(Errc::none, code(loop.close()));
  for (std::size_t i = 0; i < 3; ++i) CHECK_EQUAL(Errc::broken_promise, code(waiting[i]));
  CHECK_EQUAL(Errc::broken_promise, code(at_once));
  CHECK_EQUAL(Errc::closed, code(condition->wait()));
}

TEST(Conditions, closing_the_loop_destroys_the_captures_of_predicates) {
  hold();
  waiting[0] = condition->wait_for([live = Live{}] { return live.id != 0; });
  held.detach();
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(0, Live::count);
}
