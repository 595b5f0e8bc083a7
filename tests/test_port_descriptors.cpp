// SPDX-License-Identifier: BSL-1.0
// The contract of port.hpp, held against port/poll and port/epoll, with threads.
#include <sys/resource.h>

#include <port/poll/choice.hpp>
#include <tests/expect_contract.hpp>
#include <thread>

using eyelet::Duration;

namespace {

Duration processor_time_of_process() {
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  const auto sum = [](timeval a, timeval b) {
    return std::chrono::seconds{a.tv_sec + b.tv_sec} +
           std::chrono::microseconds{a.tv_usec + b.tv_usec};
  };
  return sum(used.ru_utime, used.ru_stime);
}

struct DescriptorHost {
  static constexpr bool kOutside = true;
  static constexpr bool kThreads = true;
  using Thread = std::thread;
  eyelet::StaticDescriptorPort<1> port;
  Thread waker;

  void join() {
    if (waker.joinable()) waker.join();
  }
  void wake_later(Duration after) {
    join();
    waker = Thread{[this, after] {
      std::this_thread::sleep_for(after);
      port.wake();
    }};
  }
  static Duration processor_time() { return processor_time_of_process(); }
  ~DescriptorHost() { join(); }
};

}  // namespace

TEST_GROUP(DescriptorContract){};

// P6, N8, N9, N10, N12, N14, N21
TEST(DescriptorContract, is_kept_by_poll_and_epoll) { expect_contract<DescriptorHost>(); }
