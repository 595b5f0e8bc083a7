// SPDX-License-Identifier: BSL-1.0
// What nobody can beat: the bare data structures, by hand, without a loop around them that could
// do anything else.
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <tests/bench/bench.hpp>
#include <tests/bench/echo.hpp>
#include <thread>
#include <vector>

using bench::left;
using bench::sum;

namespace {

using Time = std::uint64_t;  // microseconds

Time now() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<Time>(time.tv_sec) * 1'000'000 + static_cast<Time>(time.tv_nsec) / 1000;
}

// --- Posts: a ring of a function and 16 bytes each ---

struct Job {
  void (*run)(long* to, long number);
  long* to;
  long number;
};

Job ring[1024];
unsigned first, last;

void post(Job job) { ring[last++ % 1024] = job; }

void run_one() {
  const Job job = ring[first++ % 1024];
  job.run(job.to, job.number);
}

void add(long* to, long number) { *to += number; }

void add_and_post(long* to, long number) {
  *to += number;
  if (--left > 0) post({add_and_post, to, number});
}

void post_1000(long operations) {
  for (left = operations; left > 0; left -= 1000) {
    for (long i = 0; i < 1000; ++i) post({add, &sum, i});
    while (first != last) run_one();
  }
}

void post_1(long operations) {
  left = operations;
  post({add_and_post, &sum, 1});
  while (first != last) run_one();
}

void post_beside_idle_fd(long operations) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  pollfd idle{ends[0], POLLIN, 0};
  left = operations;
  post({add_and_post, &sum, 1});
  for (unsigned until_poll = 64; first != last; run_one()) {
    if (--until_poll != 0) continue;
    until_poll = 64;
    ::poll(&idle, 1, 0);
  }
}

// --- Waiting in line: an intrusive list ---

struct Node {
  Node* next;
  Node* previous;

  Node() : next{this}, previous{this} {}
  void push_back(Node& node) {
    node.next = this;
    node.previous = previous;
    previous->next = &node;
    previous = &node;
  }
  void unlink() {
    previous->next = next;
    next->previous = previous;
  }
};

struct Waiter : Node {
  void (*run)(Waiter&);
};

Node line;

void hand_on(Waiter& waiter) {
  if (--left > 0) line.push_back(waiter);
}

void hand_over(long operations) {
  Waiter waiters[2];
  left = operations;
  for (Waiter& waiter : waiters) {
    waiter.run = hand_on;
    line.push_back(waiter);
  }
  while (line.next != &line) {
    auto& waiter = static_cast<Waiter&>(*line.next);
    waiter.unlink();
    waiter.run(waiter);
  }
}

// --- Timers: a heap of four children a node ---

struct Timer : Node {
  Time when = 0;
  std::size_t place = 0;
};

class Heap {
 public:
  explicit Heap(std::size_t capacity) { entries_.reserve(capacity); }

  void arm(Timer& timer) {
    entries_.push_back({});
    rise(entries_.size() - 1, {timer.when, &timer});
  }

  void cancel(Timer& timer) {
    const Entry moved = entries_.back();
    entries_.pop_back();
    const std::size_t hole = timer.place;
    if (hole == entries_.size()) return;
    if (hole != 0 && moved.when < entries_[(hole - 1) / 4].when)
      rise(hole, moved);
    else
      sink(hole, moved);
  }

  Timer* pop_due(Time time) {
    if (entries_.empty() || entries_[0].when > time) return nullptr;
    Timer* const due = entries_[0].timer;
    cancel(*due);
    return due;
  }

 private:
  struct Entry {
    Time when;
    Timer* timer;
  };

  void put(std::size_t place, Entry entry) {
    entries_[place] = entry;
    entry.timer->place = place;
  }

  void rise(std::size_t hole, Entry entry) {
    for (; hole != 0 && entry.when < entries_[(hole - 1) / 4].when; hole = (hole - 1) / 4)
      put(hole, entries_[(hole - 1) / 4]);
    put(hole, entry);
  }

  void sink(std::size_t hole, Entry entry) {
    for (;;) {
      std::size_t least = 4 * hole + 1;
      for (std::size_t child = least + 1; child <= 4 * hole + 4 && child < entries_.size(); ++child)
        if (entries_[child].when < entries_[least].when) least = child;
      if (least >= entries_.size() || !(entries_[least].when < entry.when)) break;
      put(hole, entries_[least]);
      hole = least;
    }
    put(hole, entry);
  }

  std::vector<Entry> entries_;
};

// --- Timers: a wheel of two levels, of a millisecond and of a second a slot ---

class Wheel {
 public:
  explicit Wheel(std::size_t) : tick_{now() >> 10} {}

  void arm(Timer& timer) {
    const Time tick = timer.when >> 10;
    (tick - tick_ < 1024 ? fine_[tick % 1024] : coarse_[(tick >> 10) % 4096]).push_back(timer);
  }

  static void cancel(Timer& timer) { timer.unlink(); }

  Timer* pop_due(Time time) {
    for (;; turn()) {
      Node& slot = fine_[tick_ % 1024];
      for (Node* node = slot.next; node != &slot; node = node->next) {
        auto& timer = static_cast<Timer&>(*node);
        if (timer.when > time) continue;
        timer.unlink();
        return &timer;
      }
      if (tick_ >= time >> 10) return nullptr;
    }
  }

 private:
  void turn() {
    if (++tick_ % 1024 != 0) return;
    Node& slot = coarse_[(tick_ >> 10) % 4096];
    while (slot.next != &slot) {
      Node& node = *slot.next;
      node.unlink();
      arm(static_cast<Timer&>(node));
    }
  }

  Time tick_;
  Node fine_[1024];
  Node coarse_[4096];
};

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
  for (left = operations; left > 0; --left) {
    timer.when = now();
    armed.timers.arm(timer);
    if (armed.timers.pop_due(now()) != &timer) std::abort();
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

void echo_poll(long connections) {
  std::vector<pollfd> polled;
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
    {"post_1", post_1},
    {"post_1_idle_fd", post_beside_idle_fd},
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
    {"lock_handed", hand_over},
    {"semaphore_handed", hand_over},
    {"thread_post", thread_post},
    {"echo_poll", echo_poll},
    {"echo_epoll", echo_epoll},
};

}  // namespace

int main(int count, char** arguments) { return bench::main(kWorkloads, count, arguments); }
