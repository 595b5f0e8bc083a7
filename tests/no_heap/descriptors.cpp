// SPDX-License-Identifier: BSL-1.0
// No heap on port/poll and port/epoll either: descriptors, real time, and threads.
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <port/poll/choice.hpp>
#include <tests/fixture.hpp>
#include <tests/no_heap/trap.hpp>

using namespace fixture;

struct OnDescriptors : Utest {
  eyelet::StaticDescriptorPort<64> port;
  eyelet::StaticLoop<16, 4> loop{port};
  int ends[2] = {-1, -1};
  int runs = 0;
  std::atomic<bool> post{false};
  std::atomic<bool> leave{false};

  void setup() override {
    CHECK_EQUAL(0, pipe(ends));
    // A test that waits in vain fails, it does not hang.
    loop.call_later(10s, [this] { loop.stop(); });
  }

  void teardown() override {
    loop.close();
    CHECK_EQUAL(0U, loop.stats().in_use);
    ::close(ends[0]);
    ::close(ends[1]);
  }

  static void* post_from_thread(void* fixture) {
    auto& self = *static_cast<OnDescriptors*>(fixture);
    while (!self.post) sched_yield();
    self.runs += self.loop.call_soon_threadsafe([&self] { self.loop.stop(); }) ? 1 : 0;
    // The end of a thread frees memory: not under the trap.
    while (!self.leave) sched_yield();
    return nullptr;
  }
};

TEST_GROUP_BASE(NoHeapOnDescriptors, OnDescriptors){};

TEST(NoHeapOnDescriptors, is_used_by_watching_descriptors) {
  {
    const Trap trap;
    static_cast<void>(port.add_writer(loop, ends[1], [this] {
      runs += static_cast<int>(write(ends[1], "abc", 3));
      port.remove_writer(ends[1]);
    }));
    static_cast<void>(port.add_reader(loop, ends[0], [this] {
      char byte;
      runs += static_cast<int>(read(ends[0], &byte, 1));
      if (runs == 6) loop.stop();
    }));
    loop.run_forever();
    port.remove_reader(ends[0]);
  }
  check_trapped(0, "");
  CHECK_EQUAL(6, runs);
}

TEST(NoHeapOnDescriptors, is_used_by_chains_and_timers_in_real_time) {
  {
    const Trap trap;
    const auto task = loop.create_task(
        [this] { return eyelet::sleep(loop, 1ms).then([this, live = Live{}] { ++runs; }); });
    const auto cancelled = eyelet::sleep(loop, 1h);
    static_cast<void>(cancelled.cancel());
    runs += loop.run_until_complete(task) ? 1 : 0;
    loop.close();
  }
  check_trapped(0, "");
  CHECK_EQUAL(2, runs);
}

TEST(NoHeapOnDescriptors, is_used_by_a_thread_that_wakes_the_loop) {
  pthread_t thread;
  CHECK_EQUAL(0, pthread_create(&thread, nullptr, post_from_thread, this));
  {
    const Trap trap;
    post = true;
    loop.run_forever();
  }
  leave = true;
  pthread_join(thread, nullptr);
  check_trapped(0, "");
  CHECK_EQUAL(1, runs);
}
