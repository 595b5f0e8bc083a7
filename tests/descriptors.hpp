// SPDX-License-Identifier: BSL-1.0
// What the tests of port/poll and port/epoll share: socket pairs, limits, and a group with a port.
// Real descriptors and a real clock: of time only lower bounds are asserted, and guards of seconds
// against hanging. Most tests need no time at all: what was written to a socket pair is readable.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <tests/fixture.hpp>

namespace descriptors {

using namespace fixture;
using eyelet::Duration;
using eyelet::TimePoint;

inline constexpr Duration kHang = 4s;

/// Two connected, non-blocking sockets. Descriptors that were closed early are -1.
struct Pair {
  int near = -1;
  int far = -1;

  Pair() {
    int ends[2] = {-1, -1};
    CHECK_EQUAL(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
    near = ends[0];
    far = ends[1];
  }
  ~Pair() {
    close_near();
    close_far();
  }
  static void close_end(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  void close_near() { close_end(near); }
  void close_far() { close_end(far); }

  void send(const char* text) const { send_to(far, text); }
  void fill() const {
    static const char kZeros[4096] = {};
    while (::send(near, kZeros, sizeof kZeros, MSG_NOSIGNAL) > 0) {
    }
  }
  void empty_far() const {
    while (receive(far) > 0) {
    }
  }
  static void send_to(int end, const char* text) {
    CHECK_EQUAL(static_cast<ssize_t>(std::strlen(text)),
                ::send(end, text, std::strlen(text), MSG_NOSIGNAL));
  }
  /// Bytes received, 0 at the end, or -errno.
  static int receive(int end) {
    char buffer[4096];
    const ssize_t count = ::recv(end, buffer, sizeof buffer, 0);
    return count >= 0 ? static_cast<int>(count) : -errno;
  }
};

inline int open_descriptors() {
  int count = 0;
  for (int fd = 0; fd < 1024; ++fd)
    if (::fcntl(fd, F_GETFD) >= 0) ++count;
  return count;
}

inline int lowest_free_descriptor() {
  const int fd = ::open("/dev/null", O_RDONLY);
  ::close(fd);
  return fd;
}

/// A file with nothing in it, which goes with its descriptor.
inline int open_file() { return ::memfd_create("empty", 0); }

/// The soft limit on descriptors, until the end of the scope.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t limit) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit changed = before_;
    changed.rlim_cur = std::min(limit, before_.rlim_max);
    CHECK_EQUAL(0, ::setrlimit(RLIMIT_NOFILE, &changed));
    now = changed.rlim_cur;
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  rlim_t now;

 private:
  rlimit before_;
};

// The port outlives the loop's last use, the pairs outlive both.
template <class StaticPort>
struct Group : Utest {
  static constexpr std::size_t kBlocks = 24;

  Pair a, b, c;
  StaticPort port;
  eyelet::StaticLoop<kBlocks, 8> loop{port};
  std::string log;
  int reports = 0;
  Error last_report{};

  void setup() override {
    Live::count = 0;
    loop.set_exception_handler(
        [](Loop&, Error error, void* self) {
          auto& group = *static_cast<Group*>(self);
          ++group.reports;
          group.last_report = error;
        },
        this);
  }
  void teardown() override {
    for (int fd = 0; fd < 64; ++fd) {
      port.remove_reader(fd);
      port.remove_writer(fd);
    }
    CHECK_EQUAL(0U, loop.stats().in_use);
    CHECK_EQUAL(0, Live::count);
    CHECK_TRUE(port.status().has_value());
  }

  void look() { static_cast<void>(loop.poll()); }
  auto note(const char* word) {
    return [this, word] { log.append(word).append(" "); };
  }
  template <class F>
  void read_with(int fd, F&& fn) {
    CHECK_EQUAL(Errc::none, code(port.add_reader(loop, fd, std::forward<F>(fn))));
  }
  template <class F>
  void write_with(int fd, F&& fn) {
    CHECK_EQUAL(Errc::none, code(port.add_writer(loop, fd, std::forward<F>(fn))));
  }
  void check_log(const char* expected) {
    STRCMP_EQUAL(expected, log.c_str());
    log.clear();
  }
  /// Nothing keeps the port awake.
  void check_sleeps() {
    const TimePoint end = port.now() + 20ms;
    int rounds = 0;
    for (; port.now() < end && rounds < 1000; ++rounds) port.wait_until(end);
    CHECK_COMPARE(rounds, <, 20);
  }
  /// Runs until stop(), or fails when that takes seconds.
  void run_until_stopped() {
    const eyelet::Handle guard = loop.call_later(kHang, [this] { loop.stop(); });
    CHECK_TRUE(loop.run_forever().has_value());
    CHECK_TRUE(guard.cancel());
  }
};

}  // namespace descriptors
