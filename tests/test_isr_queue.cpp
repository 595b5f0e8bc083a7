// SPDX-License-Identifier: BSL-1.0
// One producer that nothing can hold up, and the loop: each item arrives once, in order, or was
// refused and counted.
#include <tests/fixture.hpp>
#include <tests/interrupt_port.hpp>
#include <vector>

namespace {

using namespace fixture;
using eyelet::IsrQueue;
using eyelet::StaticLoop;

static_assert(std::is_trivially_destructible_v<IsrQueue<int, 8>>);

/// Puts numbers in ascending order and gets them in every rhythm that the room allows.
template <std::size_t N>
void expect_order_all_the_way_round() {
  eyelet::SimPort port;
  StaticLoop<1> loop{port};
  IsrQueue<int, N> queue{loop};
  int put = 0;
  int got = 0;
  for (std::size_t step = 0; step < 6 * N + 20; ++step) {
    const std::size_t puts = step % (N + 2);
    for (std::size_t i = 0; i < puts; ++i) put += queue.put_nowait(put);
    CHECK_EQUAL(static_cast<std::size_t>(put - got), queue.size());
    CHECK_EQUAL(put - got == static_cast<int>(N), queue.full());
    for (std::size_t i = 0; i < (step * 7) % (N + 2) && !queue.empty(); ++i, ++got)
      CHECK_EQUAL(got, *queue.get_nowait());
  }
  for (; !queue.empty(); ++got) CHECK_EQUAL(got, *queue.get_nowait());
  CHECK_EQUAL(put, got);
}

}  // namespace

TEST_GROUP_BASE(IsrQueues, Fixture) {
  IsrQueue<int, 4> queue{loop};
  std::array<Future<int>, 64> hogs;

  void fill() {
    for (int item = 1; item <= 4; ++item) CHECK_TRUE(queue.put_nowait(item));
  }
  int get() {
    const eyelet::Result<int> item = queue.get_nowait();
    return item ? *item : 0;
  }
  void teardown() override {
    hogs.fill({});
    check_clean();
  }
};

TEST(IsrQueues, begins_empty) {
  CHECK_TRUE(queue.empty());
  CHECK_FALSE(queue.full());
  CHECK_EQUAL(0U, queue.size());
  CHECK_EQUAL(4U, queue.capacity());
  CHECK_EQUAL(Errc::queue_empty, code(queue.get_nowait()));
}

TEST(IsrQueues, gives_first_what_came_first) {
  fill();
  for (int item = 1; item <= 4; ++item) CHECK_EQUAL(item, get());
  CHECK_TRUE(queue.empty());
}

// N23
TEST(IsrQueues, refuses_and_counts_when_full_and_keeps_what_it_has) {
  fill();
  CHECK_TRUE(queue.full());
  CHECK_FALSE(queue.put_nowait(5));
  CHECK_FALSE(queue.put_nowait(6));
  CHECK_EQUAL(2U, queue.missed());
  CHECK_EQUAL(1, get());
  CHECK_TRUE(queue.put_nowait(7));
  for (const int item : {2, 3, 4, 7}) CHECK_EQUAL(item, get());
  CHECK_EQUAL(2U, queue.missed());
}

TEST(IsrQueues, keeps_the_order_all_the_way_round_its_ring) {
  expect_order_all_the_way_round<1>();
  expect_order_all_the_way_round<2>();
  expect_order_all_the_way_round<3>();
  expect_order_all_the_way_round<8>();
  expect_order_all_the_way_round<300>();
}

TEST(IsrQueues, has_up_to_32767_places) {
  static IsrQueue<char, 32'767> large{loop};
  for (int i = 0; i < 32'767; ++i) CHECK_TRUE(large.put_nowait(static_cast<char>(i)));
  CHECK_FALSE(large.put_nowait('x'));
  for (int i = 0; i < 20'000; ++i) CHECK_EQUAL(static_cast<char>(i), *large.get_nowait());
  for (int i = 0; i < 20'000; ++i) CHECK_TRUE(large.put_nowait('y'));
  CHECK_TRUE(large.full());
  for (int i = 20'000; i < 32'767; ++i) CHECK_EQUAL(static_cast<char>(i), *large.get_nowait());
  CHECK_EQUAL(20'000U, large.size());
}

TEST(IsrQueues, an_item_that_is_there_ends_a_get_in_the_next_pass) {
  queue.put_nowait(1);
  run_pass();  // the wake is used up
  const Future<int> item = queue.get();
  CHECK_FALSE(item.done());
  CHECK_EQUAL(1U, queue.size());
  run_pass();
  CHECK_EQUAL(1, value_of(item.result()));
  CHECK_TRUE(queue.empty());
}

TEST(IsrQueues, an_item_wakes_the_loop_and_who_waits_for_it) {
  const Future<void> waiting = queue.get().then([this](int item) { log += std::to_string(item); });
  run_ready();
  queue.put_nowait(3);
  CHECK_TRUE(port.woken());
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("3", log.c_str());
}

TEST(IsrQueues, those_who_wait_are_served_in_line) {
  std::vector<Future<void>> waiting;
  for (int i = 0; i < 3; ++i)
    waiting.push_back(queue.get().then(
        [this, i](int item) { log += std::to_string(i) + ":" + std::to_string(item) + " "; }));
  fill();
  run_pass();
  STRCMP_EQUAL("0:1 1:2 2:3 ", log.c_str());
  CHECK_EQUAL(1U, queue.size());
}

TEST(IsrQueues, one_item_serves_one) {
  const Future<int> first = queue.get();
  const Future<int> second = queue.get();
  queue.put_nowait(1);
  run_ready();
  CHECK_EQUAL(1, value_of(first.result()));
  CHECK_FALSE(second.done());
  CHECK_EQUAL(1U, loop.stats().callbacks_run);
  queue.put_nowait(2);
  run_ready();
  CHECK_EQUAL(2, value_of(second.result()));
}

TEST(IsrQueues, the_item_of_one_who_was_cancelled_goes_to_the_next) {
  Future<int> first = queue.get();
  const Future<int> second = queue.get();
  queue.put_nowait(1);
  loop.call_soon([&first] { CHECK_TRUE(first.cancel()); });
  run_ready();
  CHECK_EQUAL(Errc::cancelled, code(first));
  CHECK_EQUAL(1, value_of(second.result()));
}

TEST(IsrQueues, the_item_of_one_who_was_granted_it_and_is_cancelled_goes_to_the_next) {
  queue.put_nowait(1);
  run_pass();  // the wake is used up
  Future<int> first = queue.get();
  const Future<int> second = queue.get();
  CHECK_TRUE(first.cancel());
  CHECK_EQUAL(1, *loop.run_until_complete(second));
}

TEST(IsrQueues, an_item_that_nobody_is_left_to_get_stays) {
  queue.put_nowait(1);
  Future<int> getting = queue.get();
  CHECK_TRUE(getting.cancel());
  static_cast<void>(queue.get());
  run_ready();
  CHECK_EQUAL(1, get());
}

TEST(IsrQueues, get_nowait_may_be_first_and_the_getter_keeps_its_place) {
  queue.put_nowait(1);
  const Future<int> first = queue.get();
  CHECK_EQUAL(1, get());
  const Future<int> second = queue.get();
  run_ready();
  CHECK_FALSE(first.done());
  queue.put_nowait(2);
  run_ready();
  CHECK_EQUAL(2, value_of(first.result()));
  CHECK_FALSE(second.done());
}

TEST(IsrQueues, a_getter_whose_item_was_taken_comes_before_one_who_was_granted_after_it) {
  queue.put_nowait(1);
  const Future<int> first = queue.get();
  loop.call_soon([this] { queue.put_nowait(3); });
  queue.put_nowait(2);
  const Future<int> second = queue.get();
  CHECK_EQUAL(1, get());
  CHECK_EQUAL(2, get());
  run_ready();
  CHECK_EQUAL(3, value_of(first.result()));
  CHECK_FALSE(second.done());
}

TEST(IsrQueues, an_item_that_does_not_come_in_time_times_out_and_is_there_for_the_next) {
  const Future<int> limited = eyelet::wait_for(queue.get(), 10ms);
  advance(10ms);
  CHECK_EQUAL(Errc::timed_out, code(limited));
  queue.put_nowait(1);
  const Future<int> next = queue.get();
  run_ready();
  CHECK_EQUAL(1, value_of(next.result()));
}

TEST(IsrQueues, puts_need_no_block) {
  const Future<int> waiting = queue.get();
  for (std::size_t i = 1; i < 64; ++i) hogs[i] = loop.create_future<int>();
  fill();
  run_pass();
  CHECK_EQUAL(1, value_of(waiting.result()));
  check_reports();
}

TEST(IsrQueues, without_a_block_get_fails_and_the_items_stay) {
  for (auto& hog : hogs) hog = loop.create_future<int>();
  fill();
  CHECK_EQUAL(Errc::out_of_blocks, code(queue.get()));
  check_reports(Errc::out_of_blocks);
  CHECK_EQUAL(1, get());
  hogs[0] = {};
  const Future<int> second = queue.get();
  run_ready();
  CHECK_EQUAL(2, value_of(second.result()));
}

TEST(IsrQueues, of_a_closed_loop_takes_items_and_cannot_be_waited_for) {
  const Future<int> waiting = queue.get();
  CHECK_TRUE(loop.close().has_value());
  CHECK_EQUAL(Errc::broken_promise, code(waiting));
  fill();
  CHECK_EQUAL(Errc::closed, code(queue.get()));
  CHECK_EQUAL(1, get());
}

TEST(IsrQueues, put_in_a_pass_that_had_other_things_to_do_makes_poll_ask_to_be_called_again) {
  const Future<int> waiting = queue.get();
  loop.call_soon([this] { queue.put_nowait(1); });
  CHECK_TRUE(loop.poll() == eyelet::kAtOnce);
  CHECK_TRUE(loop.poll() == eyelet::kNever);
  CHECK_EQUAL(1, value_of(waiting.result()));
}

// N21
TEST(IsrQueues, items_of_an_interrupt_at_any_moment_arrive_once_and_in_order) {
  for (int moment = 0; moment < 40; ++moment) {
    InterruptPort board;
    StaticLoop<4> there{board};
    IsrQueue<int, 2> received{there};
    int put = 0;
    board.interrupt(
        moment,
        [&] {
          if (received.put_nowait(put + 1)) ++put;
        },
        5);
    int got = 0;
    while (got < put || board.can_be_woken()) {
      const eyelet::Result<int> item = there.run_until_complete(received.get());
      if (!item) break;  // all that were not refused are here: nothing can wake the loop any more
      ++got;
      CHECK_EQUAL(got, *item);
    }
    CHECK_EQUAL(put, got);
    CHECK_EQUAL(5U, put + received.missed());
  }
}
