// SPDX-License-Identifier: BSL-1.0
// boost::future on a loop_executor, which runs closures in the thread that asks it to. It has no
// timers and no locks for such a thread, and its when_all starts a thread of its own each time.
#define BOOST_THREAD_VERSION 5
#include <boost/thread/executors/loop_executor.hpp>
#include <boost/thread/future.hpp>
#include <tests/bench/bench.hpp>
#include <thread>
#include <vector>

using bench::left;
using bench::sum;
using boost::future;
using boost::promise;

namespace {

boost::executors::loop_executor loop;

bool more() { return --left > 0; }

void run(long operations, void (*begin)()) {
  left = operations;
  begin();
  while (left > 0) loop.run_queued_closures();
}

// --- Posts ---

void post_1000(long operations) {
  for (left = operations; left > 0; left -= 1000) {
    for (long i = 0; i < 1000; ++i) loop.submit([to = &sum, i] { *to += i; });
    loop.run_queued_closures();
  }
}

struct Post {
  long* to;
  long number;

  void operator()() const {
    *to += number;
    if (more()) loop.submit(*this);
  }
};

void begin_post() { loop.submit(Post{&sum, 1}); }

// --- Futures ---

// One that nobody keeps is waited for by its destructor.
std::vector<future<void>> kept;

void keep(future<void> future) {
  kept.clear();
  kept.push_back(std::move(future));
}

void begin_future() {
  promise<long> promised;
  keep(promised.get_future().then(loop, [](future<long> done) {
    sum += done.get();
    if (more()) loop.submit(begin_future);
  }));
  promised.set_value(1);
}

struct Next {
  long operator()(future<long> value) const { return value.get() + 1; }
};

void begin_chain() {
  promise<long> promised;
  keep(promised.get_future()
           .then(loop, Next{})
           .then(loop, Next{})
           .then(loop, Next{})
           .then(loop, Next{})
           .then(loop, Next{})
           .then(loop, Next{})
           .then(loop, Next{})
           .then(loop, Next{})
           .then(loop, Next{})
           .then(loop, [](future<long> value) {
             sum += value.get();
             if (more()) loop.submit(begin_chain);
           }));
  promised.set_value(1);
}

// --- Another thread ---

void thread_post(long operations) {
  left = operations;
  std::thread poster{[operations] {
    const auto add_one = [] {
      ++sum;
      more();
    };
    for (long i = 0; i < operations; ++i) loop.submit(add_one);
  }};
  while (left > 0) loop.run_queued_closures();
  poster.join();
}

// --- Memory ---

void waiting_post(long operations) {
  for (long i = 0; i < operations; ++i) loop.submit([to = &sum, i] { *to += i; });
}

void waiting_future(long operations) {
  static std::vector<promise<long>> promises(static_cast<std::size_t>(operations));
}

template <void (*begin)()>
void repeat(long operations) {
  run(operations, begin);
}

constexpr bench::Workload kWorkloads[] = {
    {"post_1000", post_1000},           {"post_1", repeat<begin_post>},
    {"future", repeat<begin_future>},   {"chain_10", repeat<begin_chain>},
    {"thread_post", thread_post},       {"waiting_post", waiting_post},
    {"waiting_future", waiting_future},
};

}  // namespace

int main(int count, char** arguments) { return bench::main(kWorkloads, count, arguments); }
