// SPDX-License-Identifier: BSL-1.0
// poll: a port for Linux and other POSIX systems. Between callbacks it sleeps in poll(2), in Linux
// in ppoll(2), and runs callbacks whenever a descriptor is readable or writable.
// Unless a function says otherwise: called from the loop's thread only, O(1), allocates nothing.
#pragma once

#include <poll.h>

#include <atomic>
#include <eyelet/loop.hpp>
#include <mutex>

namespace eyelet {

class PollPort;

namespace detail {

enum Side : std::uint8_t { kReading, kWriting };

/// What the payload of a watcher begins with; its callable follows.
struct Watcher {
  PollPort* port;
  int descriptor;
  Side side;
  bool closed;  // the system knows the descriptor no more: its next run is the last
};

/// What is watched on one descriptor. A watcher is here exactly until it is removed, so an event
/// always finds the watcher of now, whoever had the number before.
struct Watched {
  Block* watchers[2];  // by Side
  int place;           // in the array for poll(2); good while there is a watcher
};

template <std::size_t Descriptors>
struct PollStorage {
  Watched watched[Descriptors] = {};
  pollfd polled[Descriptors + 1] = {};
};

}  // namespace detail

/// The port without its memory; programs declare a StaticPollPort.
/// Any thread may wake it, so a loop on it never reports a deadlock. A child of fork() must not use
/// the port of its parent.
class PollPort : public Port {
 public:
  PollPort(const PollPort&) = delete;
  PollPort& operator=(const PollPort&) = delete;

  /// The first system call that failed, as Errc::system: no descriptor was left for waking,
  /// or poll(2) refused to work. The loop goes on nevertheless, and looks every 10 ms from then on,
  /// so that a wake comes late but is not lost. Context: any.
  Result<void> status() const;

  /// Runs `fn()` once in each look that finds `descriptor` readable, at its end or broken, until
  /// removed: the callback has to read, or to remove itself. Readiness is a hint: the descriptor is
  /// better non-blocking, and EAGAIN no error. Closing the descriptor is the caller's, and remove
  /// comes first. If it is closed while it is watched, `fn` runs once more to see EBADF, and
  /// is then removed and reported. `fn` may remove anything, itself included; its captures are then
  /// destroyed when it returns.
  /// Memory: one block until removed. Cost: O(1) and one system call. Errors: invalid_state (there
  /// is a reader), limit_overrun (the number is too high), system (EBADF: it is not open),
  /// out_of_blocks, closed.
  template <class F>
  Result<void> add_reader(Loop& loop, int descriptor, F&& fn) {
    return add(loop, descriptor, detail::kReading, std::forward<F>(fn));
  }

  /// The same for writing. A descriptor may have one of each.
  template <class F>
  Result<void> add_writer(Loop& loop, int descriptor, F&& fn) {
    return add(loop, descriptor, detail::kWriting, std::forward<F>(fn));
  }

  /// Ends it at once: also if it was due, it does not run any more. False: there was none.
  bool remove_reader(int descriptor) { return remove(descriptor, detail::kReading); }
  bool remove_writer(int descriptor) { return remove(descriptor, detail::kWriting); }

  TimePoint now() const override;
  void wait_until(TimePoint deadline) override;
  /// Context: any thread or signal handler. A system call only if the loop sleeps.
  void wake() override;
  /// A recursive mutex, and thus not for signal handlers: they call wake(), not
  /// call_soon_threadsafe().
  void enter_critical() override { critical_.lock(); }
  void exit_critical() override { critical_.unlock(); }
  bool can_be_woken() const override { return true; }
  std::uintptr_t context() const override;

 protected:
  PollPort(detail::Watched* watched, pollfd* polled, int capacity);
  ~PollPort();

 private:
  template <class F>
  Result<void> add(Loop& loop, int descriptor, detail::Side side, F&& fn);
  Result<void> check(int descriptor, detail::Side side) const;
  void enlist(detail::Block& block);
  void delist(const detail::Watcher& watcher);
  bool remove(int descriptor, detail::Side side);
  static void close(detail::Block& block);
  static void discard(detail::Block& block);
  static void begin_turn(detail::Block& block);
  static void end_turn(detail::Block& block);

  Duration time_left(TimePoint deadline) const;
  int look(Duration limit);
  void grant(const pollfd& polled);
  void drain();
  void remember(int error);

  enum Sleep { kAwake, kAsleep, kWoken };

  detail::Watched* watched_;  // by descriptor
  pollfd* polled_;            // the wake end, and then what is watched, without gaps
  int capacity_;
  int polled_count_ = 1;
  int wake_ends_[2] = {-1, -1};  // to read from, to write to
  std::atomic<Sleep> sleep_{kAwake};
  std::atomic<int> error_{0};
  std::recursive_mutex critical_;
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

template <class F>
Result<void> PollPort::add(Loop& loop, int descriptor, detail::Side side, F&& fn) {
  using namespace detail;
  using Fn = std::decay_t<F>;
  static_assert(std::is_invocable_v<Fn&>, "eyelet: a callback is called without arguments");
  static_assert(std::is_constructible_v<Fn, F>,
                "eyelet: pass a callable that cannot be copied by std::move");
  static constexpr std::size_t kOffset =
      (sizeof(Watcher) + alignof(Fn) - 1) / alignof(Fn) * alignof(Fn);
  static constexpr ContinuationOperations kOperations{
      {[](Block& block) {
         begin_turn(block);
         static_cast<void>(callable<Fn, kOffset>(block)());
         end_turn(block);
       },
       destructor<Fn, kOffset>()},
      close};
  if (const Result<void> possible = check(descriptor, side); !possible) return possible;
  Block* const block = loop.acquire();
  if (block == nullptr) return failure(loop.why_refused());
  block->operations = &kOperations;
  block->kind = Kind::watcher;
  block->flags = 0;
  construct<Watcher, kPayloadBytes>(block->payload, Watcher{this, descriptor, side, false});
  construct<Fn, kPayloadBytes - kOffset>(block->payload + kOffset, std::forward<F>(fn));
  enlist(*block);
  return {};
}

}  // namespace eyelet
