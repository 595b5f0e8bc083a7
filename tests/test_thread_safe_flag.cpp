// SPDX-License-Identifier: BSL-1.0
// Whoever sets it, and at whatever moment: the waiter is woken, once for sets that it did not see.
#include <tests/fixture.hpp>
#include <tests/interrupt_port.hpp>

namespace {

using namespace fixture;
using eyelet::StaticLoop;
using eyelet::ThreadSafeFlag;

static_assert(std::is_trivially_destructible_v<ThreadSafeFlag>);

}  // namespace

TEST_GROUP_BASE(ThreadSafeFlags, Fixture) {
  ThreadSafeFlag flag{loop};
  std::array<Future<int>, 64> hogs;

  void take_all_blocks() {
    for (auto& hog : hogs) hog = loop.create_future<int>();
  }
  void teardown() override {
    hogs.fill({});
    check_clean();
  }
};

TEST(ThreadSafeFlags, is_a_flag) {
  CHECK_FALSE(flag.is_set());
  flag.set();
  CHECK_TRUE(flag.is_set());
  flag.clear();
  CHECK_FALSE(flag.is_set());
}

TEST(ThreadSafeFlags, set_before_the_wait_ends_it_in_the_next_pass) {
  flag.set();
  run_pass();  // the wake is used up
  const Future<void> waiting = flag.wait();
  CHECK_FALSE(waiting.done());
  CHECK_EQUAL(Errc::none, code(loop.run_until_complete(waiting)));
}

TEST(ThreadSafeFlags, set_while_somebody_waits_wakes_the_loop_and_the_waiter) {
  const Future<void> waiting = flag.wait().then(note("woken"));
  run_ready();
  flag.set();
  CHECK_TRUE(port.woken());
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("woken ", log.c_str());
}

TEST(ThreadSafeFlags, is_taken_back_by_the_waiter_that_it_wakes) {
  flag.set();
  const Future<void> waiting = flag.wait().then([this] { CHECK_FALSE(flag.is_set()); });
  run_ready();
  CHECK_EQUAL(Errc::none, code(waiting));
  const Future<void> again = flag.wait();
  run_ready();
  CHECK_FALSE(again.done());
}

TEST(ThreadSafeFlags, set_again_by_the_continuation_wakes_the_next_wait) {
  const Future<void> first = flag.wait().then([this] { flag.set(); });
  flag.set();
  run_ready();
  const Future<void> second = flag.wait();
  run_ready();
  CHECK_EQUAL(Errc::none, code(second));
  CHECK_EQUAL(0U, flag.missed());
}

TEST(ThreadSafeFlags, sets_that_nobody_saw_are_one_and_the_others_are_counted) {
  for (int i = 0; i < 5; ++i) flag.set();
  CHECK_EQUAL(4U, flag.missed());
  const Future<void> waiting = flag.wait();
  run_ready();
  CHECK_EQUAL(Errc::none, code(waiting));
  const Future<void> again = flag.wait();
  run_ready();
  CHECK_FALSE(again.done());
  CHECK_EQUAL(4U, flag.missed());
}

TEST(ThreadSafeFlags, set_again_before_the_waiters_turn_is_counted) {
  const Future<void> waiting = flag.wait();
  flag.set();
  loop.call_soon([this] { flag.set(); });
  run_ready();
  CHECK_EQUAL(Errc::none, code(waiting));
  CHECK_EQUAL(1U, flag.missed());
}

TEST(ThreadSafeFlags, set_in_a_pass_that_had_other_things_to_do_makes_poll_ask_to_be_called_again) {
  const Future<void> waiting = flag.wait();
  loop.call_soon([this] { flag.set(); });
  CHECK_TRUE(loop.poll() == eyelet::kAtOnce);
  CHECK_TRUE(loop.poll() == eyelet::kNever);
  CHECK_EQUAL(Errc::none, code(waiting));
}

TEST(ThreadSafeFlags, has_one_waiter_at_a_time) {
  const Future<void> first = flag.wait();
  const Future<void> second = flag.wait();
  CHECK_TRUE(second.done());
  CHECK_EQUAL(Errc::invalid_state, code(second));
  flag.set();
  run_pass();
  CHECK_EQUAL(Errc::none, code(first));
  const Future<void> third = flag.wait();
  CHECK_FALSE(third.done());
}

TEST(ThreadSafeFlags, has_one_waiter_also_while_its_turn_is_near) {
  flag.set();
  const Future<void> first = flag.wait();
  const Future<void> second = flag.wait();
  CHECK_TRUE(second.done());
  CHECK_EQUAL(Errc::invalid_state, code(second));
}

TEST(ThreadSafeFlags, whose_waiter_was_cancelled_keeps_what_is_set) {
  Future<void> waiting = flag.wait();
  CHECK_TRUE(waiting.cancel());
  CHECK_EQUAL(Errc::cancelled, code(waiting));
  flag.set();
  run_ready();
  CHECK_TRUE(flag.is_set());
  waiting = flag.wait();
  run_ready();
  CHECK_EQUAL(Errc::none, code(waiting));
}

TEST(ThreadSafeFlags, whose_waiter_is_cancelled_when_its_turn_is_near_stays_set) {
  flag.set();
  Future<void> waiting = flag.wait();
  CHECK_TRUE(waiting.cancel());
  CHECK_TRUE(flag.is_set());
  waiting = flag.wait();
  run_ready();
  CHECK_EQUAL(Errc::none, code(waiting));
}

TEST(ThreadSafeFlags, whose_waiter_is_dropped_stays_set_and_can_be_waited_for) {
  flag.set();
  static_cast<void>(flag.wait());
  CHECK_EQUAL(0U, in_use());
  const Future<void> waiting = flag.wait();
  run_ready();
  CHECK_EQUAL(Errc::none, code(waiting));
}

TEST(ThreadSafeFlags, cleared_before_the_waiters_turn_leaves_it_waiting) {
  flag.set();
  const Future<void> waiting = flag.wait();
  flag.clear();
  run_ready();
  CHECK_FALSE(waiting.done());
  flag.set();
  run_ready();
  CHECK_EQUAL(Errc::none, code(waiting));
}

TEST(ThreadSafeFlags, that_is_not_set_in_time_times_out_and_works_on) {
  const Future<void> limited = eyelet::wait_for(flag.wait(), 10ms);
  advance(10ms);
  CHECK_EQUAL(Errc::timed_out, code(limited));
  flag.set();
  const Future<void> waiting = flag.wait();
  run_ready();
  CHECK_EQUAL(Errc::none, code(waiting));
}

TEST(ThreadSafeFlags, needs_no_block_to_be_set) {
  const Future<void> waiting = flag.wait();
  for (std::size_t i = 1; i < 64; ++i) hogs[i] = loop.create_future<int>();
  flag.set();
  run_pass();
  CHECK_EQUAL(Errc::none, code(waiting));
  check_reports();
}

TEST(ThreadSafeFlags, without_a_block_wait_fails_and_works_again_once_one_is_free) {
  take_all_blocks();
  CHECK_EQUAL(Errc::out_of_blocks, code(flag.wait()));
  check_reports(Errc::out_of_blocks);
  flag.set();
  hogs[0] = {};
  const Future<void> waiting = flag.wait();
  run_ready();
  CHECK_EQUAL(Errc::none, code(waiting));
}

// N26
TEST(ThreadSafeFlags, wakes_its_waiter_though_the_ready_queue_is_never_dry) {
  bool woken = false;
  const Future<void> waiting = flag.wait().then([&woken] { woken = true; });
  int rounds = 0;
  struct Endless {
    Loop* loop;
    int* rounds;
    bool* woken;
    void operator()() const {
      if (!*woken && ++*rounds < 1000) loop->call_soon(*this);
    }
  };
  loop.call_soon(Endless{&loop, &rounds, &woken});
  run_pass();
  flag.set();
  run_ready();
  CHECK_TRUE(woken);
  CHECK_COMPARE(rounds, <=, 66);
}

TEST(ThreadSafeFlags, of_a_closed_loop_can_be_set_and_not_waited_for) {
  const Future<void> waiting = flag.wait();
  CHECK_TRUE(loop.close().has_value());
  CHECK_EQUAL(Errc::broken_promise, code(waiting));
  flag.set();
  CHECK_EQUAL(Errc::closed, code(flag.wait()));
}

TEST(ThreadSafeFlags, two_of_a_loop_do_not_meddle) {
  ThreadSafeFlag other{loop};
  const Future<void> first = flag.wait();
  const Future<void> second = other.wait();
  other.set();
  run_ready();
  CHECK_FALSE(first.done());
  CHECK_EQUAL(Errc::none, code(second));
  flag.set();
  run_ready();
  CHECK_EQUAL(Errc::none, code(first));
}

// N21
TEST(ThreadSafeFlags, set_by_an_interrupt_at_any_moment_is_not_lost) {
  for (int moment = 0; moment < 20; ++moment) {
    InterruptPort board;
    StaticLoop<4> there{board};
    ThreadSafeFlag signal{there};
    for (int round = 0; round < 3; ++round) {
      board.interrupt(moment, [&signal] { signal.set(); });
      CHECK_EQUAL(Errc::none, code(there.run_until_complete(signal.wait())));
    }
    CHECK_FALSE(signal.is_set());
  }
}
