// SPDX-License-Identifier: BSL-1.0
// What threads hand to a loop and to its mailbox, and how they are told apart.
#include <array>
#include <atomic>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>
#include <tests/child.hpp>
#include <tests/thread_port.hpp>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace std::chrono_literals;
using eyelet::Handle;
using eyelet::Loop;
using eyelet::SimPort;
using eyelet::StaticLoop;
using eyelet::detail::Mailbox;
using eyelet::detail::SmallCallback;

TEST_GROUP(LoopThreads){};

// P13
TEST(LoopThreads, an_idle_loop_with_nothing_registered_wakes_on_a_post) {
  ThreadPort port;
  StaticLoop<1, 1> loop{port};
  std::thread poster{[&] {
    while (!loop.call_soon_threadsafe([&loop] { loop.stop(); })) std::this_thread::yield();
  }};
  CHECK_TRUE(loop.run_forever().has_value());
  poster.join();
}

TEST(LoopThreads, posts_of_several_threads_all_run_once_in_the_order_of_each) {
  constexpr int kThreads = 3;
  constexpr int kEach = 2000;
  ThreadPort port;
  StaticLoop<1, 8> loop{port};
  struct Seen {
    Loop* loop;
    int next[kThreads] = {};
    int total = 0;
    bool in_order = true;
  } seen{&loop};
  std::vector<std::thread> posters;
  for (int t = 0; t < kThreads; ++t)
    posters.emplace_back([&loop, &seen, t] {
      for (int i = 0; i < kEach;) {
        const bool accepted = loop.call_soon_threadsafe([&seen, t, i] {
          seen.in_order &= seen.next[t]++ == i;
          if (++seen.total == kThreads * kEach) seen.loop->stop();
        });
        if (accepted)
          ++i;
        else
          std::this_thread::yield();
      }
    });
  CHECK_TRUE(loop.run_forever().has_value());
  for (std::thread& poster : posters) poster.join();
  CHECK_TRUE(seen.in_order);
  for (const int n : seen.next) CHECK_EQUAL(kEach, n);
}

TEST(LoopThreads, a_foreign_thread_in_a_loop_only_function_traps_where_checks_are_on) {
  if (!eyelet::kChecks) {
    UT_PRINT("not looked for: EYELET_CHECKS is 0");
    return;
  }
  SimPort port;
  StaticLoop<4> loop{port};
  const Handle timer = loop.call_later(1s, [] {});
  const auto in_a_thread = [&](auto call) {
    return child::traps([&] {
      loop.call_soon([&] { std::thread{call}.join(); });
      static_cast<void>(loop.poll());
    });
  };
  CHECK_TRUE(in_a_thread([&] { loop.call_soon([] {}); }));
  CHECK_TRUE(in_a_thread([&] { loop.call_later(1s, [] {}); }));
  CHECK_TRUE(in_a_thread([&] { timer.cancel(); }));
  CHECK_FALSE(in_a_thread([&] { static_cast<void>(loop.time()); }));
  // While it does not run, it may be handed from thread to thread.
  CHECK_FALSE(child::traps([&] { std::thread{[&] { loop.call_soon([] {}); }}.join(); }));
  CHECK_TRUE(timer.cancel());
}

// P11
TEST(LoopThreads, a_post_from_a_thread_is_accepted_and_run_or_refused_and_never_neither) {
  for (int round = 0; round < 30; ++round) {
    ThreadPort threads;
    StaticLoop<4, 8> shared{threads};
    std::atomic<int> accepted{0};
    int ran = 0;
    std::vector<std::thread> posters;
    std::atomic<bool> closed{false};
    for (int t = 0; t < 3; ++t)
      posters.emplace_back([&] {
        // Once more after the loop is closed: that one is refused for sure.
        for (bool last = false; !last;) {
          last = closed.load();
          if (shared.call_soon_threadsafe([&ran] { ++ran; })) ++accepted;
        }
      });
    for (int pass = 0; pass < round; ++pass) static_cast<void>(shared.poll());
    static_cast<void>(shared.close());
    const int ran_at_close = ran;
    closed = true;
    for (std::thread& poster : posters) poster.join();
    static_cast<void>(shared.poll());
    CHECK_EQUAL(accepted.load(), ran);
    CHECK_EQUAL(ran_at_close, ran);
  }
}

TEST_GROUP(MailboxThreads){};

TEST(MailboxThreads, loses_nothing_and_doubles_nothing_between_threads) {
  ThreadPort port;
  std::array<SmallCallback, 3> slots{};
  Mailbox mailbox{slots.data(), 3};
  constexpr std::uintptr_t kThreads = 3;
  constexpr std::uintptr_t kEach = 5000;
  struct Seen {
    std::uintptr_t next[kThreads] = {};
    bool in_order = true;
  } seen;
  std::array<std::size_t, kThreads> refused{};
  {
    std::vector<std::thread> threads;
    for (std::uintptr_t t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (std::uintptr_t i = 0; i < kEach;) {
          const bool taken = mailbox.post(port, SmallCallback{[&seen, t, i] {
                                            seen.in_order &= seen.next[t] == i;
                                            seen.next[t] = i + 1;
                                          }});
          if (taken)
            ++i;
          else
            ++refused[t], std::this_thread::yield();
        }
      });
    SmallCallback callback;
    for (std::uintptr_t taken = 0; taken < kThreads * kEach;) {
      const Mailbox::Position end = mailbox.end();
      mailbox.open();
      if (mailbox.take(end, callback)) {
        callback();
        ++taken;
      } else {
        std::this_thread::yield();
      }
    }
    for (std::thread& thread : threads) thread.join();
  }
  CHECK_TRUE(seen.in_order);
  for (const std::uintptr_t n : seen.next) CHECK_EQUAL(kEach, n);
  CHECK_TRUE(mailbox.empty());
  CHECK_EQUAL(refused[0] + refused[1] + refused[2], mailbox.refused());
}

TEST_GROUP(SimThreads){};

TEST(SimThreads, the_context_is_the_same_in_one_thread_and_another_in_others) {
  SimPort port;
  const std::uintptr_t here = port.context();
  std::uintptr_t there = here;
  std::thread{[&] { there = port.context(); }}.join();
  CHECK_EQUAL(here, port.context());
  CHECK_FALSE(here == there);
}
