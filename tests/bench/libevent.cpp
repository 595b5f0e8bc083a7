// SPDX-License-Identifier: BSL-1.0
// libevent. A post is an event made active by hand, and its memory the user's. It has no futures
// and no locks.
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>
#include <unistd.h>

#include <deque>
#include <tests/bench/bench.hpp>
#include <tests/bench/echo.hpp>
#include <tests/bench/inbox.hpp>
#include <thread>
#include <vector>

using bench::left;
using bench::sum;

namespace {

event_base* const loop = event_base_new();

bool more() {
  if (--left > 0) return true;
  event_base_loopbreak(loop);
  return false;
}

timeval in(std::chrono::seconds time) { return {time.count(), 0}; }

// --- Posts ---

struct Post {
  event handle;
  long* to;
  long number;

  void start(long* to_, long number_) {
    to = to_;
    number = number_;
    event_active(&handle, EV_TIMEOUT, 0);
  }
};

void add(int, short, void* post) {
  *static_cast<Post*>(post)->to += static_cast<Post*>(post)->number;
}

void add_and_post(int, short, void* post) {
  add(-1, 0, post);
  if (more()) static_cast<Post*>(post)->start(&sum, 1);
}

void post_1000(long operations) {
  static Post posts[1000];
  for (Post& post : posts) evtimer_assign(&post.handle, loop, add, &post);
  for (left = operations; left > 0; left -= 1000) {
    for (long i = 0; i < 1000; ++i) posts[i].start(&sum, i);
    event_base_loop(loop, EVLOOP_NONBLOCK);
  }
}

void post_1(long operations) {
  static Post post;
  evtimer_assign(&post.handle, loop, add_and_post, &post);
  left = operations;
  post.start(&sum, 1);
  event_base_loop(loop, 0);
}

void post_beside_idle_fd(long operations) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  static event idle;
  event_assign(
      &idle, loop, ends[0], EV_READ | EV_PERSIST, [](int, short, void*) {}, nullptr);
  event_add(&idle, nullptr);
  post_1(operations);
}

// --- Timers ---

void arm_others(int others) {
  static std::vector<event> timers;
  timers.reserve(static_cast<std::size_t>(others));
  for (int i = 0; i < others; ++i) {
    event& timer = timers.emplace_back();
    const timeval delay = in(bench::far(i));
    evtimer_assign(
        &timer, loop, [](int, short, void*) {}, nullptr);
    evtimer_add(&timer, &delay);
  }
  bench::start_clock();
}

event timer;
const timeval kAtOnce{0, 0};

void begin_timer(int, short, void*) {
  if (more()) evtimer_add(&timer, &kAtOnce);
}

template <int Others>
void timer_fired(long operations) {
  arm_others(Others);
  evtimer_assign(&timer, loop, begin_timer, nullptr);
  left = operations;
  evtimer_add(&timer, &kAtOnce);
  event_base_loop(loop, 0);
}

template <int Others>
void timer_cancelled(long operations) {
  arm_others(Others);
  evtimer_assign(
      &timer, loop, [](int, short, void*) {}, nullptr);
  for (long i = 0; i < operations; ++i) {
    const timeval delay = in(bench::far(i));
    evtimer_add(&timer, &delay);
    sum += evtimer_del(&timer);
  }
}

// --- Another thread ---

bench::Inbox inbox;

void take_messages(int, short, void* base) {
  for (const long message : inbox.take()) {
    sum += message;
    if (--left == 0) event_base_loopbreak(static_cast<event_base*>(base));
  }
}

void thread_post(long operations) {
  evthread_use_pthreads();
  event_base* const base = event_base_new();
  event* const waker = event_new(base, -1, EV_PERSIST, take_messages, base);
  std::thread poster{[operations, waker] {
    for (long i = 0; i < operations; ++i) {
      inbox.put(1);
      event_active(waker, EV_TIMEOUT, 0);
    }
  }};
  left = operations;
  event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
  poster.join();
}

// --- Memory ---

void waiting_post(long operations) {
  static std::vector<Post> posts(static_cast<std::size_t>(operations));
  for (Post& post : posts) {
    evtimer_assign(&post.handle, loop, add, &post);
    post.start(&sum, 1);
  }
}

void waiting_timer(long operations) { arm_others(static_cast<int>(operations)); }

// --- Echo ---

void on_readable(int client, short, void* handle) {
  if (bench::echo(client)) return;
  event_del(static_cast<event*>(handle));
  ::close(client);
}

// Ends when the last is closed: nothing is active then.
void echo(const char* other_method, long connections) {
  event_config* const config = event_config_new();
  event_config_avoid_method(config, other_method);
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_base* const base = event_base_new_with_config(config);
  std::deque<event> handles;
  for (const int client : bench::accept_clients(connections)) {
    event& handle = handles.emplace_back();
    event_assign(&handle, base, client, EV_READ | EV_PERSIST, on_readable, &handle);
    event_add(&handle, nullptr);
  }
  event_base_loop(base, 0);
}

void echo_poll(long connections) { echo("epoll", connections); }
void echo_epoll(long connections) { echo("poll", connections); }

constexpr bench::Workload kWorkloads[] = {
    {"post_1000", post_1000},
    {"post_1", post_1},
    {"post_1_idle_fd", post_beside_idle_fd},
    {"timer_fired_10", timer_fired<10>},
    {"timer_fired_1000", timer_fired<1000>},
    {"timer_fired_10000", timer_fired<10000>},
    {"timer_fired_100000", timer_fired<100000>},
    {"timer_cancelled_10", timer_cancelled<10>},
    {"timer_cancelled_1000", timer_cancelled<1000>},
    {"timer_cancelled_10000", timer_cancelled<10000>},
    {"timer_cancelled_100000", timer_cancelled<100000>},
    {"thread_post", thread_post},
    {"waiting_post", waiting_post},
    {"waiting_timer", waiting_timer},
    {"echo_poll", echo_poll},
    {"echo_epoll", echo_epoll},
};

}  // namespace

int main(int count, char** arguments) { return bench::main(kWorkloads, count, arguments); }
