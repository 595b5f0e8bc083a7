// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <time.h>
#include <port/poll/poll.hpp>

#include <cerrno>

namespace eyelet {

namespace {

int sleep_in_poll(pollfd* polled, int count, Duration limit) {
  const auto descriptors = static_cast<nfds_t>(count);
  if (limit == detail::kForever) return ::poll(polled, descriptors, -1);
  if (limit == Duration{0}) return ::poll(polled, descriptors, 0);
#if defined(__linux__)
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  const std::chrono::nanoseconds rest = limit - seconds;
  const timespec timeout{static_cast<time_t>(seconds.count()), static_cast<long>(rest.count())};
  return ::ppoll(polled, descriptors, &timeout, nullptr);
#else
  // Rounded up: a timer is never early, and the last millisecond is not spent asking.
  return ::poll(polled, descriptors, static_cast<int>((limit.count() + 999) / 1000));
#endif
}

}  // namespace

PollPort::PollPort(detail::Watched* watched, pollfd* polled, int capacity)
    : DescriptorPort{watched, capacity}, polled_{polled} {
  polled_[0] = {wake_end(), POLLIN, 0};
}

void PollPort::wait_until(TimePoint deadline) {
  const Duration limit = fall_asleep(deadline);
  int ready = 0;
  if (wants_look(limit)) ready = sleep_in_poll(polled_, watched_count_ + 1, limit);
  if (ready < 0) sleep_after(errno, limit);
  if (ready > 0 && polled_[0].revents != 0) {
    drain();
    polled_[0].fd = wake_end();
    --ready;
  }
  for (const pollfd* polled = polled_ + 1; ready > 0; ++polled) {
    if (polled->revents == 0) continue;
    grant(watched_[polled->fd], polled->revents);
    --ready;
  }
  awake();
}

Result<void> PollPort::watch(int descriptor, short before, short events) {
  if (events > before && ::fcntl(descriptor, F_GETFD) < 0) return failure(Errc::system, errno);
  int& place = watched_[descriptor].place;
  if (before == 0) place = watched_count_ + 1;
  polled_[place] = {descriptor, events, 0};
  if (events != 0) return {};
  polled_[place] = polled_[watched_count_ + 1];
  watched_[polled_[place].fd].place = place;
  return {};
}

}  // namespace eyelet
