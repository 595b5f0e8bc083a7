// SPDX-License-Identifier: BSL-1.0
// Boost.Fiber: fibers wait where eyelet has callbacks. Of its queues buffered_channel comes
// nearest; one place of it stays free, and its size is a power of two: that of 64 holds 63 items. A
// mutex that is unlocked is for whoever comes first, so the fiber that unlocks it lets the other go
// first. There is no semaphore in this version.
#include <boost/fiber/all.hpp>
#include <mutex>
#include <tests/bench/bench.hpp>
#include <vector>

using namespace std::chrono_literals;
using bench::left;
using bench::sum;
using boost::fibers::fiber;
using boost::fibers::promise;

namespace {

bool more() { return --left > 0; }

template <class One, class Other>
void run(long operations, One one, Other other) {
  left = operations;
  fiber first{one}, second{other};
  first.join();
  second.join();
}

// --- Futures: one fiber waits for what the other completes ---

long get(boost::fibers::future<long> future) { return future.get(); }

long get_in_time(boost::fibers::future<long> future) {
  future.wait_for(1h);
  return future.get();
}

template <long (*get)(boost::fibers::future<long>)>
void await(long operations) {
  promise<long>* promised;
  const auto consume = [&promised] {
    do {
      promise<long> mine;
      promised = &mine;
      sum += get(mine.get_future());
    } while (more());
  };
  const auto complete = [&promised] {
    while (left > 0) {
      promised->set_value(1);
      boost::this_fiber::yield();
    }
  };
  run(operations, consume, complete);
}

// --- What several share ---

template <std::size_t Size>
void pass_on(long operations) {
  boost::fibers::buffered_channel<long> queue{Size};
  const auto consume = [&queue] {
    do {
      sum += queue.value_pop();
    } while (more());
    queue.close();
  };
  const auto produce = [&queue] {
    while (queue.push(1) == boost::fibers::channel_op_status::success)
      ;
  };
  run(operations, consume, produce);
}

void free_one(long operations) {
  boost::fibers::mutex mutex;
  for (long i = 0; i < operations; ++i) {
    const std::lock_guard held{mutex};
    bench::use();
  }
}

// The other waits already when it is unlocked.
void hand_over(long operations) {
  boost::fibers::mutex mutex;
  const auto acquire = [&mutex] {
    for (bool go_on = true; go_on; boost::this_fiber::yield()) {
      const std::lock_guard held{mutex};
      boost::this_fiber::yield();
      go_on = more();
    }
  };
  run(operations, acquire, acquire);
}

// --- Memory ---

void waiting_future(long operations) {
  std::vector<promise<long>> promises(static_cast<std::size_t>(operations));
}

constexpr bench::Workload kWorkloads[] = {
    {"future", await<get>},
    {"wait_for", await<get_in_time>},
    {"queue_1", pass_on<2>},
    {"queue_64", pass_on<64>},
    {"lock_free", free_one},
    {"lock_handed", hand_over},
    {"waiting_future", waiting_future},
};

}  // namespace

int main(int count, char** arguments) { return bench::main(kWorkloads, count, arguments); }
