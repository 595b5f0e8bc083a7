// SPDX-License-Identifier: BSL-1.0
// One owner, first come first served, and a grant that nobody can use reaches the next.
#include <optional>
#include <tests/fixture.hpp>

using namespace fixture;

namespace {

using Guard = eyelet::Guard<eyelet::Lock>;
using Waiting = Future<Guard>;

}  // namespace

TEST_GROUP_BASE(Locks, Fixture) {
  std::optional<eyelet::Lock> lock{std::in_place, loop};
  std::array<Waiting, 4> waiting;
  std::array<Future<int>, 64> hogs;

  void teardown() override {
    waiting.fill({});
    hogs.fill({});
    check_clean();
  }

  Guard hold() { return lock->try_acquire(); }
  void queue_up(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) waiting[i] = lock->acquire();
  }
  /// Which of the waiting own the lock, as "01..".
  void check_owners(const char* owners) {
    for (std::size_t i = 0; owners[i] != 0; ++i)
      CHECK_EQUAL(owners[i] == '1', waiting[i].done() && waiting[i].result());
  }
};

TEST(Locks, is_free_at_first_and_locked_while_a_guard_is_held) {
  CHECK_FALSE(lock->locked());
  {
    const Guard guard = lock->try_acquire();
    CHECK_TRUE(static_cast<bool>(guard));
    CHECK_TRUE(lock->locked());
    CHECK_FALSE(static_cast<bool>(lock->try_acquire()));
  }
  CHECK_FALSE(lock->locked());
  CHECK_EQUAL(0U, in_use());
}

TEST(Locks, acquire_of_a_free_lock_is_pending_until_its_turn) {
  auto f = lock->acquire();
  CHECK_FALSE(f.done());
  CHECK_FALSE(lock->locked());
  CHECK_EQUAL(1U, in_use());
  run_pass();
  CHECK_TRUE(f.done());
  CHECK_TRUE(lock->locked());
  Guard guard = std::move(*f.take());
  CHECK_TRUE(static_cast<bool>(guard));
  guard.release();
  CHECK_FALSE(lock->locked());
}

TEST(Locks, granted_but_not_delivered_is_free_for_nobody_else) {
  auto f = lock->acquire();
  CHECK_FALSE(static_cast<bool>(lock->try_acquire()));
  CHECK_EQUAL(Errc::invalid_state, code(lock->release()));
  run_pass();
  CHECK_TRUE(lock->locked());
}

TEST(Locks, try_acquire_does_not_overtake_one_in_line) {
  Guard first = hold();
  queue_up(1);
  first.release();
  CHECK_FALSE(lock->locked());
  CHECK_FALSE(static_cast<bool>(lock->try_acquire()));
  run_pass();
  check_owners("1");
}

TEST(Locks, released_goes_to_the_first_in_line_in_order) {
  Guard first = hold();
  queue_up(3);
  run_ready();
  check_owners("000");
  first.release();
  run_pass();
  check_owners("100");
  for (std::size_t i = 0; i < 2; ++i) {
    waiting[i] = {};
    run_pass();
    CHECK_TRUE(lock->locked());
    CHECK_TRUE(waiting[i + 1].done());
  }
  waiting[2] = {};
  CHECK_FALSE(lock->locked());
}

TEST(Locks, release_of_a_free_lock_is_invalid_state) {
  CHECK_EQUAL(Errc::invalid_state, code(lock->release()));
  Guard guard = hold();
  guard.detach();
  CHECK_EQUAL(Errc::none, code(lock->release()));
  CHECK_EQUAL(Errc::invalid_state, code(lock->release()));
}

TEST(Locks, a_result_that_nobody_takes_gives_the_lock_back) {
  queue_up(2);
  run_pass();
  check_owners("10");
  waiting[0] = {};
  CHECK_FALSE(lock->locked());
  run_pass();
  CHECK_TRUE(waiting[1].done());
  CHECK_TRUE(lock->locked());
}

TEST(Locks, a_guard_travels_through_a_chain_and_goes_at_its_end) {
  auto end = lock->acquire()
                 .then([this](Guard guard) {
                   CHECK_TRUE(lock->locked());
                   note("in")();
                   return guard;
                 })
                 .then([this](Guard) { CHECK_TRUE(lock->locked()); });
  auto next = lock->acquire().then([this](Guard) { note("next")(); });
  run_ready();
  CHECK_TRUE(end.done());
  CHECK_TRUE(next.done());
  STRCMP_EQUAL("in next ", log.c_str());
  CHECK_FALSE(lock->locked());
}

// L1
TEST(Locks, granted_and_cancelled_before_its_turn_wakes_the_next) {
  Guard first = hold();
  queue_up(2);
  first.release();
  CHECK_TRUE(waiting[0].cancel());
  CHECK_TRUE(waiting[0].cancelled());
  run_pass();
  check_owners("01");
}

// L1
TEST(Locks, granted_and_cancelled_through_a_chain_wakes_the_next) {
  Guard first = hold();
  auto a = lock->acquire().then([this](Guard) { note("a")(); });
  auto b = lock->acquire().then([this](Guard) { note("b")(); });
  first.release();
  CHECK_TRUE(a.cancel());
  run_ready();
  CHECK_TRUE(a.cancelled());
  STRCMP_EQUAL("b ", log.c_str());
  CHECK_FALSE(lock->locked());
}

// L2
TEST(Locks, cancelled_and_then_released_in_one_pass_has_one_owner) {
  Guard first = hold();
  queue_up(3);
  CHECK_TRUE(waiting[0].cancel());
  first.release();
  run_ready();
  check_owners("010");
}

TEST(Locks, granted_and_dropped_before_its_turn_wakes_the_next) {
  Guard first = hold();
  queue_up(3);
  first.release();
  waiting[0] = {};
  waiting[1] = {};
  run_pass();
  CHECK_TRUE(waiting[2].done());
}

TEST(Locks, the_last_one_cancelled_leaves_it_free) {
  queue_up(1);
  CHECK_TRUE(waiting[0].cancel());
  run_ready();
  CHECK_FALSE(lock->locked());
  CHECK_TRUE(static_cast<bool>(lock->try_acquire()));
}

TEST(Locks, delivered_and_then_cancelled_in_one_pass_stays_with_its_owner) {
  queue_up(1);
  loop.call_soon([this] { CHECK_FALSE(waiting[0].cancel()); });
  run_pass();
  check_owners("1");
}

TEST(Locks, timed_out_in_line_leaves_no_trace) {
  Guard first = hold();
  auto late = eyelet::wait_for(lock->acquire(), 10ms);
  queue_up(1);
  advance(10ms);
  CHECK_EQUAL(Errc::timed_out, code(late));
  first.release();
  run_pass();
  check_owners("1");
}

TEST(Locks, timed_out_in_the_pass_of_the_grant_has_one_owner) {
  Guard first = hold();
  auto late = eyelet::wait_for(lock->acquire(), 10ms);
  queue_up(1);
  port.advance(10ms);
  first.release();
  run_ready();
  // The grant came first.
  CHECK_EQUAL(Errc::none, code(late));
  check_owners("0");
  late = {};
  run_ready();
  check_owners("1");
}

TEST(Locks, released_by_a_callback_that_runs_between_two_waiters) {
  auto in = lock->acquire().then([this](Guard guard) {
    waiting[1] = lock->acquire();
    guard.release();
    CHECK_FALSE(static_cast<bool>(lock->try_acquire()));
  });
  queue_up(1);
  run_ready();
  check_owners("10");
}

TEST(Locks, without_a_block_refuses_and_keeps_its_state) {
  for (const bool held : {false, true}) {
    Guard first;
    if (held) first = hold();
    for (auto& hog : hogs) hog = loop.create_future<int>();
    waiting[0] = lock->acquire();
    CHECK_EQUAL(Errc::out_of_blocks, code(waiting[0]));
    for (auto& hog : hogs) hog = {};
    CHECK_EQUAL(held, lock->locked());
    queue_up(1);
    first.release();
    run_pass();
    check_owners("1");
    waiting[0] = {};
    check_reports(Errc::out_of_blocks);
  }
}

TEST(Locks, destroyed_leaves_its_waiters_broken) {
  for (const bool held : {false, true}) {
    Guard first;
    if (held) first = hold();
    queue_up(3);
    if (held) first.detach();
    lock.reset();
    for (std::size_t i = 0; i < 3; ++i) CHECK_EQUAL(Errc::broken_promise, code(waiting[i]));
    run_ready();
    lock.emplace(loop);
  }
}

TEST(Locks, destroyed_by_its_own_waiter) {
  auto f = lock->acquire().then([this](Guard guard) {
    guard.detach();
    lock.reset();
  });
  queue_up(2);
  run_ready();
  CHECK_EQUAL(Errc::none, code(f));
  CHECK_EQUAL(Errc::broken_promise, code(waiting[0]));
  CHECK_EQUAL(Errc::broken_promise, code(waiting[1]));
}

TEST(Locks, closing_the_loop_ends_waiters_granted_or_not) {
  queue_up(3);
  CHECK_EQUAL(Errc::none, code(loop.close()));
  for (std::size_t i = 0; i < 3; ++i) CHECK_EQUAL(Errc::broken_promise, code(waiting[i]));
  CHECK_EQUAL(Errc::closed, code(lock->acquire()));
  CHECK_FALSE(lock->locked());
}

TEST(Locks, closing_the_loop_releases_guards_in_captures) {
  loop.call_later(1s, [guard = hold()] {});
  queue_up(2);
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_FALSE(lock->locked());
  CHECK_EQUAL(Errc::broken_promise, code(waiting[1]));
}

TEST(Locks, a_guard_dropped_inside_a_destructor_of_a_waiter_passes_the_lock_on) {
  auto last = lock->acquire().then([this](Guard) { note("last")(); });
  auto f = eyelet::sleep(loop, 1s).then([guard = OnDestroy{[this] { log.append("gone "); }}] {});
  CHECK_TRUE(f.cancel());
  run_ready();
  STRCMP_EQUAL("last gone ", log.c_str());
}
