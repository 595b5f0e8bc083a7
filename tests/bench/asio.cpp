// SPDX-License-Identifier: BSL-1.0
// Standalone Asio. It has no futures that call back, and no locks; its experimental channel is a
// queue.
#include <unistd.h>

#include <asio.hpp>
#include <asio/experimental/channel.hpp>
#include <deque>
#include <tests/bench/bench.hpp>
#include <tests/bench/echo.hpp>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using asio::error_code;
using asio::steady_timer;
using bench::left;
using bench::sum;

namespace {

asio::io_context loop{1};  // for one thread

bool more() {
  if (--left > 0) return true;
  loop.stop();
  return false;
}

void run(long operations, void (*begin)()) {
  left = operations;
  begin();
  loop.run();
}

// --- Posts ---

void post_1000(long operations) {
  for (left = operations; left > 0; left -= 1000) {
    for (long i = 0; i < 1000; ++i) asio::post(loop, [to = &sum, i] { *to += i; });
    loop.restart();
    loop.poll();
  }
}

struct Post {
  long* to;
  long number;

  void operator()() const {
    *to += number;
    if (more()) asio::post(loop, *this);
  }
};

void post_1(long operations) {
  left = operations;
  asio::post(loop, Post{&sum, 1});
  loop.run();
}

void post_beside_idle_fd(long operations) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  asio::posix::stream_descriptor idle{loop, ends[0]};
  idle.async_wait(idle.wait_read, [](error_code) {});
  post_1(operations);
}

// --- Timers ---

void arm_others(int others) {
  static std::vector<steady_timer> timers;
  timers.reserve(static_cast<std::size_t>(others));
  for (int i = 0; i < others; ++i) {
    timers.emplace_back(loop, bench::far(i));
    timers.back().async_wait([](error_code) {});
  }
  bench::start_clock();
}

void begin_timer() {
  static steady_timer timer{loop};
  timer.expires_after(0s);
  timer.async_wait([](error_code) {
    if (more()) begin_timer();
  });
}

template <int Others>
void timer_fired(long operations) {
  arm_others(Others);
  run(operations, begin_timer);
}

// What was cancelled calls back, too: it has to be run.
template <int Others>
void timer_cancelled(long operations) {
  arm_others(Others);
  steady_timer timer{loop};
  for (long i = 0; i < operations; ++i) {
    timer.expires_after(bench::far(i));
    timer.async_wait([](error_code) {});
    sum += static_cast<long>(timer.cancel());
    loop.poll();
  }
}

// --- What several share ---

using Channel = asio::experimental::channel<void(error_code, long)>;

Channel queue_of_1{loop, 1};
Channel queue_of_64{loop, 64};

template <Channel& queue>
void produce() {
  while (queue.try_send(error_code{}, 1))
    ;
  queue.async_send(error_code{}, 1, [](error_code) { produce<queue>(); });
}

template <Channel& queue>
void consume() {
  bool go_on = true;
  while (go_on && queue.try_receive([&go_on](error_code, long item) {
    sum += item;
    go_on = more();
  }))
    ;
  if (!go_on) return;
  queue.async_receive([](error_code, long item) {
    sum += item;
    if (more()) consume<queue>();
  });
}

template <Channel& queue>
void begin_queue() {
  consume<queue>();
  produce<queue>();
}

template <void (*begin)()>
void repeat(long operations) {
  run(operations, begin);
}

// --- Another thread ---

void thread_post(long operations) {
  const auto stay = asio::make_work_guard(loop);
  std::thread poster{[operations] {
    const auto add_one = [] {
      ++sum;
      more();
    };
    for (long i = 0; i < operations; ++i) asio::post(loop, add_one);
  }};
  left = operations;
  loop.run();
  poster.join();
}

// --- Memory ---

void waiting_post(long operations) {
  for (long i = 0; i < operations; ++i) asio::post(loop, [to = &sum, i] { *to += i; });
}

void waiting_timer(long operations) { arm_others(static_cast<int>(operations)); }

// --- Echo ---

class Session {
 public:
  explicit Session(int client) : socket_{loop, asio::ip::tcp::v4(), client} { read(); }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(message_), [this](error_code error, std::size_t count) {
      if (error) return socket_.close();
      write(count);
    });
  }

  void write(std::size_t count) {
    asio::async_write(socket_, asio::buffer(message_, count),
                      [this](error_code, std::size_t) { read(); });
  }

  asio::ip::tcp::socket socket_;
  char message_[bench::kMessageBytes];
};

// Ends when the last is closed: nothing is left to do then.
void echo(long connections) {
  std::deque<Session> sessions;
  for (const int client : bench::accept_clients(connections)) sessions.emplace_back(client);
  loop.run();
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
    {"queue_1", repeat<begin_queue<queue_of_1>>},
    {"queue_64", repeat<begin_queue<queue_of_64>>},
    {"thread_post", thread_post},
    {"waiting_post", waiting_post},
    {"waiting_timer", waiting_timer},
    {"echo_epoll", echo},
};

}  // namespace

int main(int count, char** arguments) { return bench::main(kWorkloads, count, arguments); }
