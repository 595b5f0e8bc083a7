// SPDX-License-Identifier: BSL-1.0
// Programs of which tutorials of asyncio print an output that they do not have, or which do not do
// what is said of them; here is what they do, and where they were wrong, how it is right.
#include <tests/fixture.hpp>

using namespace fixture;
using eyelet::sleep;

namespace {

struct TutorialFixture : Fixture {
  void teardown() override { check_clean(); }

  void add(const char* word, int number) { log.append(word + std::to_string(number) + " "); }
  void complete(const Future<void>& program) {
    CHECK_EQUAL(Errc::none, code(loop.run_until_complete(program)));
  }
  long now_ms() { return static_cast<long>(loop.time().time_since_epoch() / 1ms); }
};

}  // namespace

TEST_GROUP_BASE(Tutorials, TutorialFixture){};

// Said to alternate: one leaves, one enters.
TEST(Tutorials, who_holds_the_two_permits_of_a_semaphore_leaves_before_those_in_line_enter) {
  eyelet::Semaphore semaphore{loop, 2};
  const auto worker = [&](int name) {
    return eyelet::with(semaphore,
                        [this, name] {
                          add("enter", name);
                          return sleep(loop, 2s);
                        })
        .then([this, name] { add("leave", name); });
  };
  complete(eyelet::gather(std::array{worker(1), worker(2), worker(3), worker(4)}));
  STRCMP_EQUAL("enter1 enter2 leave1 leave2 enter3 enter4 leave3 leave4 ", log.c_str());
}

// Said to add item 2 before item 1 is processed.
TEST(Tutorials, an_item_in_the_queue_is_got_before_the_next_is_put_at_the_same_time) {
  eyelet::Queue<int, 8> queue{loop};
  const auto producer = eyelet::repeat(loop, [&, item = 0]() mutable {
    return queue.put(item).then([this, item = item++] {
      add("put", item);
      return sleep(loop, 1s).then([more = item < 4] { return more; });
    });
  });
  const auto consumer = eyelet::repeat(loop, [&] {
    return queue.get().then([this](int item) {
      add("got", item);
      return sleep(loop, 2s).then([more = item < 4] { return more; });
    });
  });
  complete(eyelet::gather(producer, consumer));
  STRCMP_EQUAL("put0 got0 put1 got1 put2 put3 got2 put4 got3 got4 ", log.c_str());
}

// Said to print that all three have begun to fetch.
TEST(Tutorials, a_gather_of_which_one_fails_at_once_ends_with_that_and_nothing_else) {
  const auto fetch = [this](int input) -> Future<int> {
    if (input == 2) return eyelet::ensure_future(loop, Result<int>{eyelet::failure(Errc::user, 2)});
    return sleep(loop, 2s).then([input] { return input; });
  };
  {
    const std::array tasks{fetch(1), fetch(2), fetch(3)};
    const auto handled = eyelet::gather(tasks)
                             .then([this](const std::array<int, 3>&) { add("values", 3); })
                             .or_else([this](Error error) { add("caught", error.detail); });
    complete(handled);
    STRCMP_EQUAL("caught2 ", log.c_str());
    LONGS_EQUAL(0, now_ms());
    CHECK_FALSE(tasks[0].done());  // the others go on
    advance(2s);
    CHECK_TRUE(tasks[2].result().has_value());
  }
  check_reports();
}

// Said to wait for items; its producer never let go of the lock.
TEST(Tutorials, a_consumer_waits_on_its_condition_for_each_of_five_items) {
  eyelet::Lock lock{loop};
  eyelet::Condition condition{lock};
  struct {
    int added = 0, got = 0, waits = 0;
  } items;
  const auto consumer = eyelet::repeat(loop, [&] {
    const auto consume = [&] {
      if (items.got == items.added) ++items.waits;
      return condition.wait_for([&items] { return items.got < items.added; }).then([&] {
        add("got", items.got++);
      });
    };
    return eyelet::with(lock, consume).then([&items] { return items.got < 5; });
  });
  const auto producer = eyelet::repeat(loop, [&] {
    const auto produce = [&] {
      ++items.added;
      return condition.notify();
    };
    return sleep(loop, 1s).then([&, produce] { return eyelet::with(lock, produce); }).then([&] {
      return items.added < 5;
    });
  });
  complete(eyelet::gather(consumer, producer));
  STRCMP_EQUAL("got0 got1 got2 got3 got4 ", log.c_str());
  LONGS_EQUAL(5, items.waits);
  LONGS_EQUAL(5000, now_ms());
}
