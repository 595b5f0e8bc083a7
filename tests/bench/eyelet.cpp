// SPDX-License-Identifier: BSL-1.0
#include <unistd.h>

#include <eyelet/eyelet.hpp>
#include <port/epoll/epoll.hpp>
#include <port/poll/poll.hpp>
#include <tests/bench/bench.hpp>
#include <tests/bench/echo.hpp>
#include <thread>

using namespace std::chrono_literals;
using bench::left;
using bench::sum;
using eyelet::Future;

namespace {

eyelet::StaticPollPort<8> port;
eyelet::StaticLoop<100'100, 32'767> loop{port};

bool more() {
  if (--left > 0) return true;
  loop.stop();
  return false;
}

void run(long operations, void (*begin)()) {
  left = operations;
  begin();
  loop.run_forever();
}

// --- Posts ---

void post_1000(long operations) {
  for (left = operations; left > 0; left -= 1000) {
    for (long i = 0; i < 1000; ++i) loop.call_soon([to = &sum, i] { *to += i; });
    loop.poll();
  }
}

struct Post {
  long* to;
  long number;

  void operator()() const {
    *to += number;
    if (more()) loop.call_soon(*this);
  }
};

void post_1(long operations) {
  left = operations;
  loop.call_soon(Post{&sum, 1});
  loop.run_forever();
}

void post_beside_idle_fd(long operations) {
  int ends[2];
  if (::pipe(ends) != 0 || !port.add_reader(loop, ends[0], [] {})) std::abort();
  post_1(operations);
}

// --- Futures ---

void begin_future() {
  const auto future = loop.create_future<long>();
  future.add_done_callback([](const Future<long>& done) {
    sum += *done.result();
    if (more()) begin_future();
  });
  future.set_result(1);
}

void begin_chain() {
  const auto next = [](long value) { return value + 1; };
  const auto future = loop.create_future<long>();
  static_cast<void>(future.then(next)
                        .then(next)
                        .then(next)
                        .then(next)
                        .then(next)
                        .then(next)
                        .then(next)
                        .then(next)
                        .then(next)
                        .then([](long value) {
                          sum += value;
                          if (more()) begin_chain();
                        }));
  future.set_result(1);
}

template <int N>
void begin_gather() {
  static long values[N];
  Future<long> futures[N];
  for (auto& future : futures) future = loop.create_future<long>();
  eyelet::gather(loop, futures, N, values).add_done_callback([](const Future<void>&) {
    sum += values[N - 1];
    if (more()) begin_gather<N>();
  });
  for (auto& future : futures) future.set_result(1);
}

void begin_wait_for() {
  const auto future = loop.create_future<long>();
  eyelet::wait_for(future, 1h).add_done_callback([](const Future<long>& done) {
    sum += *done.result();
    if (more()) begin_wait_for();
  });
  future.set_result(1);
}

// --- Timers ---

// By one look at the clock: they stand in the same order however long it takes to arm them.
void arm_others(int others) {
  const eyelet::TimePoint start = loop.time();
  for (int i = 0; i < others; ++i) loop.call_at(start + bench::far(i), [] {});
  bench::start_clock();
}

void begin_timer() {
  loop.call_later(0s, [] {
    if (more()) begin_timer();
  });
}

template <int Others>
void timer_fired(long operations) {
  arm_others(Others);
  run(operations, begin_timer);
}

template <int Others>
void timer_cancelled(long operations) {
  arm_others(Others);
  for (long i = 0; i < operations; ++i) sum += loop.call_later(bench::far(i), [] {}).cancel();
}

// --- What several share ---

eyelet::Queue<long, 1> queue_of_1{loop};
eyelet::Queue<long, 64> queue_of_64{loop};

template <auto& queue>
void produce() {
  while (queue.put_nowait(1))
    ;
  static_cast<void>(queue.put(1).then(produce<queue>));
}

template <auto& queue>
void consume() {
  while (const auto item = queue.get_nowait()) {
    sum += *item;
    if (!more()) return;
  }
  static_cast<void>(queue.get().then([](long item) {
    sum += item;
    if (more()) consume<queue>();
  }));
}

template <auto& queue>
void begin_queue() {
  consume<queue>();
  produce<queue>();
}

eyelet::Lock lock{loop};
eyelet::Semaphore semaphore{loop, 1};

template <class Resource, Resource& resource>
void free_one(long operations) {
  for (long i = 0; i < operations; ++i)
    if (const auto held = resource.try_acquire()) bench::use();
}

// The next waits already when it is released.
template <class Resource, Resource& resource>
void hand_over() {
  static_cast<void>(resource.acquire().then([](eyelet::Guard<Resource>&&) {
    if (more()) hand_over<Resource, resource>();
  }));
}

template <void (*begin)()>
void repeat(long operations) {
  run(operations, begin);
}

// --- Another thread ---

void thread_post(long operations) {
  std::thread poster{[operations] {
    const auto add_one = [] {
      ++sum;
      more();
    };
    for (long i = 0; i < operations; ++i)
      while (!loop.call_soon_threadsafe(add_one)) std::this_thread::yield();
  }};
  left = operations;
  loop.run_forever();
  poster.join();
}

// --- Memory ---

void count_pool() { bench::pool_bytes = loop.stats().in_use * eyelet::kBlockBytes; }

void waiting_post(long operations) {
  for (long i = 0; i < operations; ++i) loop.call_soon([to = &sum, i] { *to += i; });
  count_pool();
}

void waiting_future(long operations) {
  static std::array<Future<long>, 4000> futures;
  for (auto future = futures.begin(); operations > 0; --operations)
    *future++ = loop.create_future<long>();
  count_pool();
}

void waiting_timer(long operations) {
  arm_others(static_cast<int>(operations));
  count_pool();
}

// --- Echo ---

template <class EchoPort>
void echo(long connections) {
  static EchoPort port;
  static eyelet::StaticLoop<4010> loop{port};
  for (const int client : bench::accept_clients(connections)) {
    const auto on_readable = [client] {
      if (bench::echo(client)) return;
      port.remove_reader(client);
      ::close(client);
      if (--left == 0) loop.stop();
    };
    if (!port.add_reader(loop, client, on_readable)) std::abort();
  }
  left = connections;
  loop.run_forever();
}

constexpr bench::Workload kWorkloads[] = {
    {"post_1000", post_1000},
    {"post_1", post_1},
    {"post_1_idle_fd", post_beside_idle_fd},
    {"future", repeat<begin_future>},
    {"chain_10", repeat<begin_chain>},
    {"gather_10", repeat<begin_gather<10>>},
    {"gather_100", repeat<begin_gather<100>>},
    {"wait_for", repeat<begin_wait_for>},
    {"timer_fired_10", timer_fired<10>},
    {"timer_fired_1000", timer_fired<1000>},
    {"timer_fired_10000", timer_fired<10000>},
    {"timer_fired_100000", timer_fired<100000>},
    {"timer_cancelled_10", timer_cancelled<10>},
    {"timer_cancelled_1000", timer_cancelled<1000>},
    {"timer_cancelled_10000", timer_cancelled<10000>},
    {"timer_cancelled_100000", timer_cancelled<100000>},
    {"queue_1", repeat<begin_queue<queue_of_1>>},
    {"queue_64", repeat<begin_queue<queue_of_64>>},
    {"lock_free", free_one<eyelet::Lock, lock>},
    {"lock_handed", repeat<hand_over<eyelet::Lock, lock>>},
    {"semaphore_free", free_one<eyelet::Semaphore, semaphore>},
    {"semaphore_handed", repeat<hand_over<eyelet::Semaphore, semaphore>>},
    {"thread_post", thread_post},
    {"waiting_post", waiting_post},
    {"waiting_timer", waiting_timer},
    {"waiting_future", waiting_future},
    {"echo_poll", echo<eyelet::StaticPollPort<4010>>},
    {"echo_epoll", echo<eyelet::StaticEpollPort<4010>>},
};

}  // namespace

int main(int count, char** arguments) { return bench::main(kWorkloads, count, arguments); }
