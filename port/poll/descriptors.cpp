// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>
#include <port/poll/descriptors.hpp>

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

constexpr Duration kLongestSleep = std::chrono::minutes{1};  // fits every system's timeout
constexpr Duration kDeafSleep = std::chrono::milliseconds{10};

constexpr short event(Side side) { return side == detail::kReading ? POLLIN : POLLOUT; }

bool open_wake_ends(int (&ends)[2]) {
#if defined(__linux__)
  ends[0] = ends[1] = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return ends[0] >= 0;
#else
  // A fresh pipe takes both flags: neither call can fail.
  if (::pipe(ends) != 0) return false;
  for (const int end : ends) {
    ::fcntl(end, F_SETFL, O_NONBLOCK);
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
  }
  return true;
#endif
}

}  // namespace

DescriptorPort::DescriptorPort(Watched* watched, int capacity)
    : watched_{watched}, capacity_{capacity} {
  if (!open_wake_ends(wake_ends_)) remember(errno);
}

DescriptorPort::~DescriptorPort() {
  if (wake_ends_[0] < 0) return;
  // Not tried again after EINTR: the number may be somebody else's by then.
  ::close(wake_ends_[0]);
  if (wake_ends_[1] != wake_ends_[0]) ::close(wake_ends_[1]);
}

Result<void> DescriptorPort::status() const {
  if (error_ != 0) return failure(Errc::system, error_);
  return {};
}

// The first error stays: later ones are often its consequence.
void DescriptorPort::remember(int error) {
  int none = 0;
  error_.compare_exchange_strong(none, error);
}

TimePoint DescriptorPort::now() const {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  // Less than a second, without a sign: quickly divided.
  const auto microseconds = static_cast<std::uint32_t>(time.tv_nsec) / 1000;
  return TimePoint{std::chrono::seconds{time.tv_sec} + Duration{microseconds}};
}

// Whoever is inside leaves soon, unless it has lost its processor: then it may need this one, which
// a thread of higher priority does not give away by yielding.
void DescriptorPort::wait_to_enter() {
  constexpr int kLooks = 100, kYields = 100;
  constexpr timespec kNap{0, 50'000};
  for (int tries = 0;; ++tries) {
    if (inside_.load(std::memory_order_relaxed) == kNobody && try_enter()) return;
    if (tries >= kLooks + kYields)
      ::nanosleep(&kNap, nullptr);
    else if (tries >= kLooks)
      ::sched_yield();
  }
}

// --- Sleeping and waking ---

// Cut: the loop asks again.
Duration DescriptorPort::time_left(TimePoint deadline) const {
  if (deadline == kAtOnce) return Duration{0};
  const TimePoint start = now();
  if (deadline <= start) return Duration{0};
  return std::min(deadline - start, error_ == 0 ? kLongestSleep : kDeafSleep);
}

void DescriptorPort::wake() {
  // After an error the sleeps are so short that none is to be ended.
  if (sleep_.exchange(kWoken) != kAsleep || error_ != 0) return;
  const int saved = errno;  // of the code that a signal handler interrupts
  const std::uint64_t one = 1;
  // EAGAIN: it is full, and so wakes as it is.
  if (::write(wake_ends_[1], &one, sizeof one) < 0 && errno != EAGAIN) remember(errno);
  errno = saved;
}

bool DescriptorPort::drain() {
  std::uint64_t count;
  if (::read(wake_ends_[0], &count, sizeof count) >= 0 || errno == EAGAIN) return true;
  lose_wake_end(errno);
  return false;
}

void DescriptorPort::lose_wake_end(int error) {
  remember(error);
  wake_ends_[0] = -1;
}

void DescriptorPort::sleep_after(int error, Duration limit) {
  if (error == EINTR) return;
  remember(error);
  if (limit == Duration{0}) return;
  const std::chrono::nanoseconds sleep = std::min(limit, kDeafSleep);
  const timespec time{0, static_cast<long>(sleep.count())};
  ::nanosleep(&time, nullptr);
}

// --- Watchers ---

// One that runs is found again after that.
void DescriptorPort::mark_closed(const Watched& watched) {
  for (Block* const watcher : watched.watchers)
    if (watcher != nullptr && watcher->flags == detail::kGranted) watcher->flags |= detail::kClosed;
}

short DescriptorPort::events_of(int descriptor) const {
  const Watched& watched = watched_[descriptor];
  return static_cast<short>((watched.watchers[detail::kReading] != nullptr ? POLLIN : 0) |
                            (watched.watchers[detail::kWriting] != nullptr ? POLLOUT : 0));
}

Result<void> DescriptorPort::check(int descriptor, Side side) const {
  if (descriptor >= capacity_) return failure(Errc::limit_overrun, capacity_);
  if (descriptor < 0) return failure(Errc::system, EBADF);
  if (watched_[descriptor].watchers[side] != nullptr) return failure(Errc::invalid_state);
  return {};
}

Result<void> DescriptorPort::enlist(Block& block) {
  const Watcher& watcher = detail::payload<Watcher>(block);
  const short before = events_of(watcher.descriptor);
  const Result<void> watches =
      watch(watcher.descriptor, before, static_cast<short>(before | event(watcher.side)));
  if (!watches) {
    discard(block);
    return watches;
  }
  if (before == 0) ++watched_count_;
  watched_[watcher.descriptor].watchers[watcher.side] = &block;
  return {};
}

void DescriptorPort::delist(const Watcher& watcher) {
  const short before = events_of(watcher.descriptor);
  watched_[watcher.descriptor].watchers[watcher.side] = nullptr;
  const short events = events_of(watcher.descriptor);
  if (events == 0) --watched_count_;
  static_cast<void>(watch(watcher.descriptor, before, events));
}

bool DescriptorPort::remove(int descriptor, Side side) {
  if (descriptor < 0 || descriptor >= capacity_) return false;
  Block* const block = watched_[descriptor].watchers[side];
  if (block == nullptr) return false;
  block->loop->check_context();
  close(*block);
  return true;
}

// Also what a loop does that closes.
void DescriptorPort::close(Block& block) {
  const Watcher& watcher = detail::payload<Watcher>(block);
  watcher.port->delist(watcher);
  if ((block.flags & detail::kGranted) != 0) {
    unlink(block);
    --watcher.port->granted_;
  }
  // One that is running is on the stack: end_last_turn() discards it.
  if ((block.flags & detail::kRunning) != 0)
    block.flags |= detail::kRemoved;
  else
    discard(block);
}

void DescriptorPort::discard(Block& block) {
  Loop::retire(block);
  Loop& loop = *block.loop;
  // The captures go last, their destructors may call into the loop: even close() passes by here.
  block.kind = detail::Kind::free;
  if (block.operations->drop != nullptr) block.operations->drop(block.payload);
  loop.release(block);
}

// Its descriptor is closed.
void DescriptorPort::begin_last_turn(Block& block) {
  const Watcher& watcher = detail::payload<Watcher>(block);
  // Before it runs, so that it may watch the same number again.
  watcher.port->delist(watcher);
  block.flags = detail::kRunning | detail::kClosed;
}

void DescriptorPort::end_last_turn(Block& block) {
  const bool closed = (block.flags & detail::kClosed) != 0;
  Loop& loop = *block.loop;
  discard(block);
  if (closed) loop.report(Errc::system, EBADF);
}

}  // namespace eyelet
