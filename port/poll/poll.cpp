// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <time.h>
#include <unistd.h>
#include <port/poll/poll.hpp>

#if defined(__linux__)
#include <sys/eventfd.h>
#endif

#include <algorithm>
#include <cerrno>

namespace eyelet {

using detail::Block;
using detail::Side;
using detail::Watched;
using detail::Watcher;

namespace {

// Fits every system's timeout, and is the most that a failed wake can cost.
constexpr Duration kLongestSleep = std::chrono::minutes{1};
constexpr Duration kBlindSleep = std::chrono::milliseconds{10};

constexpr short event(Side side) { return side == detail::kReading ? POLLIN : POLLOUT; }
constexpr Side other(Side side) {
  return side == detail::kReading ? detail::kWriting : detail::kReading;
}

#if defined(__linux__)

bool open_wake_ends(int (&ends)[2]) {
  ends[0] = ends[1] = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return ends[0] >= 0;
}

int sleep_in_poll(pollfd* polled, int count, Duration limit) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  const std::chrono::nanoseconds rest = limit - seconds;
  const timespec timeout{static_cast<time_t>(seconds.count()), static_cast<long>(rest.count())};
  return ::ppoll(polled, static_cast<nfds_t>(count), &timeout, nullptr);
}

#else

// A fresh pipe takes both flags: neither call can fail.
bool open_wake_ends(int (&ends)[2]) {
  if (::pipe(ends) != 0) return false;
  for (const int end : ends) {
    ::fcntl(end, F_SETFL, O_NONBLOCK);
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
  }
  return true;
}

int sleep_in_poll(pollfd* polled, int count, Duration limit) {
  // Rounded up: a timer is never early, and the last millisecond is not spent asking.
  const auto timeout = (limit.count() + 999) / 1000;
  return ::poll(polled, static_cast<nfds_t>(count), static_cast<int>(timeout));
}

#endif

}  // namespace

PollPort::PollPort(Watched* watched, pollfd* polled, int capacity)
    : watched_{watched}, polled_{polled}, capacity_{capacity} {
  if (!open_wake_ends(wake_ends_)) remember(errno);
  polled_[0] = {wake_ends_[0], POLLIN, 0};
}

PollPort::~PollPort() {
  if (polled_[0].fd < 0) return;
  // Not tried again after EINTR: the number may be somebody else's by then.
  ::close(wake_ends_[0]);
  if (wake_ends_[1] != wake_ends_[0]) ::close(wake_ends_[1]);
}

Result<void> PollPort::status() const {
  if (error_ != 0) return failure(Errc::system, error_);
  return {};
}

// The first error stays: later ones are often its consequence.
void PollPort::remember(int error) {
  int none = 0;
  error_.compare_exchange_strong(none, error);
}

TimePoint PollPort::now() const {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return TimePoint{std::chrono::duration_cast<Duration>(std::chrono::seconds{time.tv_sec} +
                                                        std::chrono::nanoseconds{time.tv_nsec})};
}

std::uintptr_t PollPort::context() const {
  // An address that differs from thread to thread.
  static thread_local char here;
  return reinterpret_cast<std::uintptr_t>(&here);
}

// --- Sleeping and waking ---
//
//   awake --(1)--> asleep --(2)--> woken
//     |                              ^
//     +------------(2)---------------+    all: --(3)--> awake
//
//   (1) wait_until, if there is time to sleep   (2) wake   (3) the end of wait_until
// Only (2) from asleep writes to the wake end. A writer that is late, after (3), ends one more
// sleep early.

void PollPort::wait_until(TimePoint deadline) {
  Duration limit = time_left(deadline);
  Sleep was = kAwake;
  const bool sleeps = limit > Duration{0} && sleep_.compare_exchange_strong(was, kAsleep);
  if (!sleeps) limit = Duration{0};
  if (sleeps || polled_count_ > 1) {
    int ready = look(limit);
    if (ready > 0 && polled_[0].revents != 0) {
      drain();
      --ready;
    }
    for (pollfd* polled = polled_ + 1; ready > 0; ++polled) {
      if (polled->revents == 0) continue;
      grant(*polled);
      --ready;
    }
  }
  // An exchange, not a store: what was written before the wake must be seen after it.
  sleep_.exchange(kAwake);
}

void PollPort::wake() {
  // After an error the sleeps are so short that none is to be ended.
  if (sleep_.exchange(kWoken) != kAsleep || error_ != 0) return;
  const int saved = errno;  // of the code that a signal handler interrupts
  const std::uint64_t one = 1;
  // EAGAIN: it is full, and so wakes as it is.
  if (::write(wake_ends_[1], &one, sizeof one) < 0 && errno != EAGAIN) remember(errno);
  errno = saved;
}

// Anew for each call: after a clamped or interrupted sleep the loop asks again.
Duration PollPort::time_left(TimePoint deadline) const {
  if (deadline == kAtOnce) return Duration{0};
  const TimePoint start = now();
  if (deadline <= start) return Duration{0};
  return std::min(deadline - start, error_ == 0 ? kLongestSleep : kBlindSleep);
}

// How many of `polled_` have something to tell.
int PollPort::look(Duration limit) {
  const int ready = sleep_in_poll(polled_, polled_count_, limit);
  if (ready >= 0) return ready;
  if (errno == EINTR) return 0;
  remember(errno);
  if (limit > Duration{0}) sleep_in_poll(nullptr, 0, std::min(limit, kBlindSleep));
  return 0;
}

void PollPort::drain() {
  std::uint64_t count;
  if (::read(wake_ends_[0], &count, sizeof count) >= 0 || errno == EAGAIN) return;
  // Somebody closed it: the number is no longer ours to use or to close.
  remember(errno);
  polled_[0].fd = -1;
}

// --- Watchers ---

void PollPort::grant(const pollfd& polled) {
  constexpr short kBothSides = POLLERR | POLLHUP | POLLNVAL;
  const bool closed = (polled.revents & POLLNVAL) != 0;
  for (const Side side : {detail::kReading, detail::kWriting}) {
    Block* const block = watched_[polled.fd].watchers[side];
    if (block == nullptr || (polled.revents & (event(side) | kBothSides)) == 0) continue;
    if (closed) detail::payload<Watcher>(*block).closed = true;
    if ((block->flags & detail::kGranted) != 0) continue;
    block->flags |= detail::kGranted;
    block->loop->schedule(*block);
  }
}

Result<void> PollPort::check(int descriptor, Side side) const {
  if (descriptor >= capacity_) return failure(Errc::limit_overrun, capacity_);
  if (::fcntl(descriptor, F_GETFD) < 0) return failure(Errc::system, errno);
  if (watched_[descriptor].watchers[side] != nullptr) return failure(Errc::invalid_state);
  return {};
}

void PollPort::enlist(Block& block) {
  const Watcher& watcher = detail::payload<Watcher>(block);
  Watched& watched = watched_[watcher.descriptor];
  if (watched.watchers[other(watcher.side)] == nullptr) {
    watched.place = polled_count_++;
    polled_[watched.place] = {watcher.descriptor, 0, 0};
  }
  watched.watchers[watcher.side] = &block;
  pollfd& polled = polled_[watched.place];
  polled.events = static_cast<short>(polled.events | event(watcher.side));
}

void PollPort::delist(const Watcher& watcher) {
  Watched& watched = watched_[watcher.descriptor];
  watched.watchers[watcher.side] = nullptr;
  pollfd& polled = polled_[watched.place];
  polled.events = static_cast<short>(polled.events & ~event(watcher.side));
  if (watched.watchers[other(watcher.side)] != nullptr) return;
  polled = polled_[--polled_count_];
  watched_[polled.fd].place = watched.place;
}

bool PollPort::remove(int descriptor, Side side) {
  if (descriptor < 0 || descriptor >= capacity_) return false;
  Block* const block = watched_[descriptor].watchers[side];
  if (block == nullptr) return false;
  block->loop->check_context();
  close(*block);
  return true;
}

// Also what a loop does that closes.
void PollPort::close(Block& block) {
  const Watcher& watcher = detail::payload<Watcher>(block);
  watcher.port->delist(watcher);
  if ((block.flags & detail::kGranted) != 0) unlink(block);
  // One that is running is on the stack: end_turn() discards it.
  if ((block.flags & detail::kRunning) == 0) discard(block);
}

void PollPort::discard(Block& block) {
  Loop::retire(block);
  Loop& loop = *block.loop;
  // The captures go last, their destructors may call into the loop: even close() passes by here.
  block.kind = detail::Kind::free;
  if (block.operations->drop != nullptr) block.operations->drop(block.payload);
  loop.release(block);
}

void PollPort::begin_turn(Block& block) {
  block.flags = detail::kRunning;
  const Watcher& watcher = detail::payload<Watcher>(block);
  // Before it runs, so that it may watch the same number again.
  if (watcher.closed) watcher.port->delist(watcher);
}

void PollPort::end_turn(Block& block) {
  const Watcher watcher = detail::payload<Watcher>(block);
  block.flags &= static_cast<std::uint8_t>(~detail::kRunning);
  if (watcher.port->watched_[watcher.descriptor].watchers[watcher.side] == &block) return;
  Loop& loop = *block.loop;
  discard(block);
  if (watcher.closed) loop.report(Error{Errc::system, EBADF});
}

}  // namespace eyelet
