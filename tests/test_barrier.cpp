// SPDX-License-Identifier: BSL-1.0
// All go on together, each with a place of its own.
#include <optional>
#include <tests/fixture.hpp>

using namespace fixture;

TEST_GROUP_BASE(Barriers, Fixture) {
  std::optional<eyelet::Barrier> barrier{std::in_place, loop, 3U};
  std::array<Future<std::size_t>, 6> party;
  std::array<Future<int>, 64> hogs;

  void teardown() override {
    party.fill({});
    hogs.fill({});
    check_clean();
  }

  void come(std::size_t first, std::size_t n) {
    for (std::size_t i = first; i < first + n; ++i) party[i] = barrier->wait();
  }
  void has_place(std::size_t i, std::size_t place) {
    CHECK_EQUAL(Errc::none, code(party[i]));
    CHECK_EQUAL(place, value_of(party[i].result()));
  }
};

TEST(Barriers, lets_nobody_go_before_all_have_come) {
  CHECK_EQUAL(3U, barrier->parties());
  come(0, 2);
  run_ready();
  CHECK_EQUAL(2U, barrier->waiting());
  CHECK_EQUAL(2U, in_use());
  CHECK_FALSE(party[0].done());
  come(2, 1);
  CHECK_FALSE(party[2].done());
  CHECK_EQUAL(0U, barrier->waiting());
  run_pass();
  for (std::size_t i = 0; i < 3; ++i) has_place(i, i);
  CHECK_FALSE(barrier->broken());
}

TEST(Barriers, of_one_party_lets_it_go_in_the_next_pass) {
  eyelet::Barrier one{loop, 1};
  party[0] = one.wait();
  CHECK_FALSE(party[0].done());
  run_pass();
  has_place(0, 0);
}

TEST(Barriers, is_used_again_and_again) {
  for (int round = 0; round < 3; ++round) {
    come(0, 3);
    run_pass();
    for (std::size_t i = 0; i < 3; ++i) has_place(i, i);
  }
}

TEST(Barriers, two_generations_do_not_mix_when_the_second_comes_before_the_first_has_gone) {
  come(0, 6);
  CHECK_EQUAL(0U, barrier->waiting());
  run_pass();
  for (std::size_t i = 0; i < 6; ++i) has_place(i, i % 3);
}

// B1
TEST(Barriers, one_cancelled_while_it_fills_leaves_places_that_are_distinct) {
  for (std::size_t who = 0; who < 2; ++who) {
    come(0, 2);
    CHECK_TRUE(party[who].cancel());
    CHECK_EQUAL(1U, barrier->waiting());
    come(2, 1);
    run_ready();
    CHECK_FALSE(party[2].done());
    come(3, 1);
    run_pass();
    CHECK_TRUE(party[who].cancelled());
    has_place(1 - who, 0);
    has_place(2, 1);
    has_place(3, 2);
  }
}

// B1
TEST(Barriers, one_dropped_while_it_fills_does_not_count) {
  come(0, 2);
  party[0] = {};
  CHECK_EQUAL(1U, barrier->waiting());
  come(2, 2);
  run_pass();
  has_place(1, 0);
  has_place(2, 1);
  has_place(3, 2);
}

// B1
TEST(Barriers, one_cancelled_when_all_have_come_does_not_hold_the_others_back) {
  come(0, 3);
  CHECK_TRUE(party[1].cancel());
  CHECK_EQUAL(0U, barrier->waiting());
  run_pass();
  has_place(0, 0);
  CHECK_TRUE(party[1].cancelled());
  has_place(2, 2);
  come(3, 3);
  run_pass();
  for (std::size_t i = 3; i < 6; ++i) has_place(i, i - 3);
}

TEST(Barriers, a_limit_that_ends_a_wait_takes_its_party_back) {
  auto late = eyelet::wait_for(barrier->wait(), 10ms);
  advance(10ms);
  CHECK_EQUAL(Errc::timed_out, code(late));
  CHECK_EQUAL(0U, barrier->waiting());
  CHECK_FALSE(barrier->broken());
}

TEST(Barriers, try_wait_completes_it_if_it_is_the_last) {
  CHECK_EQUAL(Errc::invalid_state, code(barrier->try_wait()));
  come(0, 1);
  CHECK_EQUAL(Errc::invalid_state, code(barrier->try_wait()));
  CHECK_EQUAL(1U, barrier->waiting());
  come(1, 1);
  const Result<std::size_t> last = barrier->try_wait();
  CHECK_TRUE(last.has_value());
  CHECK_EQUAL(2U, *last);
  CHECK_EQUAL(0U, barrier->waiting());
  run_pass();
  has_place(0, 0);
  has_place(1, 1);
  eyelet::Barrier one{loop, 1};
  CHECK_EQUAL(0U, *one.try_wait());
}

// B3
TEST(Barriers, abort_at_each_arrival_ends_who_waits_and_who_comes_until_reset) {
  for (std::size_t come_before = 0; come_before < 3; ++come_before) {
    come(0, come_before);
    barrier->abort();
    CHECK_TRUE(barrier->broken());
    CHECK_EQUAL(0U, barrier->waiting());
    come(come_before, 3);
    for (std::size_t i = 0; i < come_before + 3; ++i)
      CHECK_EQUAL(Errc::broken_barrier, code(party[i]));
    CHECK_EQUAL(Errc::broken_barrier, code(barrier->try_wait()));
    barrier->reset();
    CHECK_FALSE(barrier->broken());
    come(0, 3);
    run_pass();
    for (std::size_t i = 0; i < 3; ++i) has_place(i, i);
    party.fill({});
  }
}

// B3
TEST(Barriers, reset_at_each_arrival_ends_who_waits_and_counts_from_the_beginning) {
  for (std::size_t come_before = 0; come_before < 3; ++come_before) {
    come(0, come_before);
    barrier->reset();
    CHECK_FALSE(barrier->broken());
    CHECK_EQUAL(0U, barrier->waiting());
    for (std::size_t i = 0; i < come_before; ++i) CHECK_EQUAL(Errc::broken_barrier, code(party[i]));
    come(0, 3);
    run_pass();
    for (std::size_t i = 0; i < 3; ++i) has_place(i, i);
    party.fill({});
  }
}

// B3
TEST(Barriers, reset_or_abort_half_drained_ends_those_whose_turn_has_not_come) {
  for (const bool aborts : {false, true}) {
    std::array<Future<void>, 3> out;
    std::size_t went = 0;
    std::size_t broken = 0;
    for (auto& f : out)
      f = barrier->wait()
              .then([&, aborts](std::size_t place) {
                CHECK_EQUAL(0U, place);
                ++went;
                aborts ? barrier->abort() : barrier->reset();
              })
              .or_else([&](Error error) {
                CHECK_EQUAL(Errc::broken_barrier, error.code);
                ++broken;
              });
    run_ready();
    CHECK_EQUAL(1U, went);
    CHECK_EQUAL(2U, broken);
    CHECK_EQUAL(aborts, barrier->broken());
    barrier->reset();
  }
}

// B3
TEST(Barriers, aborted_before_anyone_has_gone_ends_all) {
  come(0, 3);
  barrier->abort();
  for (std::size_t i = 0; i < 3; ++i) CHECK_EQUAL(Errc::broken_barrier, code(party[i]));
  run_ready();
}

TEST(Barriers, without_a_block_one_has_not_come) {
  come(0, 2);
  for (auto& hog : hogs) hog = loop.create_future<int>();
  party[2] = barrier->wait();
  CHECK_EQUAL(Errc::out_of_blocks, code(party[2]));
  CHECK_EQUAL(2U, barrier->waiting());
  for (auto& hog : hogs) hog = {};
  come(2, 1);
  run_pass();
  for (std::size_t i = 0; i < 3; ++i) has_place(i, i);
  CHECK_TRUE(report_count >= 1);
  report_count = 0;
}

TEST(Barriers, without_a_block_broken_is_still_refused) {
  barrier->abort();
  for (auto& hog : hogs) hog = loop.create_future<int>();
  CHECK_EQUAL(Errc::out_of_blocks, code(barrier->wait()));
  for (auto& hog : hogs) hog = {};
  CHECK_EQUAL(Errc::broken_barrier, code(barrier->wait()));
  check_reports(Errc::out_of_blocks);
}

TEST(Barriers, destroyed_leaves_its_waiters_broken_let_go_or_not) {
  come(0, 5);
  barrier.reset();
  for (std::size_t i = 0; i < 5; ++i) CHECK_EQUAL(Errc::broken_promise, code(party[i]));
  run_ready();
}

TEST(Barriers, closing_the_loop_ends_waiters_let_go_or_not) {
  come(0, 5);
  CHECK_EQUAL(Errc::none, code(loop.close()));
  for (std::size_t i = 0; i < 5; ++i) CHECK_EQUAL(Errc::broken_promise, code(party[i]));
  CHECK_EQUAL(Errc::closed, code(barrier->wait()));
  CHECK_EQUAL(0U, barrier->waiting());
}
