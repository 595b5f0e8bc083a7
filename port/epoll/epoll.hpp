// SPDX-License-Identifier: BSL-1.0
// epoll: a port for Linux, with the interface of port/poll. It sleeps in epoll(7), which remembers
// what is watched: a look costs what is ready, and not what is watched.
#pragma once

#include <sys/epoll.h>

#include <port/poll/descriptors.hpp>

namespace eyelet {

namespace detail {

template <std::size_t Descriptors>
struct EpollStorage {
  Watched watched[Descriptors] = {};
  epoll_event events[Descriptors + 1] = {};
};

}  // namespace detail

/// The port without its memory; programs declare a StaticEpollPort.
/// It differs from PollPort in three things. Adding and removing are a system call each. A
/// descriptor that is closed while it is watched goes unnoticed: its watchers do not run any more,
/// and stay until removed; if the same file is open under another number, they run on, and see
/// EBADF. And adding may fail for want of the kernel's memory: system (ENOMEM, ENOSPC).
/// A regular file, which epoll(7) refuses, is always ready here, too; it costs a system call a
/// look.
class EpollPort : public DescriptorPort {
 public:
  void wait_until(TimePoint deadline) override;

 protected:
  EpollPort(detail::Watched* watched, epoll_event* events, int capacity);
  ~EpollPort();

 private:
  Result<void> watch(int descriptor, short before, short events) override;
  void watch_file(int descriptor, short before, short events);
  bool tell(int operation, int descriptor, short events);
  void fail(int error, Duration limit);
  void look_at_files();
  void check_wake_end();
  bool renew();
  void miss(int error);

  static constexpr int kNone = -1;

  epoll_event* const events_;  // what a look found: room for all that may be ready
  int epoll_ = kNone;
  int first_file_ = kNone;  // of those that epoll(7) refuses; `place` leads to the next
  bool stale_ = true;       // the kernel watches something else than the table says
};

/// A port with its memory: it watches descriptors numbered below `Descriptors`, which on a 64-bit
/// system costs 36 or 40 bytes each. `sizeof` tells the whole price, but for what the kernel needs.
template <std::size_t Descriptors>
class StaticEpollPort final : private detail::EpollStorage<Descriptors>, public EpollPort {
 public:
  static_assert(Descriptors >= 1 && Descriptors <= 1 << 20, "eyelet: too few or many descriptors");
  StaticEpollPort() : EpollPort{Storage::watched, Storage::events, Descriptors} {}

 private:
  using Storage = detail::EpollStorage<Descriptors>;
};

}  // namespace eyelet
