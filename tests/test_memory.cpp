// SPDX-License-Identifier: BSL-1.0
// What each call costs in blocks, as its comment says: what it takes, that it never asks for more,
// and what is left of it when it has ended.
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::kReturnErrors;
using eyelet::ReturnWhen;
using eyelet::sleep;

TEST_GROUP_BASE(Memory, CombinatorFixture) {
  Future<int> a;
  Future<int> b;
  std::array<Future<int>, 2> both;

  void setup() override {
    a = loop.create_future<int>();
    b = loop.create_future<int>();
    both = {a, b};
  }
  void teardown() override {
    a = b = {};
    both.fill({});
    run_ready();
    check_clean();
  }

  void complete() {
    a.set_result(1);
    b.set_result(2);
  }

  /// With `blocks` free blocks, and not with one less, `begin()` begins, and takes all of them; it
  /// ends well after `end()` without having asked for more, and then keeps one for its outcome.
  template <class Begin, class End>
  void check_cost(std::size_t blocks, Begin begin, End end) {
    occupy(blocks - 1);
    CHECK_EQUAL(Errc::out_of_blocks, code(begin()));
    run_ready();
    CHECK_EQUAL(64 - blocks + 1, in_use());
    check_reports(Errc::out_of_blocks);
    vacate();
    occupy(blocks);
    {
      const auto waiting = begin();
      CHECK_FALSE(waiting.done());
      CHECK_EQUAL(64U, in_use());
      end();
      settle();
      CHECK_EQUAL(Errc::none, code(waiting));
      CHECK_EQUAL(64 - blocks + 1, in_use());
    }
    vacate();
    check_reports();
  }

  /// Blocks in use beside those that were when this was called.
  auto count_from_here() {
    return [this, before = in_use()] { return in_use() - before; };
  }
};

// --- One block ---

TEST(Memory, of_a_sleep_is_one_block) {
  check_cost(
      1, [this] { return sleep(loop, 5us); }, [this] { advance(5us); });
}

TEST(Memory, of_an_acquire_is_one_block) {
  eyelet::Lock lock{loop};
  eyelet::Semaphore semaphore{loop, 0};
  eyelet::Guard<eyelet::Lock> held = lock.try_acquire();
  check_cost(
      1, [&] { return lock.acquire(); }, [&] { held.release(); });
  check_cost(
      1, [&] { return semaphore.acquire(); }, [&] { semaphore.release(); });
}

TEST(Memory, of_an_acquire_goes_with_the_guard_that_is_taken) {
  eyelet::Lock lock{loop};
  const auto blocks = count_from_here();
  Future<eyelet::Guard<eyelet::Lock>> acquired = lock.acquire();
  run_ready();
  const auto guard = acquired.take();
  acquired = {};
  CHECK_TRUE(lock.locked());
  CHECK_EQUAL(0U, blocks());
}

TEST(Memory, of_waiting_for_an_event_a_barrier_or_a_flag_is_one_block) {
  eyelet::Event event{loop};
  eyelet::Barrier barrier{loop, 2};
  eyelet::ThreadSafeFlag flag{loop};
  check_cost(
      1, [&] { return event.wait(); }, [&] { event.set(); });
  check_cost(
      1, [&] { return barrier.wait(); }, [&] { static_cast<void>(barrier.try_wait()); });
  check_cost(
      1, [&] { return flag.wait(); }, [&] { flag.set(); });
  loop.close();
}

TEST(Memory, of_waiting_for_a_condition_is_one_block_also_while_it_waits_for_the_lock) {
  eyelet::Lock lock{loop};
  eyelet::Condition condition{lock};
  eyelet::Guard<eyelet::Lock> held = lock.try_acquire();
  bool flag = false;
  occupy(1);
  {
    const auto waiting = condition.wait_for([&flag] { return flag; });
    CHECK_EQUAL(64U, in_use());
    for (const bool last : {false, true}) {
      auto between = lock.try_acquire();
      flag = last;
      CHECK_EQUAL(Errc::none, code(condition.notify()));
      run_ready();
      CHECK_FALSE(waiting.done());
      between.release();
      run_ready();
    }
    CHECK_EQUAL(Errc::none, code(waiting));
  }
  vacate();
  check_reports();
}

TEST(Memory, of_waiting_in_a_queue_is_one_block_that_holds_the_item) {
  eyelet::Queue<int, 1> queue{loop};
  eyelet::IsrQueue<int, 1> items{loop};
  check_cost(
      1, [&] { return queue.get(); }, [&] { static_cast<void>(queue.put_nowait(1)); });
  static_cast<void>(queue.put_nowait(2));
  check_cost(
      1, [&] { return queue.put(3); }, [&] { static_cast<void>(queue.get_nowait()); });
  check_cost(
      1, [&] { return queue.join(); },
      [&] {
        while (queue.unfinished() != 0) static_cast<void>(queue.task_done());
      });
  check_cost(
      1, [&] { return items.get(); }, [&] { static_cast<void>(items.put_nowait(1)); });
  loop.close();
}

TEST(Memory, of_a_continuation_is_one_block) {
  const auto plus = [](int n) { return n + 1; };
  check_cost(
      1, [&] { return a.then(plus); }, [this] { a.set_result(1); });
  check_cost(
      1, [&] { return b.or_else([](Error) { return 0; }); }, [this] { b.set_error(Errc::user); });
  a = loop.create_future<int>();
  check_cost(
      1, [&] { return a.finally([] {}); }, [this] { a.set_result(1); });
}

TEST(Memory, of_a_task_is_one_block_besides_what_it_awaits) {
  check_cost(
      1, [this] { return loop.create_task([this] { return a; }, "named"); },
      [this] { a.set_result(1); });
}

TEST(Memory, of_ensure_future_is_one_block_unless_it_is_given_a_future) {
  const auto blocks = count_from_here();
  const auto same = eyelet::ensure_future(loop, a);
  CHECK_EQUAL(0U, blocks());
  const auto task = eyelet::ensure_future(loop, [] { return 1; });
  CHECK_EQUAL(1U, blocks());
  const auto value = eyelet::ensure_future(loop, 1);
  CHECK_EQUAL(2U, blocks());
  CHECK_EQUAL(1, value_of(value.result()));
  run_ready();
}

TEST(Memory, of_a_shield_is_one_block) {
  check_cost(
      1, [this] { return eyelet::shield(a); }, [this] { a.set_result(1); });
}

// --- More ---

TEST(Memory, of_a_limit_is_two_blocks) {
  eyelet::Timeout timeout;
  check_cost(
      2, [this] { return wait_for(a, 1h); }, [this] { a.set_result(1); });
  check_cost(
      2, [&] { return timeout.run(b, 1h); }, [this] { b.set_result(1); });
}

TEST(Memory, of_moving_a_limit_is_one_block_for_the_length_of_the_call) {
  eyelet::Timeout timeout;
  const auto limited = timeout.run(a, 1h);
  occupy(1);
  CHECK_EQUAL(Errc::none, code(timeout.reschedule(eyelet::kNever)));
  CHECK_EQUAL(63U, in_use());
  vacate();
}

// What a round waits for is two blocks here, and one is the loop's.
TEST(Memory, of_a_repeat_is_one_block_and_one_for_an_outcome_while_the_next_round_begins) {
  const auto repeat_with = [this](std::size_t blocks) {
    occupy(blocks);
    int rounds = 0;
    const auto all = eyelet::repeat(loop, [this, &rounds] {
      return sleep(loop, 5us).then([&rounds] { return ++rounds < 3; });
    });
    for (int i = 0; i < 4; ++i) {
      settle();
      advance(5us);
    }
    vacate();
    return code(all);
  };
  CHECK_EQUAL(Errc::out_of_blocks, repeat_with(3));
  check_reports(Errc::out_of_blocks);
  CHECK_EQUAL(Errc::none, repeat_with(4));
}

TEST(Memory, of_a_gather_is_a_block_for_each_and_one) {
  int values[2];
  Result<int> outcomes[2];
  const auto end = [this] { complete(); };
  check_cost(
      3, [this] { return gather(a, b); }, end);
  check_cost(
      3, [this] { return gather(both); }, end);
  check_cost(
      3, [&] { return eyelet::gather(loop, both.data(), 2, values); }, end);
  check_cost(
      3, [&] { return gather(kReturnErrors, loop, both.data(), 2, outcomes); }, end);
}

TEST(Memory, of_a_wait_is_a_block_for_each_one_and_one_for_a_limit) {
  const auto end = [this] { complete(); };
  check_cost(
      3, [this] { return wait(ReturnWhen::all_completed, a, b); }, end);
  check_cost(
      4, [this] { return wait(ReturnWhen::all_completed, 1h, both); }, end);
  check_cost(
      4, [this] { return wait(ReturnWhen::all_completed, 1h, loop, both.data(), 2); }, end);
}

TEST(Memory, of_as_completed_is_a_block_for_each_until_it_is_done_and_one_for_a_limit) {
  const auto blocks = count_from_here();
  {
    eyelet::AsCompleted limited{loop, both, 1h};
    CHECK_EQUAL(3U, blocks());
    const auto next = limited.next();
    CHECK_EQUAL(4U, blocks());
    a.set_result(1);
    run_ready();
    CHECK_EQUAL(3U, blocks());
    b.set_result(2);
    run_ready();
    CHECK_EQUAL(2U, blocks());
  }
  CHECK_EQUAL(0U, blocks());
}

TEST(Memory, of_a_with_is_one_block_besides_entering) {
  eyelet::Lock lock{loop};
  const auto blocks = count_from_here();
  const auto inside = eyelet::with(lock, [this] { return a; });
  CHECK_EQUAL(2U, blocks());
  run_ready();
  CHECK_TRUE(lock.locked());
  CHECK_EQUAL(1U, blocks());
  a.set_result(1);
  run_ready();
  CHECK_EQUAL(Errc::none, code(inside));
  CHECK_EQUAL(1U, blocks());
}

TEST(Memory, of_a_generator_is_a_block_for_who_asks_two_for_its_producer_and_one_for_a_yield) {
  const auto blocks = count_from_here();
  {
    auto source = eyelet::generator<int>(loop, [](eyelet::Yield<int>& yield) { return yield(7); });
    CHECK_EQUAL(0U, blocks());
    auto next = source.next();
    CHECK_EQUAL(3U, blocks());
    run_ready();
    CHECK_EQUAL(7, *value_of(next.result()));
    CHECK_EQUAL(4U, blocks());
    next = {};
    CHECK_EQUAL(3U, blocks());
    const auto closed = source.aclose();
    CHECK_EQUAL(4U, blocks());
    run_ready();
    CHECK_TRUE(closed.done());
    CHECK_EQUAL(1U, blocks());
  }
  CHECK_EQUAL(0U, blocks());
}

TEST(Memory, of_a_task_group_is_three_blocks_and_two_for_each_member) {
  eyelet::TaskGroup<> group{loop};
  const auto blocks = count_from_here();
  const auto run = group.run([this] { return a; });
  CHECK_EQUAL(3U, blocks());
  group.create_task([this] { return b; });
  CHECK_EQUAL(5U, blocks());
  b.set_result(1);
  run_ready();
  CHECK_EQUAL(3U, blocks());
  a.set_result(1);
  run_ready();
  CHECK_EQUAL(Errc::none, code(run));
  CHECK_EQUAL(1U, blocks());
}
