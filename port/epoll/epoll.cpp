// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <port/epoll/epoll.hpp>

#include <cerrno>

namespace eyelet {

using detail::Watched;

namespace {

// What both tell in the same bits needs no translation.
static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR &&
              EPOLLHUP == POLLHUP);

// Not inline: its registers cost a message 6 instructions.
[[gnu::noinline]] int sleep_for(Duration limit, int epoll, epoll_event* events, int room) {
#if defined(SYS_epoll_pwait2)
  // From Linux 5.11 on. By its number, because not every C library has it; its time is 64 bits wide
  // everywhere.
  const struct {
    std::int64_t seconds, nanoseconds;
  } timeout{limit.count() / 1'000'000, limit.count() % 1'000'000 * 1000};
  const auto ready = static_cast<int>(
      ::syscall(SYS_epoll_pwait2, epoll, events, room, &timeout, nullptr, std::size_t{0}));
  if (ready >= 0 || (errno != ENOSYS && errno != EPERM)) return ready;  // EPERM: of a sandbox
#endif
  // Rounded up: a timer is never early, and the last millisecond is not spent asking.
  return ::epoll_wait(epoll, events, room, static_cast<int>((limit.count() + 999) / 1000));
}

int sleep_in_epoll(int epoll, epoll_event* events, int room, Duration limit) {
  if (limit == detail::kForever) return ::epoll_wait(epoll, events, room, -1);
  if (limit == Duration{0}) return ::epoll_wait(epoll, events, room, 0);
  return sleep_for(limit, epoll, events, room);
}

}  // namespace

EpollPort::EpollPort(Watched* watched, epoll_event* events, int capacity)
    : DescriptorPort{watched, capacity}, events_{events} {
  renew();
}

EpollPort::~EpollPort() {
  if (epoll_ != kNone) ::close(epoll_);
}

void EpollPort::wait_until(TimePoint deadline) {
  // First of all: what it finds or misses is not slept over.
  if (stale_ && renew()) deadline = kAtOnce;
  Duration limit = fall_asleep(deadline);
  int ready = 0;
  if (wants_look(limit)) {
    if (first_file_ != kNone) {
      look_at_files();
      limit = Duration{0};
    }
    ready = sleep_in_epoll(epoll_, events_, capacity_ + 1, limit);
    if (ready < 0) fail(errno, limit);
    if (ready == 0 && limit > Duration{0}) check_wake_end();
  }
  for (const epoll_event* event = events_; ready > 0; ++event, --ready) {
    if (event->data.ptr != nullptr)
      grant(*static_cast<const Watched*>(event->data.ptr), static_cast<short>(event->events));
    else if (!drain())
      stale_ = true;
  }
  awake();
}

void EpollPort::fail(int error, Duration limit) {
  sleep_after(error, limit);
  if (error == EINTR) return;
  // Somebody closed it: the number is no longer ours to use or to close.
  epoll_ = kNone;
  stale_ = true;
}

void EpollPort::look_at_files() {
  for (int file = first_file_; file != kNone; file = watched_[file].place) {
    pollfd polled{file, events_of(file), 0};
    if (::poll(&polled, 1, 0) > 0) grant(watched_[file], polled.revents);
  }
}

// epoll(7) does not tell that it was closed: one that was ends no sleep.
void EpollPort::check_wake_end() {
  if (wake_end() < 0 || tell(EPOLL_CTL_MOD, wake_end(), POLLIN)) return;
  lose_wake_end(EBADF);
  stale_ = true;
}

bool EpollPort::tell(int operation, int descriptor, short events) {
  epoll_event event{static_cast<std::uint32_t>(events), {}};
  event.data.ptr = descriptor == wake_end() ? nullptr : &watched_[descriptor];
  return ::epoll_ctl(epoll_, operation, descriptor, &event) == 0;
}

Result<void> EpollPort::watch(int descriptor, short before, short events) {
  if (epoll_ == kNone && events > before) return status();
  const int operation = before == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  if (tell(operation, descriptor, events)) return {};
  if (errno == EPERM) {
    if (!stale_) watch_file(descriptor, before, events);
    return {};
  }
  const bool known_otherwise = errno == ENOENT || errno == EEXIST;
  if (events > before && !known_otherwise) return failure(Errc::system, errno);
  // Somebody closed a descriptor that was watched. Its file may live on under another number, and
  // would be told of for ever.
  stale_ = true;
  return {};
}

void EpollPort::watch_file(int descriptor, short before, short events) {
  if (before == 0) {
    watched_[descriptor].place = first_file_;
    first_file_ = descriptor;
    return;
  }
  int* place = &first_file_;
  while (*place != descriptor && *place != kNone) place = &watched_[*place].place;
  if (*place == kNone)
    stale_ = true;  // what was watched was no file: somebody closed it
  else if (events == 0)
    *place = watched_[descriptor].place;
}

// The kernel forgets all, and is told anew. True: what was watched is found closed.
bool EpollPort::renew() {
  const int fresh = ::epoll_create1(EPOLL_CLOEXEC);
  if (fresh == kNone) {
    remember(errno);
    return false;
  }
  if (epoll_ == kNone) {
    epoll_ = fresh;
  } else {
    // Its number stays, so that it never takes one that the program has just closed.
    ::dup3(fresh, epoll_, O_CLOEXEC);
    ::close(fresh);
  }
  stale_ = false;
  first_file_ = kNone;
  if (wake_end() >= 0 && !tell(EPOLL_CTL_ADD, wake_end(), POLLIN)) miss(errno);
  bool found = false;
  for (int descriptor = 0; descriptor < capacity_; ++descriptor) {
    const short events = events_of(descriptor);
    if (events == 0) continue;
    const Result<void> watched = watch(descriptor, 0, events);
    if (watched) continue;
    if (watched.error().detail == EBADF) {
      grant(watched_[descriptor], POLLNVAL);
      found = true;
    } else {
      miss(watched.error().detail);
    }
  }
  return found;
}

// The kernel did not take one: the next look tries again.
void EpollPort::miss(int error) {
  remember(error);
  stale_ = true;
}

}  // namespace eyelet
