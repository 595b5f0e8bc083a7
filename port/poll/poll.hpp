// SPDX-License-Identifier: BSL-1.0
// poll: a port for Linux and other POSIX systems. Between callbacks it sleeps in poll(2), in Linux
// in ppoll(2). A look costs the kernel some 30 ns for each descriptor that is watched; where there
// are many and few are ready, port/epoll is the better one.
#pragma once

#include <poll.h>

#include <port/poll/descriptors.hpp>

namespace eyelet {

namespace detail {

template <std::size_t Descriptors>
struct PollStorage {
  Watched watched[Descriptors] = {};
  pollfd polled[Descriptors + 1] = {};
};

}  // namespace detail

/// The port without its memory; programs declare a StaticPollPort.
/// If a descriptor is closed while it is watched, its watchers run once more to see EBADF, and are
/// then removed and reported.
class PollPort : public DescriptorPort {
 public:
  void wait_until(TimePoint deadline) override;

 protected:
  PollPort(detail::Watched* watched, pollfd* polled, int capacity);
  ~PollPort() = default;

 private:
  Result<void> watch(int descriptor, short before, short events) override;

  pollfd* const polled_;  // the wake end, and then what is watched, without gaps
};

/// A port with its memory: it watches descriptors numbered below `Descriptors`, which on a 64-bit
/// system costs 32 bytes each. `sizeof` tells the whole price.
template <std::size_t Descriptors>
class StaticPollPort final : private detail::PollStorage<Descriptors>, public PollPort {
 public:
  static_assert(Descriptors >= 1 && Descriptors <= 1 << 20, "eyelet: too few or many descriptors");
  StaticPollPort() : PollPort{Storage::watched, Storage::polled, Descriptors} {}

 private:
  using Storage = detail::PollStorage<Descriptors>;
};

}  // namespace eyelet
