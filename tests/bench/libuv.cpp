// SPDX-License-Identifier: BSL-1.0
// libuv. It has no posts to its own thread: an idle handle, started and stopped, is the nearest,
// and its memory is the user's. It has no futures and no locks.
#include <unistd.h>
#include <uv.h>

#include <deque>
#include <tests/bench/bench.hpp>
#include <tests/bench/echo.hpp>
#include <tests/bench/inbox.hpp>
#include <thread>
#include <vector>

using bench::left;
using bench::sum;

namespace {

uv_loop_t* const loop = uv_default_loop();

bool more() {
  if (--left > 0) return true;
  uv_stop(loop);
  return false;
}

std::uint64_t milliseconds(std::chrono::milliseconds time) {
  return static_cast<std::uint64_t>(time.count());
}

// --- Posts ---

struct Post {
  uv_idle_t handle;
  long* to;
  long number;

  void start(long* to_, long number_, uv_idle_cb run) {
    to = to_;
    number = number_;
    uv_idle_start(&handle, run);
  }
};

void add(uv_idle_t* handle) {
  uv_idle_stop(handle);
  const auto& post = *static_cast<Post*>(handle->data);
  *post.to += post.number;
}

void add_and_post(uv_idle_t* handle) {
  add(handle);
  if (more()) static_cast<Post*>(handle->data)->start(&sum, 1, add_and_post);
}

void init(Post& post) {
  uv_idle_init(loop, &post.handle);
  post.handle.data = &post;
}

void post_1000(long operations) {
  static Post posts[1000];
  for (Post& post : posts) init(post);
  for (left = operations; left > 0; left -= 1000) {
    for (long i = 0; i < 1000; ++i) posts[i].start(&sum, i, add);
    uv_run(loop, UV_RUN_NOWAIT);
  }
}

void post_1(long operations) {
  static Post post;
  init(post);
  left = operations;
  post.start(&sum, 1, add_and_post);
  uv_run(loop, UV_RUN_DEFAULT);
}

void post_beside_idle_fd(long operations) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  static uv_poll_t idle;
  uv_poll_init(loop, &idle, ends[0]);
  uv_poll_start(&idle, UV_READABLE, [](uv_poll_t*, int, int) {});
  post_1(operations);
}

// --- Timers ---

void arm_others(int others) {
  static std::vector<uv_timer_t> timers;
  timers.reserve(static_cast<std::size_t>(others));
  for (int i = 0; i < others; ++i) {
    timers.emplace_back();
    uv_timer_init(loop, &timers.back());
    uv_timer_start(
        &timers.back(), [](uv_timer_t*) {}, milliseconds(bench::far(i)), 0);
  }
  bench::start_clock();
}

uv_timer_t timer;

void begin_timer(uv_timer_t*) {
  if (more()) uv_timer_start(&timer, begin_timer, 0, 0);
}

template <int Others>
void timer_fired(long operations) {
  arm_others(Others);
  uv_timer_init(loop, &timer);
  left = operations;
  uv_timer_start(&timer, begin_timer, 0, 0);
  uv_run(loop, UV_RUN_DEFAULT);
}

template <int Others>
void timer_cancelled(long operations) {
  arm_others(Others);
  uv_timer_init(loop, &timer);
  for (long i = 0; i < operations; ++i) {
    uv_timer_start(
        &timer, [](uv_timer_t*) {}, milliseconds(bench::far(i)), 0);
    sum += uv_timer_stop(&timer);
  }
}

// --- Another thread ---

bench::Inbox inbox;

void take_messages(uv_async_t*) {
  for (const long message : inbox.take()) {
    sum += message;
    more();
  }
}

void thread_post(long operations) {
  static uv_async_t waker;
  uv_async_init(loop, &waker, take_messages);
  std::thread poster{[operations] {
    for (long i = 0; i < operations; ++i) {
      inbox.put(1);
      uv_async_send(&waker);
    }
  }};
  left = operations;
  uv_run(loop, UV_RUN_DEFAULT);
  poster.join();
}

// --- Memory ---

void waiting_post(long operations) {
  static std::vector<Post> posts(static_cast<std::size_t>(operations));
  for (Post& post : posts) {
    init(post);
    post.start(&sum, 1, add);
  }
}

void waiting_timer(long operations) { arm_others(static_cast<int>(operations)); }

// --- Echo ---

void give_buffer(uv_handle_t*, std::size_t, uv_buf_t* buffer) {
  static char message[bench::kMessageBytes];
  *buffer = uv_buf_init(message, sizeof message);
}

void on_read(uv_stream_t* client, ssize_t count, const uv_buf_t* buffer) {
  if (count < 0) return uv_close(reinterpret_cast<uv_handle_t*>(client), nullptr);
  const uv_buf_t message = uv_buf_init(buffer->base, static_cast<unsigned>(count));
  if (uv_try_write(client, &message, 1) != count) std::abort();
}

// Ends when the last is closed: nothing is active then.
void echo(long connections) {
  std::deque<uv_tcp_t> clients;
  for (const int client : bench::accept_clients(connections)) {
    uv_tcp_init(loop, &clients.emplace_back());
    uv_tcp_open(&clients.back(), client);
    uv_read_start(reinterpret_cast<uv_stream_t*>(&clients.back()), give_buffer, on_read);
  }
  uv_run(loop, UV_RUN_DEFAULT);
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
    {"echo_epoll", echo},
};

}  // namespace

int main(int count, char** arguments) { return bench::main(kWorkloads, count, arguments); }
