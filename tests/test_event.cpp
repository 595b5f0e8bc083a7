// SPDX-License-Identifier: BSL-1.0
// Whoever waits when it is set is woken, whatever happens to the flag afterwards.
#include <optional>
#include <tests/fixture.hpp>

using namespace fixture;

TEST_GROUP_BASE(Events, Fixture) {
  std::optional<eyelet::Event> event{std::in_place, loop};
  std::array<Future<void>, 3> waiting;
  std::array<Future<int>, 64> hogs;

  void teardown() override {
    waiting.fill({});
    hogs.fill({});
    check_clean();
  }

  void queue_up() {
    for (auto& f : waiting) f = event->wait();
  }
  void check_outcomes(Errc a, Errc b, Errc c) {
    CHECK_EQUAL(a, code(waiting[0]));
    CHECK_EQUAL(b, code(waiting[1]));
    CHECK_EQUAL(c, code(waiting[2]));
  }
};

TEST(Events, is_a_flag) {
  CHECK_FALSE(event->is_set());
  event->set();
  CHECK_TRUE(event->is_set());
  event->set();
  CHECK_TRUE(event->is_set());
  event->clear();
  CHECK_FALSE(event->is_set());
}

TEST(Events, wakes_all_in_their_order) {
  const char* const names[] = {"0", "1", "2"};
  for (std::size_t i = 0; i < 3; ++i) waiting[i] = event->wait().then(note(names[i]));
  run_ready();
  STRCMP_EQUAL("", log.c_str());
  event->set();
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("0 1 2 ", log.c_str());
}

TEST(Events, wait_for_a_set_one_is_pending_until_the_next_pass) {
  event->set();
  auto f = event->wait();
  CHECK_FALSE(f.done());
  CHECK_EQUAL(1U, in_use());
  run_pass();
  CHECK_EQUAL(Errc::none, code(f));
}

// E1
TEST(Events, set_and_cleared_before_their_turn_still_wakes_all) {
  queue_up();
  event->set();
  event->clear();
  run_pass();
  check_outcomes(Errc::none, Errc::none, Errc::none);
  auto late = event->wait();
  run_ready();
  CHECK_FALSE(late.done());
}

// E1
TEST(Events, set_and_cleared_wakes_the_others_when_one_is_cancelled_in_the_same_pass) {
  queue_up();
  event->set();
  event->clear();
  CHECK_TRUE(waiting[0].cancel());
  run_pass();
  check_outcomes(Errc::cancelled, Errc::none, Errc::none);
}

TEST(Events, cancelled_before_it_is_set_wakes_the_others) {
  queue_up();
  CHECK_TRUE(waiting[1].cancel());
  event->set();
  run_pass();
  check_outcomes(Errc::none, Errc::cancelled, Errc::none);
}

TEST(Events, waiting_again_after_set_and_clear_waits) {
  auto f = event->wait().then([this] { return event->wait(); });
  event->set();
  event->clear();
  run_ready();
  CHECK_FALSE(f.done());
  event->set();
  run_ready();
  CHECK_TRUE(f.done());
}

TEST(Events, wait_for_a_set_one_that_is_cleared_meanwhile_is_woken) {
  event->set();
  auto f = event->wait();
  event->clear();
  run_pass();
  CHECK_TRUE(f.done());
}

TEST(Events, timed_out_waits_leave_no_trace) {
  for (int i = 0; i < 1000; ++i) {
    auto f = eyelet::wait_for(event->wait(), 1ms);
    advance(1ms);
    CHECK_EQUAL(Errc::timed_out, code(f));
  }
  CHECK_EQUAL(0U, in_use());
}

TEST(Events, without_a_block_refuses_set_or_not) {
  for (const bool set : {false, true}) {
    if (set) event->set();
    for (auto& hog : hogs) hog = loop.create_future<int>();
    CHECK_EQUAL(Errc::out_of_blocks, code(event->wait()));
    for (auto& hog : hogs) hog = {};
    check_reports(Errc::out_of_blocks);
  }
  auto f = event->wait();
  run_pass();
  CHECK_EQUAL(Errc::none, code(f));
}

TEST(Events, destroyed_leaves_its_waiters_broken_woken_or_not) {
  for (const bool woken : {false, true}) {
    queue_up();
    if (woken) event->set();
    event.reset();
    check_outcomes(Errc::broken_promise, Errc::broken_promise, Errc::broken_promise);
    run_ready();
    event.emplace(loop);
  }
}

TEST(Events, destroyed_by_one_that_it_woke) {
  waiting[0] = event->wait().then([this] { event.reset(); });
  waiting[1] = event->wait();
  event->set();
  run_ready();
  CHECK_EQUAL(Errc::none, code(waiting[0]));
  CHECK_EQUAL(Errc::broken_promise, code(waiting[1]));
}

TEST(Events, closing_the_loop_ends_waiters_woken_or_not) {
  queue_up();
  event->set();
  event->clear();
  auto late = event->wait();
  CHECK_EQUAL(Errc::none, code(loop.close()));
  check_outcomes(Errc::broken_promise, Errc::broken_promise, Errc::broken_promise);
  CHECK_EQUAL(Errc::broken_promise, code(late));
  CHECK_EQUAL(Errc::closed, code(event->wait()));
}
