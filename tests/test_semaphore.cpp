// SPDX-License-Identifier: BSL-1.0
// Permits are conserved: free, held, or on their way to somebody.
#include <optional>
#include <tests/fixture.hpp>

using namespace fixture;

namespace {

using Guard = eyelet::Guard<eyelet::Semaphore>;

}  // namespace

TEST_GROUP_BASE(Semaphores, Fixture) {
  std::optional<eyelet::Semaphore> semaphore{std::in_place, loop, 2U};
  std::array<Future<Guard>, 5> waiting;
  std::array<Future<int>, 64> hogs;

  void teardown() override {
    waiting.fill({});
    hogs.fill({});
    check_clean();
  }

  void queue_up(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) waiting[i] = semaphore->acquire();
  }
  void check_owners(const char* owners) {
    for (std::size_t i = 0; owners[i] != 0; ++i)
      CHECK_EQUAL(owners[i] == '1', waiting[i].done() && waiting[i].result());
  }
};

TEST(Semaphores, gives_as_many_permits_as_it_has) {
  CHECK_EQUAL(2U, semaphore->value());
  CHECK_FALSE(semaphore->locked());
  const Guard a = semaphore->try_acquire();
  CHECK_TRUE(static_cast<bool>(a));
  CHECK_EQUAL(1U, semaphore->value());
  CHECK_FALSE(semaphore->locked());
  const Guard b = semaphore->try_acquire();
  CHECK_TRUE(static_cast<bool>(b));
  CHECK_EQUAL(0U, semaphore->value());
  CHECK_TRUE(semaphore->locked());
  CHECK_FALSE(static_cast<bool>(semaphore->try_acquire()));
  CHECK_EQUAL(0U, in_use());
}

TEST(Semaphores, acquire_is_pending_until_its_turn_and_its_permit_not_free_meanwhile) {
  queue_up(1);
  CHECK_FALSE(waiting[0].done());
  CHECK_EQUAL(1U, semaphore->value());
  CHECK_TRUE(semaphore->locked());
  CHECK_FALSE(static_cast<bool>(semaphore->try_acquire()));
  CHECK_EQUAL(1U, in_use());
  run_pass();
  check_owners("1");
  CHECK_EQUAL(1U, semaphore->value());
  CHECK_FALSE(semaphore->locked());
}

TEST(Semaphores, a_guard_gives_its_permit_back) {
  queue_up(1);
  run_pass();
  Guard guard = std::move(*waiting[0].take());
  CHECK_EQUAL(1U, semaphore->value());
  guard.release();
  CHECK_EQUAL(2U, semaphore->value());
}

TEST(Semaphores, a_result_that_nobody_takes_gives_its_permit_back) {
  queue_up(3);
  run_pass();
  check_owners("110");
  waiting[1] = {};
  run_pass();
  CHECK_TRUE(waiting[2].done());
  CHECK_EQUAL(0U, semaphore->value());
}

TEST(Semaphores, release_without_an_acquisition_adds_a_permit) {
  CHECK_EQUAL(Errc::none, code(semaphore->release()));
  CHECK_EQUAL(3U, semaphore->value());
  eyelet::Semaphore none{loop, 0};
  CHECK_TRUE(none.locked());
  auto f = none.acquire();
  run_pass();
  CHECK_FALSE(f.done());
  CHECK_EQUAL(Errc::none, code(none.release()));
  CHECK_EQUAL(0U, none.value());
  run_pass();
  CHECK_TRUE(f.done());
}

TEST(Semaphores, a_permit_that_is_detached_is_released_by_whom_it_was_given_to) {
  Guard guard = semaphore->try_acquire();
  guard.detach();
  CHECK_EQUAL(1U, semaphore->value());
  CHECK_EQUAL(Errc::none, code(semaphore->release()));
  CHECK_EQUAL(2U, semaphore->value());
}

// S1
TEST(Semaphores, permits_are_conserved_whatever_is_acquired_cancelled_and_released) {
  std::array<Guard, 5> held;
  std::uint32_t random = 7;
  for (int step = 0; step < 20000; ++step) {
    random = random * 1664525 + 1013904223;
    const std::size_t i = (random >> 8) % 5;
    Future<Guard>& f = waiting[i];
    switch ((random >> 16) % 6) {
      case 0:
      case 1:
        if (!held[i] && f.block() == nullptr) f = semaphore->acquire();
        break;
      case 2: f.cancel(); break;
      case 3: held[i].release(); break;
      case 4: f = {}; break;
      default: run_pass();
    }
    std::size_t pending = 0;
    std::size_t count = 0;
    for (std::size_t k = 0; k < 5; ++k) {
      if (waiting[k].done() && waiting[k].block() != nullptr) {
        if (Result<Guard> taken = waiting[k].take()) held[k] = std::move(*taken);
        waiting[k] = {};
      }
      if (held[k]) ++count;
      if (!waiting[k].done()) ++pending;
    }
    CHECK_COMPARE(count + semaphore->value(), <=, 2U);
    const std::size_t on_their_way = 2 - count - semaphore->value();
    CHECK_COMPARE(on_their_way, <=, pending);
    CHECK_TRUE(semaphore->value() == 0 || pending == on_their_way);
  }
  waiting.fill({});
  for (auto& guard : held) guard.release();
  CHECK_EQUAL(2U, semaphore->value());
}

// S2
TEST(Semaphores, a_later_acquirer_does_not_overtake_a_woken_waiter) {
  queue_up(3);
  run_pass();
  check_owners("110");
  waiting[0] = {};
  CHECK_EQUAL(0U, semaphore->value());
  waiting[3] = semaphore->acquire();
  CHECK_FALSE(static_cast<bool>(semaphore->try_acquire()));
  run_ready();
  CHECK_TRUE(waiting[2].done());
  CHECK_FALSE(waiting[3].done());
}

// S2
TEST(Semaphores, the_permit_of_a_woken_waiter_that_is_cancelled_goes_to_the_next) {
  queue_up(5);
  run_pass();
  check_owners("11000");
  waiting[0] = {};
  CHECK_TRUE(waiting[2].cancel());
  run_pass();
  CHECK_TRUE(waiting[3].done());
  CHECK_FALSE(waiting[4].done());
}

// S4
TEST(Semaphores, nobody_sleeps_while_permits_are_free_after_the_head_is_cancelled) {
  queue_up(5);
  run_pass();
  CHECK_TRUE(waiting[2].cancel());
  CHECK_EQUAL(Errc::none, code(semaphore->release()));
  CHECK_EQUAL(Errc::none, code(semaphore->release()));
  run_pass();
  check_owners("11011");
  CHECK_EQUAL(0U, semaphore->value());
}

// S4
TEST(Semaphores, two_woken_waiters_cancelled_wake_the_two_behind_them) {
  eyelet::Semaphore none{loop, 0};
  for (std::size_t i = 0; i < 5; ++i) waiting[i] = none.acquire();
  CHECK_EQUAL(Errc::none, code(none.release()));
  CHECK_EQUAL(Errc::none, code(none.release()));
  CHECK_TRUE(waiting[0].cancel());
  CHECK_TRUE(waiting[1].cancel());
  run_pass();
  check_owners("00110");
  for (auto& f : waiting) f = {};
  CHECK_EQUAL(2U, none.value());
}

// S5
TEST(Semaphores, bounded_refuses_more_releases_than_acquisitions) {
  eyelet::BoundedSemaphore bounded{loop, 2};
  CHECK_EQUAL(Errc::invalid_state, code(bounded.release()));
  CHECK_EQUAL(2U, bounded.value());
  Guard guard = bounded.try_acquire();
  guard.detach();
  CHECK_EQUAL(Errc::none, code(bounded.release()));
  CHECK_EQUAL(Errc::invalid_state, code(bounded.release()));
  CHECK_EQUAL(2U, bounded.value());
}

// S5
// As in asyncio: nothing checks who releases, only how many permits are free.
TEST(Semaphores, bounded_counts_a_permit_on_its_way_as_acquired) {
  eyelet::BoundedSemaphore bounded{loop, 1};
  auto first = bounded.acquire();
  CHECK_EQUAL(0U, bounded.value());
  CHECK_EQUAL(Errc::none, code(bounded.release()));
  CHECK_EQUAL(Errc::invalid_state, code(bounded.release()));
  run_ready();
  CHECK_TRUE(first.done());
  CHECK_EQUAL(1U, bounded.value());
  first.take()->detach();
}

TEST(Semaphores, bounded_hands_permits_to_those_in_line) {
  eyelet::BoundedSemaphore bounded{loop, 1};
  Guard guard = bounded.try_acquire();
  auto f = bounded.acquire();
  guard.release();
  run_pass();
  CHECK_TRUE(f.done());
  CHECK_EQUAL(0U, bounded.value());
}

TEST(Semaphores, serves_in_order_of_arrival) {
  std::array<Future<void>, 4> all;
  const char* const names[] = {"0", "1", "2", "3"};
  for (std::size_t i = 0; i < 4; ++i)
    all[i] = semaphore->acquire().then([this, name = names[i]](Guard) { note(name)(); });
  run_ready();
  STRCMP_EQUAL("0 1 2 3 ", log.c_str());
}

TEST(Semaphores, timed_out_waiters_leave_no_trace) {
  eyelet::Semaphore none{loop, 0};
  for (int i = 0; i < 1000; ++i) {
    auto f = eyelet::wait_for(none.acquire(), 1ms);
    advance(1ms);
    CHECK_EQUAL(Errc::timed_out, code(f));
  }
  CHECK_EQUAL(0U, in_use());
  CHECK_EQUAL(Errc::none, code(none.release()));
  CHECK_EQUAL(1U, none.value());
  CHECK_FALSE(none.locked());
}

TEST(Semaphores, without_a_block_refuses_and_keeps_its_permits) {
  for (auto& hog : hogs) hog = loop.create_future<int>();
  waiting[0] = semaphore->acquire();
  CHECK_EQUAL(Errc::out_of_blocks, code(waiting[0]));
  CHECK_EQUAL(2U, semaphore->value());
  CHECK_FALSE(semaphore->locked());
  for (auto& hog : hogs) hog = {};
  queue_up(1);
  run_pass();
  check_owners("1");
  check_reports(Errc::out_of_blocks);
}

TEST(Semaphores, destroyed_leaves_its_waiters_broken_granted_or_not) {
  queue_up(4);
  semaphore.reset();
  for (std::size_t i = 0; i < 4; ++i) CHECK_EQUAL(Errc::broken_promise, code(waiting[i]));
  run_ready();
}

TEST(Semaphores, closing_the_loop_ends_waiters_granted_or_not) {
  queue_up(4);
  CHECK_EQUAL(Errc::none, code(loop.close()));
  for (std::size_t i = 0; i < 4; ++i) CHECK_EQUAL(Errc::broken_promise, code(waiting[i]));
  CHECK_EQUAL(Errc::closed, code(semaphore->acquire()));
  CHECK_EQUAL(2U, semaphore->value());
}
