// SPDX-License-Identifier: BSL-1.0
// libev. A post is a watcher fed an event, and its memory the user's; what is fed in a callback
// runs in the same iteration. It has no futures and no locks.
#include <ev.h>
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

struct ev_loop* const loop = EV_DEFAULT;

bool more() {
  if (--left > 0) return true;
  ev_break(loop, EVBREAK_ALL);
  return false;
}

// It may sleep for a millisecond before a timer that is due: so it is not asked to wait.
void run() {
  while (left > 0) ev_run(loop, EVRUN_NOWAIT);
}

// --- Posts ---

struct Post {
  ev_watcher handle;
  long* to;
  long number;

  void start(long* to_, long number_) {
    to = to_;
    number = number_;
    ev_feed_event(loop, &handle, EV_CUSTOM);
  }
};

void add(struct ev_loop*, ev_watcher* handle, int) {
  auto* const post = static_cast<Post*>(handle->data);
  *post->to += post->number;
}

void add_and_post(struct ev_loop*, ev_watcher* handle, int) {
  add(loop, handle, 0);
  if (more()) static_cast<Post*>(handle->data)->start(&sum, 1);
}

void init(Post& post, void (*run)(struct ev_loop*, ev_watcher*, int)) {
  ev_init(&post.handle, run);
  post.handle.data = &post;
}

void post_1000(long operations) {
  static Post posts[1000];
  for (Post& post : posts) init(post, add);
  for (left = operations; left > 0; left -= 1000) {
    for (long i = 0; i < 1000; ++i) posts[i].start(&sum, i);
    ev_run(loop, EVRUN_NOWAIT);
  }
}

void post_1(long operations) {
  static Post post;
  init(post, add_and_post);
  left = operations;
  post.start(&sum, 1);
  run();
}

void post_beside_idle_fd(long operations) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  static ev_io idle;
  ev_io_init(
      &idle, [](struct ev_loop*, ev_io*, int) {}, ends[0], EV_READ);
  ev_io_start(loop, &idle);
  post_1(operations);
}

// --- Timers ---

double seconds(std::chrono::seconds time) { return static_cast<double>(time.count()); }

void arm_others(int others) {
  static std::vector<ev_timer> timers;
  timers.reserve(static_cast<std::size_t>(others));
  for (int i = 0; i < others; ++i) {
    ev_timer& timer = timers.emplace_back();
    ev_timer_init(
        &timer, [](struct ev_loop*, ev_timer*, int) {}, seconds(bench::far(i)), 0);
    ev_timer_start(loop, &timer);
  }
  bench::start_clock();
}

ev_timer timer;

void begin_timer(struct ev_loop*, ev_timer*, int) {
  if (!more()) return;
  ev_timer_set(&timer, 0, 0);
  ev_timer_start(loop, &timer);
}

template <int Others>
void timer_fired(long operations) {
  arm_others(Others);
  left = operations;
  ev_timer_init(&timer, begin_timer, 0, 0);
  ev_timer_start(loop, &timer);
  run();
}

template <int Others>
void timer_cancelled(long operations) {
  arm_others(Others);
  ev_init(&timer, [](struct ev_loop*, ev_timer*, int) {});
  for (long i = 0; i < operations; ++i) {
    ev_timer_set(&timer, seconds(bench::far(i)), 0);
    ev_timer_start(loop, &timer);
    ev_timer_stop(loop, &timer);
    ++sum;
  }
}

// --- Another thread ---

bench::Inbox inbox;

void take_messages(struct ev_loop*, ev_async*, int) {
  for (const long message : inbox.take()) {
    sum += message;
    more();
  }
}

void thread_post(long operations) {
  static ev_async waker;
  ev_async_init(&waker, take_messages);
  ev_async_start(loop, &waker);
  std::thread poster{[operations] {
    for (long i = 0; i < operations; ++i) {
      inbox.put(1);
      ev_async_send(loop, &waker);
    }
  }};
  left = operations;
  ev_run(loop, 0);
  poster.join();
}

// --- Memory ---

void waiting_post(long operations) {
  static std::vector<Post> posts(static_cast<std::size_t>(operations));
  for (Post& post : posts) {
    init(post, add);
    post.start(&sum, 1);
  }
}

void waiting_timer(long operations) { arm_others(static_cast<int>(operations)); }

// --- Echo ---

void on_readable(struct ev_loop* in, ev_io* handle, int) {
  if (bench::echo(handle->fd)) return;
  ev_io_stop(in, handle);
  ::close(handle->fd);
}

// Ends when the last is closed: nothing is active then.
template <unsigned Backend>
void echo(long connections) {
  struct ev_loop* const echoing = ev_loop_new(Backend);
  std::deque<ev_io> handles;
  for (const int client : bench::accept_clients(connections)) {
    ev_io& handle = handles.emplace_back();
    ev_io_init(&handle, on_readable, client, EV_READ);
    ev_io_start(echoing, &handle);
  }
  ev_run(echoing, 0);
}

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
    {"echo_poll", echo<EVBACKEND_POLL>},
    {"echo_epoll", echo<EVBACKEND_EPOLL>},
};

}  // namespace

int main(int count, char** arguments) { return bench::main(kWorkloads, count, arguments); }
