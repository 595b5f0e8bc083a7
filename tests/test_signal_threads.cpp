// SPDX-License-Identifier: BSL-1.0
// Flags and queues that threads signal: nothing is lost, doubled or seen too early.
#include <port/poll/choice.hpp>
#include <tests/fixture.hpp>
#include <tests/thread_port.hpp>
#include <vector>

using namespace fixture;
using eyelet::IsrQueue;
using eyelet::StaticLoop;
using eyelet::ThreadSafeFlag;

TEST_GROUP(SignalThreads){};

TEST(SignalThreads, a_flag_wakes_as_often_as_it_was_not_missed) {
  constexpr unsigned kThreads = 3;
  constexpr unsigned kEach = 5000;
  ThreadPort threads_port;
  StaticLoop<8> there{threads_port};
  ThreadSafeFlag signal{there};
  std::atomic<unsigned> running{kThreads};
  unsigned woken = 0;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (unsigned i = 0; i < kEach; ++i) signal.set();
      --running;
      signal.set();
    });
  while (running != 0 || signal.is_set()) {
    CHECK_EQUAL(Errc::none, code(there.run_until_complete(signal.wait())));
    ++woken;
  }
  for (std::thread& thread : threads) thread.join();
  while (signal.is_set()) {
    CHECK_EQUAL(Errc::none, code(there.run_until_complete(signal.wait())));
    ++woken;
  }
  CHECK_EQUAL(kThreads * (kEach + 1), woken + signal.missed());
}

TEST(SignalThreads, a_waiter_sees_what_was_written_before_its_flag_was_set) {
  eyelet::StaticDescriptorPort<1> poll;
  StaticLoop<8> there{poll};
  ThreadSafeFlag filled{there}, emptied{there};
  int box = 0;
  std::thread writer{[&] {
    // The other way round a plain loop will do: only a loop can wait for its flag.
    for (int i = 1; i <= 1000; ++i) {
      box = i;
      filled.set();
      while (!emptied.is_set()) std::this_thread::yield();
      emptied.clear();
    }
  }};
  for (int i = 1; i <= 1000; ++i) {
    CHECK_EQUAL(Errc::none, code(there.run_until_complete(filled.wait())));
    CHECK_EQUAL(i, box);
    emptied.set();
  }
  writer.join();
}

TEST(SignalThreads, items_arrive_once_and_in_order) {
  constexpr int kItems = 100'000;
  eyelet::StaticDescriptorPort<1> poll;
  StaticLoop<8> there{poll};
  struct Item {
    int number;
    int twice;
  };
  IsrQueue<Item, 8> received{there};
  std::uint32_t refused = 0;
  std::thread producer{[&] {
    for (int i = 0; i < kItems;) {
      if (received.put_nowait({i, 2 * i}))
        ++i;
      else
        ++refused, std::this_thread::yield();
    }
  }};
  for (int i = 0; i < kItems; ++i) {
    const eyelet::Result<Item> item = there.run_until_complete(received.get());
    CHECK_EQUAL(Errc::none, code(item));
    CHECK_EQUAL(i, item->number);
    CHECK_EQUAL(2 * i, item->twice);
  }
  producer.join();
  CHECK_TRUE(received.empty());
  CHECK_EQUAL(refused, received.missed());
}
