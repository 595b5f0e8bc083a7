// SPDX-License-Identifier: BSL-1.0
// An item is handed over exactly once, in order, whatever ends around it.
#include <optional>
#include <tests/fixture.hpp>

using namespace fixture;

namespace {

using Queue = eyelet::Queue<int, 2>;

/// A tagged value that is ordered by its rank alone.
struct Ranked {
  int rank;
  int tag;
  bool operator<(const Ranked& other) const { return rank < other.rank; }
};

/// Access to a private counter, whose wrap takes 2^32 puts otherwise.
template <class Items, std::uint32_t Items::*Member>
struct Reach {
  friend std::uint32_t& puts_of(Items& items) { return items.*Member; }
};
using RankedItems = eyelet::detail::PriorityItems<Ranked, 4>;
std::uint32_t& puts_of(RankedItems& items);
template struct Reach<RankedItems, &RankedItems::puts_>;

}  // namespace

TEST_GROUP_BASE(Queues, Fixture) {
  std::optional<Queue> queue{std::in_place, loop};
  std::array<Future<int>, 4> getter;
  std::array<Future<void>, 4> putter;
  std::array<Future<int>, 64> hogs;

  void teardown() override {
    getter.fill({});
    putter.fill({});
    hogs.fill({});
    check_clean();
  }

  void get(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) getter[i] = queue->get();
  }
  /// Puts `n` items from `first` on, waiting.
  void put(std::size_t n, int first) {
    for (std::size_t i = 0; i < n; ++i) putter[i] = queue->put(first + static_cast<int>(i));
  }
  void fill() {
    CHECK_EQUAL(Errc::none, code(queue->put_nowait(1)));
    CHECK_EQUAL(Errc::none, code(queue->put_nowait(2)));
  }
  void has(std::size_t i, int item) {
    CHECK_EQUAL(Errc::none, code(getter[i]));
    CHECK_EQUAL(item, value_of(getter[i].result()));
  }
  void check_nowait(int item) {
    const Result<int> got = queue->get_nowait();
    CHECK_EQUAL(Errc::none, code(got));
    CHECK_EQUAL(item, *got);
  }
};

TEST(Queues, holds_items_in_order_and_tells_how_many) {
  CHECK_EQUAL(2U, Queue::capacity());
  CHECK_TRUE(queue->empty());
  CHECK_FALSE(queue->full());
  CHECK_EQUAL(Errc::queue_empty, code(queue->get_nowait()));
  fill();
  CHECK_EQUAL(2U, queue->size());
  CHECK_TRUE(queue->full());
  CHECK_EQUAL(Errc::queue_full, code(queue->put_nowait(3)));
  CHECK_EQUAL(2U, queue->size());
  check_nowait(1);
  const int three = 3;
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(three)));
  check_nowait(2);
  check_nowait(3);
  CHECK_TRUE(queue->empty());
  CHECK_EQUAL(0U, in_use());
}

TEST(Queues, get_and_put_are_pending_until_their_turn_also_when_they_need_not_wait) {
  auto put = queue->put(1);
  CHECK_FALSE(put.done());
  CHECK_TRUE(queue->empty());
  run_pass();
  CHECK_TRUE(put.done());
  auto get = queue->get();
  CHECK_FALSE(get.done());
  CHECK_EQUAL(1U, queue->size());
  run_pass();
  CHECK_EQUAL(1, value_of(get.result()));
  CHECK_TRUE(queue->empty());
}

TEST(Queues, getters_are_served_in_order) {
  get(3);
  put(3, 10);
  run_ready();
  for (std::size_t i = 0; i < 3; ++i) has(i, 10 + static_cast<int>(i));
  CHECK_TRUE(queue->empty());
}

TEST(Queues, putters_get_in_in_order) {
  fill();
  put(3, 3);
  run_ready();
  CHECK_FALSE(putter[0].done());
  for (int item = 1; item <= 5; ++item) {
    check_nowait(item);
    run_ready();
  }
  for (std::size_t i = 0; i < 3; ++i) CHECK_EQUAL(Errc::none, code(putter[i]));
}

TEST(Queues, an_item_whose_getter_result_nobody_takes_goes_with_it) {
  eyelet::Queue<MoveOnly, 1> items{loop};
  CHECK_EQUAL(Errc::none, code(items.put_nowait(MoveOnly{1})));
  auto f = items.get();
  run_pass();
  CHECK_EQUAL(1, Live::count);
  f = {};
  CHECK_EQUAL(0, Live::count);
}

// Q1
TEST(Queues, a_getter_cancelled_after_a_put_leaves_the_items_in_order) {
  get(1);
  fill();
  CHECK_TRUE(getter[0].cancel());
  CHECK_EQUAL(2U, queue->size());
  get(2);
  run_pass();
  has(0, 1);
  has(1, 2);
}

// Q1
TEST(Queues, a_getter_cancelled_after_a_put_stalls_no_other) {
  get(3);
  fill();
  CHECK_TRUE(getter[0].cancel());
  run_pass();
  has(1, 1);
  has(2, 2);
}

// Q1
TEST(Queues, a_getter_dropped_after_a_put_stalls_no_other) {
  get(3);
  fill();
  getter[0] = {};
  getter[1] = {};
  run_pass();
  has(2, 1);
  CHECK_EQUAL(1U, queue->size());
}

TEST(Queues, a_putter_cancelled_after_room_was_made_makes_room_for_the_next) {
  fill();
  put(2, 3);
  check_nowait(1);
  CHECK_TRUE(putter[0].cancel());
  run_pass();
  CHECK_EQUAL(Errc::none, code(putter[1]));
  check_nowait(2);
  check_nowait(4);
}

TEST(Queues, the_item_of_a_cancelled_putter_is_destroyed_and_was_never_in) {
  eyelet::Queue<MoveOnly, 1> items{loop};
  auto f = items.put(MoveOnly{1});
  CHECK_EQUAL(1, Live::count);
  CHECK_TRUE(f.cancel());
  CHECK_EQUAL(0, Live::count);
  run_pass();
  CHECK_TRUE(items.empty());
  CHECK_EQUAL(0U, items.unfinished());
}

// Q3
TEST(Queues, a_hundred_thousand_timed_out_getters_leave_the_pool_as_it_was) {
  for (int i = 0; i < 100000; ++i) {
    auto f = eyelet::wait_for(queue->get(), 1ms);
    port.advance(1ms);
    run_pass();
    run_pass();
    CHECK_TRUE(f.error().code == Errc::timed_out);
  }
  CHECK_EQUAL(0U, in_use());
  CHECK_COMPARE(loop.stats().peak, <=, 3U);
  fill();
  check_nowait(1);
}

// Q3
TEST(Queues, a_hundred_thousand_cancelled_putters_leave_the_pool_as_it_was) {
  fill();
  for (int i = 0; i < 100000; ++i) CHECK_TRUE(queue->put(3).cancel());
  CHECK_EQUAL(0U, in_use());
  CHECK_COMPARE(loop.stats().peak, <=, 3U);
  check_nowait(1);
  run_ready();
  CHECK_EQUAL(1U, queue->size());
}

// Q4
TEST(Queues, getters_and_putters_are_never_both_asleep_while_there_is_something_to_do) {
  std::uint32_t random = 3;
  int served = 0;
  for (int step = 0; step < 20000; ++step) {
    random = random * 1664525 + 1013904223;
    const std::size_t i = (random >> 8) % 4;
    switch ((random >> 16) % 8) {
      case 0: getter[i] = queue->get(); break;
      case 1: putter[i] = queue->put(step); break;
      case 2: getter[i].cancel(); break;
      case 3: putter[i].cancel(); break;
      case 4: static_cast<void>(queue->get_nowait()); break;
      case 5: static_cast<void>(queue->put_nowait(step)); break;
      default: run_pass();
    }
    if (loop.stats().ready != 0) continue;
    bool gets = false;
    bool puts = false;
    for (const auto& f : getter) gets |= !f.done();
    for (const auto& f : putter) puts |= !f.done();
    CHECK_TRUE(!gets || queue->empty());
    CHECK_TRUE(!puts || queue->full());
    ++served;
  }
  CHECK_COMPARE(served, >, 1000);
}

// Q5
TEST(Queues, a_getter_whose_item_was_taken_keeps_its_place) {
  get(2);
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(1)));
  check_nowait(1);
  run_ready();
  CHECK_FALSE(getter[0].done());
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(2)));
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(3)));
  run_ready();
  has(0, 2);
  has(1, 3);
}

// Q5
TEST(Queues, getters_whose_items_were_taken_keep_their_places_among_each_other) {
  get(3);
  fill();
  check_nowait(1);
  check_nowait(2);
  getter[3] = queue->get();
  run_ready();
  fill();
  run_ready();
  has(0, 1);
  has(1, 2);
  fill();
  run_ready();
  has(2, 1);
  has(3, 2);
}

// Q5
TEST(Queues, a_getter_whose_item_was_taken_comes_before_one_who_was_granted_after_it) {
  get(2);
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(1)));
  loop.call_soon([this] { CHECK_EQUAL(Errc::none, code(queue->put_nowait(3))); });
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(2)));
  check_nowait(1);
  check_nowait(2);
  run_ready();
  has(0, 3);
  CHECK_FALSE(getter[1].done());
}

TEST(Queues, a_putter_whose_room_was_taken_comes_before_one_who_was_granted_after_it) {
  fill();
  put(2, 3);
  check_nowait(1);
  loop.call_soon([this] { check_nowait(8); });
  check_nowait(2);
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(8)));
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(9)));
  run_ready();
  CHECK_TRUE(putter[0].done());
  CHECK_FALSE(putter[1].done());
}

// Q5
TEST(Queues, an_item_put_in_place_of_a_taken_one_reaches_the_same_getter) {
  get(2);
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(1)));
  check_nowait(1);
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(2)));
  run_ready();
  has(0, 2);
  CHECK_FALSE(getter[1].done());
}

TEST(Queues, a_putter_whose_room_was_taken_keeps_its_place) {
  fill();
  put(2, 3);
  check_nowait(1);
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(9)));
  run_ready();
  CHECK_FALSE(putter[0].done());
  check_nowait(2);
  check_nowait(9);
  run_ready();
  check_nowait(3);
  check_nowait(4);
}

// Q6
TEST(Queues, join_waits_for_the_last_task_done_in_every_kind) {
  const auto check = [this](auto& items) {
    auto idle = items.join();
    CHECK_FALSE(idle.done());
    run_pass();
    CHECK_EQUAL(Errc::none, code(idle));
    CHECK_EQUAL(Errc::none, code(items.put_nowait(1)));
    auto put = items.put(2);
    run_pass();
    CHECK_EQUAL(2U, items.unfinished());
    auto a = items.join();
    auto b = items.join();
    CHECK_TRUE(items.get_nowait().has_value());
    CHECK_TRUE(items.get_nowait().has_value());
    CHECK_EQUAL(Errc::none, code(items.task_done()));
    run_ready();
    CHECK_FALSE(a.done());
    CHECK_EQUAL(1U, items.unfinished());
    CHECK_EQUAL(Errc::none, code(items.task_done()));
    CHECK_FALSE(a.done());
    run_pass();
    CHECK_EQUAL(Errc::none, code(a));
    CHECK_EQUAL(Errc::none, code(b));
  };
  eyelet::Queue<int, 2> fifo{loop};
  eyelet::LifoQueue<int, 2> lifo{loop};
  eyelet::PriorityQueue<int, 2> priority{loop};
  check(fifo);
  check(lifo);
  check(priority);
}

TEST(Queues, a_cancelled_join_leaves_at_once) {
  fill();
  auto f = queue->join();
  CHECK_TRUE(f.cancel());
  CHECK_TRUE(f.cancelled());
  f = {};
  CHECK_EQUAL(0U, in_use());
}

// S5
TEST(Queues, task_done_more_often_than_items_were_put_is_invalid_state) {
  CHECK_EQUAL(Errc::invalid_state, code(queue->task_done()));
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(1)));
  CHECK_EQUAL(Errc::none, code(queue->task_done()));
  CHECK_EQUAL(Errc::invalid_state, code(queue->task_done()));
  CHECK_EQUAL(0U, queue->unfinished());
  CHECK_EQUAL(1U, queue->size());
}

TEST(Queues, lifo_gives_the_newest_first) {
  eyelet::LifoQueue<MoveOnly, 3> items{loop};
  for (int i = 1; i <= 3; ++i) CHECK_EQUAL(Errc::none, code(items.put_nowait(MoveOnly{i})));
  CHECK_EQUAL(Errc::queue_full, code(items.put_nowait(MoveOnly{4})));
  CHECK_EQUAL(3, items.get_nowait()->id);
  CHECK_EQUAL(Errc::none, code(items.put_nowait(MoveOnly{5})));
  CHECK_EQUAL(5, items.get_nowait()->id);
  CHECK_EQUAL(2, items.get_nowait()->id);
  CHECK_EQUAL(1, items.get_nowait()->id);
  CHECK_TRUE(items.empty());
}

TEST(Queues, priority_gives_the_smallest_first) {
  eyelet::PriorityQueue<int, 8> items{loop};
  const std::array<int, 8> in{5, 3, 8, 1, 7, 2, 6, 4};
  for (int round = 0; round < 3; ++round) {
    for (int i : in) CHECK_EQUAL(Errc::none, code(items.put_nowait(i)));
    for (int i = 1; i <= 8; ++i) CHECK_EQUAL(i, *items.get_nowait());
  }
}

// Q7
TEST(Queues, equal_priorities_come_out_in_the_order_they_were_put) {
  eyelet::PriorityQueue<Ranked, 8> items{loop};
  for (int i = 0; i < 8; ++i) CHECK_EQUAL(Errc::none, code(items.put_nowait(Ranked{1, i})));
  for (int i = 0; i < 8; ++i) CHECK_EQUAL(i, items.get_nowait()->tag);
}

// Q7
TEST(Queues, priorities_are_stable_whatever_is_put_and_got_between) {
  eyelet::PriorityQueue<Ranked, 8> items{loop};
  std::uint32_t random = 11;
  std::array<int, 3> last{-1, -1, -1};
  for (int step = 0; step < 20000; ++step) {
    random = random * 1664525 + 1013904223;
    if ((random >> 20) % 2 == 0) {
      static_cast<void>(items.put_nowait(Ranked{static_cast<int>((random >> 24) % 3), step}));
    } else if (const Result<Ranked> got = items.get_nowait()) {
      int& previous = last[static_cast<std::size_t>(got->rank)];
      CHECK_COMPARE(got->tag, >, previous);
      previous = got->tag;
    }
  }
}

// Q7
TEST(Queues, equal_priorities_keep_their_order_across_the_wrap_of_the_counter) {
  for (std::uint32_t before = 0; before < 5; ++before) {
    RankedItems items;
    puts_of(items) = 0U - before;
    for (int i = 0; i < 4; ++i) items.push(Ranked{1, i});
    for (int i = 0; i < 4; ++i) CHECK_EQUAL(i, items.pop().tag);
  }
}

TEST(Queues, move_only_items_travel_through_waiting_putters_and_getters_and_live_once) {
  const auto check = [this](auto& items) {
    {
      std::array<Future<void>, 3> puts;
      for (int i = 0; i < 3; ++i)
        puts[static_cast<std::size_t>(i)] = items.put(MoveOnly{static_cast<int>(i)});
      CHECK_EQUAL(3, Live::count);
      run_ready();
      CHECK_EQUAL(3, Live::count);
      int sum = 0;
      for (int i = 0; i < 3; ++i) {
        auto got = items.get().then([&](MoveOnly item) { sum += 1 << item.id; });
        run_ready();
      }
      CHECK_EQUAL(7, sum);
      CHECK_EQUAL(0, Live::count);
    }
  };
  struct Ordered : MoveOnly {
    using MoveOnly::MoveOnly;
    Ordered(MoveOnly&& item) : MoveOnly{std::move(item)} {}
    bool operator<(const Ordered& other) const { return id < other.id; }
  };
  eyelet::Queue<MoveOnly, 2> fifo{loop};
  eyelet::LifoQueue<MoveOnly, 2> lifo{loop};
  eyelet::PriorityQueue<Ordered, 2> priority{loop};
  check(fifo);
  check(lifo);
  check(priority);
}

TEST(Queues, an_item_that_is_refused_is_left_as_it_was) {
  eyelet::Queue<MoveOnly, 1> items{loop};
  MoveOnly item{1};
  CHECK_EQUAL(Errc::none, code(items.put_nowait(MoveOnly{0})));
  CHECK_EQUAL(Errc::queue_full, code(items.put_nowait(std::move(item))));
  CHECK_EQUAL(1, item.id);
  items.shutdown();
  CHECK_EQUAL(Errc::queue_shut_down, code(items.put_nowait(std::move(item))));
  CHECK_EQUAL(1, item.id);
}

// Q8
TEST(Queues, shut_down_gracefully_getters_drain_it_and_then_fail) {
  get(3);
  fill();
  queue->shutdown();
  run_ready();
  has(0, 1);
  has(1, 2);
  CHECK_EQUAL(Errc::queue_shut_down, code(getter[2]));
}

// Q8
TEST(Queues, shut_down_gracefully_when_empty_ends_getters) {
  get(2);
  queue->shutdown();
  run_ready();
  CHECK_EQUAL(Errc::queue_shut_down, code(getter[0]));
  CHECK_EQUAL(Errc::queue_shut_down, code(getter[1]));
}

// Q8
TEST(Queues, shut_down_gracefully_those_who_come_later_drain_it_and_then_fail) {
  fill();
  queue->shutdown();
  get(3);
  run_ready();
  has(0, 1);
  has(1, 2);
  CHECK_EQUAL(Errc::queue_shut_down, code(getter[2]));
  CHECK_EQUAL(Errc::queue_shut_down, code(queue->get()));
  CHECK_EQUAL(Errc::queue_shut_down, code(queue->get_nowait()));
}

// Q8
TEST(Queues, shut_down_gracefully_getters_whose_items_are_taken_fail) {
  get(3);
  fill();
  queue->shutdown();
  check_nowait(1);
  check_nowait(2);
  run_ready();
  for (std::size_t i = 0; i < 3; ++i) CHECK_EQUAL(Errc::queue_shut_down, code(getter[i]));
}

// Q8
TEST(Queues, shut_down_gracefully_a_cancelled_getter_leaves_its_item_to_the_next) {
  get(3);
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(1)));
  queue->shutdown();
  CHECK_TRUE(getter[0].cancel());
  run_ready();
  has(1, 1);
  CHECK_EQUAL(Errc::queue_shut_down, code(getter[2]));
}

// Q8
TEST(Queues, shut_down_ends_putters_also_those_for_whom_there_is_room) {
  for (const bool immediate : {false, true}) {
    queue.emplace(loop);
    fill();
    put(2, 3);
    check_nowait(1);
    queue->shutdown(immediate);
    run_ready();
    CHECK_EQUAL(Errc::queue_shut_down, code(putter[0]));
    CHECK_EQUAL(Errc::queue_shut_down, code(putter[1]));
    CHECK_EQUAL(immediate ? 0U : 1U, queue->size());
    CHECK_EQUAL(Errc::queue_shut_down, code(queue->put(5)));
    CHECK_EQUAL(Errc::queue_shut_down, code(queue->put_nowait(5)));
  }
}

// Q8
TEST(Queues, shut_down_ends_a_putter_whose_room_was_taken) {
  fill();
  put(1, 3);
  check_nowait(1);
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(4)));
  queue->shutdown();
  run_ready();
  CHECK_EQUAL(Errc::queue_shut_down, code(putter[0]));
}

// Q8
TEST(Queues, shut_down_immediately_drops_items_and_ends_getters_granted_or_not) {
  eyelet::Queue<MoveOnly, 2> items{loop};
  std::array<Future<MoveOnly>, 3> gets{items.get(), items.get(), items.get()};
  for (int i = 0; i < 2; ++i) CHECK_EQUAL(Errc::none, code(items.put_nowait(MoveOnly{i})));
  items.shutdown(true);
  CHECK_EQUAL(0, Live::count);
  CHECK_TRUE(items.empty());
  run_ready();
  for (const auto& f : gets) CHECK_EQUAL(Errc::queue_shut_down, code(f));
}

// Q8
TEST(Queues, shut_down_gracefully_join_waits_for_what_is_inside) {
  fill();
  auto joined = queue->join();
  queue->shutdown();
  run_ready();
  CHECK_FALSE(joined.done());
  for (int i = 1; i <= 2; ++i) {
    check_nowait(i);
    CHECK_EQUAL(Errc::none, code(queue->task_done()));
  }
  run_ready();
  CHECK_EQUAL(Errc::none, code(joined));
}

// Q8
TEST(Queues, shut_down_immediately_join_waits_only_for_what_was_got) {
  fill();
  check_nowait(1);
  auto joined = queue->join();
  queue->shutdown(true);
  CHECK_EQUAL(1U, queue->unfinished());
  run_ready();
  CHECK_FALSE(joined.done());
  CHECK_EQUAL(Errc::none, code(queue->task_done()));
  run_ready();
  CHECK_EQUAL(Errc::none, code(joined));
}

// Q8
TEST(Queues, shut_down_immediately_when_nothing_was_got_releases_join) {
  fill();
  auto joined = queue->join();
  queue->shutdown(true);
  CHECK_EQUAL(0U, queue->unfinished());
  run_ready();
  CHECK_EQUAL(Errc::none, code(joined));
  CHECK_EQUAL(Errc::invalid_state, code(queue->task_done()));
}

TEST(Queues, shut_down_twice_first_gracefully_and_then_immediately) {
  fill();
  queue->shutdown();
  CHECK_EQUAL(2U, queue->size());
  queue->shutdown(true);
  CHECK_EQUAL(0U, queue->size());
  queue->shutdown();
}

TEST(Queues, without_a_block_refuses_and_keeps_its_items) {
  eyelet::Queue<MoveOnly, 1> items{loop};
  for (auto& hog : hogs) hog = loop.create_future<int>();
  CHECK_EQUAL(Errc::out_of_blocks, code(items.get()));
  CHECK_EQUAL(Errc::out_of_blocks, code(items.put(MoveOnly{1})));
  CHECK_EQUAL(Errc::out_of_blocks, code(items.join()));
  CHECK_EQUAL(0, Live::count);
  CHECK_TRUE(items.empty());
  CHECK_EQUAL(0U, items.unfinished());
  CHECK_EQUAL(Errc::none, code(items.put_nowait(MoveOnly{2})));
  CHECK_EQUAL(Errc::out_of_blocks, code(items.get()));
  for (auto& hog : hogs) hog = {};
  auto got = items.get();
  auto put = items.put(MoveOnly{3});
  run_ready();
  CHECK_EQUAL(2, value_of(got.result()).id);
  CHECK_EQUAL(1U, items.size());
  check_reports(Errc::out_of_blocks, Errc::out_of_blocks, Errc::out_of_blocks, Errc::out_of_blocks);
}

TEST(Queues, destroyed_leaves_its_waiters_broken_and_destroys_its_items) {
  for (const bool full : {false, true}) {
    std::optional<eyelet::Queue<MoveOnly, 1>> items{std::in_place, loop};
    if (full) CHECK_EQUAL(Errc::none, code(items->put_nowait(MoveOnly{0})));
    std::array<Future<MoveOnly>, 2> gets{items->get(), items->get()};
    std::array<Future<void>, 2> puts{items->put(MoveOnly{1}), items->put(MoveOnly{2})};
    auto joined = items->join();
    items.reset();
    CHECK_EQUAL(0, Live::count);
    for (const auto& f : gets) CHECK_EQUAL(Errc::broken_promise, code(f));
    for (const auto& f : puts) CHECK_EQUAL(Errc::broken_promise, code(f));
    CHECK_EQUAL(Errc::broken_promise, code(joined));
    run_ready();
  }
}

TEST(Queues, destroyed_by_the_one_it_gave_an_item_to) {
  auto f = queue->get().then([this](int) { queue.reset(); });
  get(1);
  fill();
  run_ready();
  CHECK_EQUAL(Errc::none, code(f));
  CHECK_EQUAL(Errc::broken_promise, code(getter[0]));
}

TEST(Queues, closing_the_loop_ends_all_who_wait_and_keeps_the_items) {
  get(1);
  fill();
  put(2, 3);
  auto joined = queue->join();
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(Errc::broken_promise, code(getter[0]));
  CHECK_EQUAL(Errc::broken_promise, code(putter[0]));
  CHECK_EQUAL(Errc::broken_promise, code(putter[1]));
  CHECK_EQUAL(Errc::broken_promise, code(joined));
  CHECK_EQUAL(Errc::closed, code(queue->get()));
  CHECK_EQUAL(Errc::closed, code(queue->put(1)));
  check_nowait(1);
  check_nowait(2);
}

TEST(Queues, nobody_runs_between_taking_an_item_and_having_it) {
  auto f = queue->get().then([this](int) {
    CHECK_TRUE(queue->empty());
    note("consumer")();
  });
  CHECK_EQUAL(Errc::none, code(queue->put_nowait(1)));
  loop.call_soon([this] {
    CHECK_TRUE(queue->empty());
    note("between")();
  });
  run_pass();
  STRCMP_EQUAL("consumer between ", log.c_str());
}

namespace {

/// An item that calls `fn` when it is destroyed for good.
struct Calls {
  Calls(void (*fn)(void*), void* context) : fn{fn}, context{context} {}
  Calls(Calls&& other) noexcept : fn{std::exchange(other.fn, nullptr)}, context{other.context} {}
  Calls& operator=(Calls&& other) noexcept {
    std::swap(fn, other.fn);
    std::swap(context, other.context);
    return *this;
  }
  ~Calls() {
    if (fn != nullptr) fn(context);
  }
  void (*fn)(void*);
  void* context;
};

}  // namespace

TEST_GROUP_BASE(QueueReentry, Fixture) {
  using Items = eyelet::Queue<Calls, 2>;
  std::optional<Items> items{std::in_place, loop};
  Future<Calls> got;
  Future<void> put;
  int calls = 0;

  void teardown() override {
    got = {};
    put = {};
    run_ready();
    check_clean();
  }

  template <class F>
  Calls item(F&) {
    return Calls{[](void* self) {
                   auto* const group = static_cast<TEST_GROUP_CppUTestGroupQueueReentry*>(self);
                   ++group->calls;
                   F::call(*group);
                 },
                 this};
  }
  static void nothing(void*) {}
};

TEST(QueueReentry, an_item_dropped_by_shutdown_that_comes_back_to_the_queue) {
  struct Back {
    static void call(TEST_GROUP_CppUTestGroupQueueReentry& group) {
      CHECK_EQUAL(Errc::queue_shut_down, code(group.items->put_nowait(Calls{nothing, nullptr})));
      static_cast<void>(group.items->get_nowait());
      static_cast<void>(group.items->task_done());
      group.items->shutdown(true);
      static_cast<void>(group.items->join());
    }
  } back;
  CHECK_EQUAL(Errc::none, code(items->put_nowait(item(back))));
  CHECK_EQUAL(Errc::none, code(items->put_nowait(item(back))));
  items->shutdown(true);
  CHECK_EQUAL(2, calls);
  CHECK_TRUE(items->empty());
  CHECK_EQUAL(0U, items->unfinished());
}

TEST(QueueReentry, an_item_of_a_cancelled_putter_that_comes_back_to_the_queue) {
  struct Back {
    static void call(TEST_GROUP_CppUTestGroupQueueReentry& group) {
      static_cast<void>(group.items->get_nowait());
      group.put = group.items->put(Calls{nothing, nullptr});
    }
  } back;
  for (int i = 0; i < 2; ++i)
    CHECK_EQUAL(Errc::none, code(items->put_nowait(Calls{nothing, nullptr})));
  put = items->put(item(back));
  const Future<void> same = put;
  CHECK_TRUE(same.cancel());
  CHECK_EQUAL(1, calls);
  run_ready();
  CHECK_EQUAL(Errc::none, code(put));
  CHECK_EQUAL(2U, items->size());
}

TEST(QueueReentry, an_item_of_a_dropped_putter_that_puts_another) {
  struct Back {
    static void call(TEST_GROUP_CppUTestGroupQueueReentry& group) {
      group.put = group.items->put(Calls{nothing, nullptr});
    }
  } back;
  put = items->put(item(back));
  put = {};
  run_ready();
  CHECK_EQUAL(1, calls);
  CHECK_EQUAL(1U, items->size());
}

TEST(QueueReentry, an_item_of_a_putter_that_shutdown_ends_that_drops_the_putter) {
  struct Back {
    static void call(TEST_GROUP_CppUTestGroupQueueReentry& group) {
      group.put = {};
      group.items->shutdown(true);
    }
  } back;
  for (int i = 0; i < 2; ++i)
    CHECK_EQUAL(Errc::none, code(items->put_nowait(Calls{nothing, nullptr})));
  put = items->put(item(back));
  items->shutdown();
  CHECK_EQUAL(1, calls);
  CHECK_TRUE(items->empty());
  report_count = 0;
}

TEST(QueueReentry, an_item_in_a_result_that_nobody_takes_that_gets_the_next) {
  struct Back {
    static void call(TEST_GROUP_CppUTestGroupQueueReentry& group) {
      group.got = group.items->get();
    }
  } back;
  CHECK_EQUAL(Errc::none, code(items->put_nowait(item(back))));
  CHECK_EQUAL(Errc::none, code(items->put_nowait(Calls{nothing, nullptr})));
  got = items->get();
  run_pass();
  got = {};
  run_pass();
  CHECK_EQUAL(1, calls);
  CHECK_EQUAL(Errc::none, code(got));
  CHECK_TRUE(items->empty());
}

TEST(QueueReentry, an_item_destroyed_with_its_queue_finds_it_shut_down) {
  struct Back {
    static void call(TEST_GROUP_CppUTestGroupQueueReentry& group) {
      CHECK_EQUAL(Errc::queue_shut_down, code(group.items->put_nowait(Calls{nothing, nullptr})));
      group.put = group.items->put(Calls{nothing, nullptr});
      group.got = group.items->get();
    }
  } back;
  CHECK_EQUAL(Errc::none, code(items->put_nowait(item(back))));
  auto waits = items->put(item(back));
  items->~Items();
  CHECK_TRUE(put.done());
  CHECK_TRUE(got.done());
  CHECK_EQUAL(2, calls);
  ::new (static_cast<void*>(&*items)) Items{loop};
}

TEST(QueueReentry, an_item_that_stops_the_loop_while_that_closes) {
  struct Back {
    static void call(TEST_GROUP_CppUTestGroupQueueReentry& group) {
      CHECK_EQUAL(Errc::none, code(group.loop.close()));
      CHECK_EQUAL(Errc::closed, code(group.items->get()));
      group.put = {};
    }
  } back;
  put = items->put(item(back));
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(1, calls);
}
