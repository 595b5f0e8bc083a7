// SPDX-License-Identifier: BSL-1.0
// What nobody can beat: the bare data structures of limit.hpp and limit_timers.hpp, and nothing
// around them.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <tests/bench/bench.hpp>
#include <tests/bench/echo.hpp>
#include <tests/bench/limit.hpp>
#include <tests/bench/limit_timers.hpp>
#include <thread>
#include <vector>

using bench::left;
using bench::sum;
using namespace limit;

namespace {

bool more() { return --left > 0; }

template <void (*begin)()>
void repeat(long operations) {
  left = operations;
  begin();
  while (left > 0) ready.run_one();
}

// --- Posts ---

void add(void* to, long number) { *static_cast<long*>(to) += number; }

void add_and_post(void* to, long number) {
  add(to, number);
  if (more()) ready.post({add_and_post, to, number});
}

void begin_post() { ready.post({add_and_post, &sum, 1}); }

void post_1000(long operations) {
  for (left = operations; left > 0; left -= 1000) {
    for (long i = 0; i < 1000; ++i) ready.post({add, &sum, i});
    while (!ready.empty()) ready.run_one();
  }
}

void post_beside_idle_fd(long operations) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  pollfd idle{ends[0], POLLIN, 0};
  left = operations;
  begin_post();
  for (unsigned until_poll = 64; left > 0; ready.run_one()) {
    if (--until_poll != 0) continue;
    until_poll = 64;
    ::poll(&idle, 1, 0);
  }
}

// --- Futures ---

void begin_future() {
  Future& future = create_future();
  add_done_callback(future, [](Future& done) {
    sum += done.value;
    if (more()) begin_future();
  });
  set_result(future, 1);
}

void begin_chain() {
  const auto next = [](long value) { return value + 1; };
  Future& first = create_future();
  Future* last = &first;
  for (int i = 0; i < 9; ++i) last = &then(*last, next);
  then(*last, [](long value) {
    sum += value;
    if (more()) begin_chain();
    return value;
  });
  set_result(first, 1);
}

template <int N>
void begin_gather() {
  static long values[N];
  Future* children[N];
  for (Future*& child : children) child = &create_future();
  add_done_callback(gather(children, N, values), [](Future&) {
    sum += values[N - 1];
    if (more()) begin_gather<N>();
  });
  for (Future* child : children) set_result(*child, 1);
}

// --- A limit to how long one waits ---

template <class Timers>
Timers limits{1};

struct Limited : Timer {
  Future* future;
  void (*callback)(Future&);
};

Pool<Limited, 4> limited;

void expire(Timer& timer) { set_result(*static_cast<Limited&>(timer).future, -1); }

template <class Timers>
void end_limited(Future& future) {
  auto& wait = *static_cast<Limited*>(future.to);
  limits<Timers>.cancel(wait);
  const auto callback = wait.callback;
  limited.give(wait);
  callback(future);
}

template <class Timers>
void wait_for(Future& future, Time limit, void (*callback)(Future&)) {
  Limited& wait = limited.take();
  wait.when = now() + limit;
  wait.run = expire;
  wait.future = &future;
  wait.callback = callback;
  limits<Timers>.arm(wait);
  add_done_callback(future, end_limited<Timers>, &wait);
}

template <class Timers>
void begin_wait_for() {
  Future& future = create_future();
  wait_for<Timers>(future, 3'600'000'000, [](Future& done) {
    sum += done.value;
    if (more()) begin_wait_for<Timers>();
  });
  set_result(future, 1);
}

// --- Timers ---

Time delay(long i) { return static_cast<Time>(std::chrono::microseconds{bench::far(i)}.count()); }

template <class Timers, int Others>
struct Armed {
  Timers timers{Others + 1};
  std::vector<Timer> others{Others};

  Armed() {
    long i = 0;
    for (Timer& timer : others) {
      timer.when = now() + delay(i++);
      timers.arm(timer);
    }
    bench::start_clock();
  }
};

template <class Timers, int Others>
void timer_fired(long operations) {
  static Armed<Timers, Others> armed;
  Timer timer;
  timer.run = [](Timer&) { --left; };
  for (left = operations; left > 0;) {
    timer.when = now();
    armed.timers.arm(timer);
    Timer* const due = armed.timers.pop_due(now());
    due->run(*due);
  }
}

template <class Timers, int Others>
void timer_cancelled(long operations) {
  static Armed<Timers, Others> armed;
  Timer timer;
  for (long i = 0; i < operations; ++i) {
    timer.when = now() + delay(i);
    armed.timers.arm(timer);
    armed.timers.cancel(timer);
  }
}

// --- What several share ---

template <unsigned N>
Queue<N> queue;

template <unsigned N>
void produce() {
  while (queue<N>.put_nowait(1))
    ;
  queue<N>.put(1, produce<N>);
}

template <unsigned N>
void consume() {
  for (long item; queue<N>.get_nowait(item);) {
    sum += item;
    if (!more()) return;
  }
  queue<N>.get([](long item) {
    sum += item;
    if (more()) consume<N>();
  });
}

template <unsigned N>
void begin_queue() {
  consume<N>();
  produce<N>();
}

Semaphore lock{1};

void free_one(long operations) {
  for (long i = 0; i < operations; ++i) {
    if (!lock.try_acquire()) continue;
    bench::use();
    lock.release();
  }
}

// The next waits already when it is released.
void hand_over() {
  lock.acquire([] {
    if (more()) hand_over();
    lock.release();
  });
}

// --- Another thread: a ring, and nobody sleeps ---

void thread_post(long operations) {
  static long messages[1024];
  static std::atomic<long> written, read;
  std::thread poster{[operations] {
    for (long i = 0; i < operations; ++i) {
      while (i - read.load(std::memory_order_acquire) >= 1024) std::this_thread::yield();
      messages[i % 1024] = 1;
      written.store(i + 1, std::memory_order_release);
    }
  }};
  for (long i = 0; i < operations; ++i) {
    while (written.load(std::memory_order_acquire) == i) std::this_thread::yield();
    sum += messages[i % 1024];
    read.store(i + 1, std::memory_order_release);
  }
  poster.join();
}

// --- Echo ---

template <bool OthersMayWakeIt>
void echo_poll(long connections) {
  std::vector<pollfd> polled;
  if (OthersMayWakeIt) polled.push_back({::eventfd(0, EFD_CLOEXEC), POLLIN, 0});
  for (const int client : bench::accept_clients(connections)) polled.push_back({client, POLLIN, 0});
  for (left = connections; left > 0;) {
    int ready = ::poll(polled.data(), polled.size(), -1);
    for (pollfd* at = polled.data(); ready > 0; ++at) {
      if (at->revents == 0) continue;
      --ready;
      if (bench::echo(at->fd)) continue;
      ::close(at->fd);
      at->fd = -1;
      --left;
    }
  }
}

void echo_epoll(long connections) {
  const int epoll = ::epoll_create1(0);
  for (const int client : bench::accept_clients(connections)) {
    epoll_event readable{EPOLLIN, {}};
    readable.data.fd = client;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, client, &readable);
  }
  for (left = connections; left > 0;) {
    epoll_event events[256];
    const int count = ::epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      if (bench::echo(events[i].data.fd)) continue;
      ::close(events[i].data.fd);
      --left;
    }
  }
}

constexpr bench::Workload kWorkloads[] = {
    {"post_1000", post_1000},
    {"post_1", repeat<begin_post>},
    {"post_1_idle_fd", post_beside_idle_fd},
    {"future", repeat<begin_future>},
    {"chain_10", repeat<begin_chain>},
    {"gather_10", repeat<begin_gather<10>>},
    {"gather_100", repeat<begin_gather<100>>},
    {"wait_for", repeat<begin_wait_for<Heap>>},
    {"wheel_wait_for", repeat<begin_wait_for<Wheel>>},
    {"timer_fired_10", timer_fired<Heap, 10>},
    {"timer_fired_1000", timer_fired<Heap, 1000>},
    {"timer_fired_10000", timer_fired<Heap, 10000>},
    {"timer_fired_100000", timer_fired<Heap, 100000>},
    {"timer_cancelled_10", timer_cancelled<Heap, 10>},
    {"timer_cancelled_1000", timer_cancelled<Heap, 1000>},
    {"timer_cancelled_10000", timer_cancelled<Heap, 10000>},
    {"timer_cancelled_100000", timer_cancelled<Heap, 100000>},
    {"wheel_timer_fired_10", timer_fired<Wheel, 10>},
    {"wheel_timer_fired_1000", timer_fired<Wheel, 1000>},
    {"wheel_timer_fired_10000", timer_fired<Wheel, 10000>},
    {"wheel_timer_fired_100000", timer_fired<Wheel, 100000>},
    {"wheel_timer_cancelled_10", timer_cancelled<Wheel, 10>},
    {"wheel_timer_cancelled_1000", timer_cancelled<Wheel, 1000>},
    {"wheel_timer_cancelled_10000", timer_cancelled<Wheel, 10000>},
    {"wheel_timer_cancelled_100000", timer_cancelled<Wheel, 100000>},
    {"queue_1", repeat<begin_queue<1>>},
    {"queue_64", repeat<begin_queue<64>>},
    {"lock_free", free_one},
    {"lock_handed", repeat<hand_over>},
    {"semaphore_free", free_one},
    {"semaphore_handed", repeat<hand_over>},
    {"thread_post", thread_post},
    {"echo_poll", echo_poll<false>},
    {"echo_poll_woken", echo_poll<true>},
    {"echo_epoll", echo_epoll},
};

}  // namespace

int main(int count, char** arguments) { return bench::main(kWorkloads, count, arguments); }
