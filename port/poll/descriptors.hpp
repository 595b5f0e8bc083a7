// SPDX-License-Identifier: BSL-1.0
// descriptors: what the ports for Linux and other POSIX systems share: callbacks that run whenever
// a descriptor is readable or writable, the clock, and the end that a wake writes to. How the
// system is asked what is ready is each port's own. Unless a function says otherwise: called from
// the loop's thread only, O(1), allocates nothing.
#pragma once

#include <poll.h>

#include <atomic>
#include <eyelet/loop.hpp>

namespace eyelet {

class DescriptorPort;

namespace detail {

enum Side : std::uint8_t { kReading, kWriting };

/// What the payload of a watcher begins with; its callable follows.
struct Watcher {
  DescriptorPort* port;
  int descriptor;
  Side side;
};

/// Flags of a watcher whose run is the last, beside kGranted or kRunning. None at all: it waits.
inline constexpr std::uint8_t kRemoved = 8;  ///< while it ran
inline constexpr std::uint8_t kClosed = 16;  ///< the system knows the descriptor no more

/// How long to sleep where nothing is due.
inline constexpr Duration kForever = Duration::max();

/// What is watched on one descriptor. A watcher is here exactly until it is removed, so an event
/// always finds the watcher of now, whoever had the number before.
struct Watched {
  Block* watchers[2];  // by Side
  int place;           // the port's own; good while there is a watcher
};

}  // namespace detail

/// What a StaticPollPort or a StaticEpollPort is, whatever its memory.
/// Any thread may wake it, so a loop on it never reports a deadlock. A child of fork() must not use
/// the port of its parent.
class DescriptorPort : public Port {
 public:
  DescriptorPort(const DescriptorPort&) = delete;
  DescriptorPort& operator=(const DescriptorPort&) = delete;

  /// The first system call that failed, as Errc::system: no descriptor was left for the port
  /// itself, or the system refused to sleep. The loop goes on nevertheless, and looks every 10 ms
  /// from then on, so that a wake comes late but is not lost. Context: any.
  Result<void> status() const;

  /// Runs `fn()` once in each look that finds `descriptor` readable, at its end or broken, until
  /// removed: the callback has to read, or to remove itself. Readiness is a hint: the descriptor is
  /// better non-blocking, and EAGAIN no error. Closing the descriptor is the caller's, and remove
  /// comes first; each port says what happens otherwise. `fn` may remove anything, itself included;
  /// its captures are then destroyed when it returns.
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
  /// Context: any thread or signal handler. A system call only if the loop sleeps.
  void wake() override;
  /// A lock, and thus not for signal handlers: they call wake(), not call_soon_threadsafe().
  std::uintptr_t enter_critical() override {
    if (inside_.load(std::memory_order_relaxed) == here()) return here();
    if (!try_enter()) wait_to_enter();
    return kNobody;
  }
  void exit_critical(std::uintptr_t before) override {
    inside_.store(before, std::memory_order_release);
  }
  std::uintptr_t context() const override { return here(); }

 protected:
  DescriptorPort(detail::Watched* watched, int capacity);
  ~DescriptorPort();

  /// `descriptor` was watched for `before` and is now watched for `events`, both of POLLIN and
  /// POLLOUT; 0: not at all. On an error nothing has changed; there is none where events go.
  virtual Result<void> watch(int descriptor, short before, short events) = 0;

  /// What a look found: runs those who wait for one of `events`, all after POLLERR or POLLHUP, and
  /// all for the last time after POLLNVAL.
  void grant(const detail::Watched& watched, short events);

  // What wait_until() begins and ends with. Between them it may sleep for what the first returns:
  // zero, kForever, or at most a minute.
  Duration fall_asleep(TimePoint deadline);
  void awake();
  /// Whether to look at all: not if nothing is watched, nor while what the last look found is
  /// being run. That would only find most of it again.
  bool wants_look(Duration limit) const;

  /// What becomes readable when somebody wakes the port; -1: there is none.
  int wake_end() const { return wake_ends_[0]; }
  /// Makes it unreadable. False: it was lost.
  bool drain();
  /// Somebody closed it: it is no longer the port's to use or to close.
  void lose_wake_end(int error);
  void remember(int error);
  /// Sleeping failed with `error`, and so it sleeps deaf and for a short time.
  void sleep_after(int error, Duration limit);

  short events_of(int descriptor) const;

  detail::Watched* const watched_;  // by descriptor
  const int capacity_;
  int watched_count_ = 0;

 private:
  template <class F>
  Result<void> add(Loop& loop, int descriptor, detail::Side side, F&& fn);
  Result<void> check(int descriptor, detail::Side side) const;
  Result<void> enlist(detail::Block& block);
  void grant(detail::Block* watcher);
  static void mark_closed(const detail::Watched& watched);
  Duration time_left(TimePoint deadline) const;
  void delist(const detail::Watcher& watcher);
  bool remove(int descriptor, detail::Side side);
  static void close(detail::Block& block);
  static void discard(detail::Block& block);
  static void begin_turn(detail::Block& block);
  static void end_turn(detail::Block& block);
  static void begin_last_turn(detail::Block& block);
  static void end_last_turn(detail::Block& block);

  // An address that differs from thread to thread.
  static std::uintptr_t here() {
    static thread_local char here;
    return reinterpret_cast<std::uintptr_t>(&here);
  }
  bool try_enter() {
    std::uintptr_t nobody = kNobody;
    return inside_.compare_exchange_strong(nobody, here(), std::memory_order_acquire);
  }
  void wait_to_enter();

  static constexpr std::uintptr_t kNobody = 0;
  enum Sleep { kAwake, kAsleep, kWoken };

  int granted_ = 0;              // watchers that were found ready and have not run
  int granted_then_ = 0;         // at the last wait
  int wake_ends_[2] = {-1, -1};  // to read from, to write to
  std::atomic<int> error_{0};
  alignas(detail::kApart<int>) std::atomic<Sleep> sleep_{kAwake};
  // Not a mutex, which takes three times as long where nobody is inside.
  std::atomic<std::uintptr_t> inside_{kNobody};  // a context
};

template <class F>
Result<void> DescriptorPort::add(Loop& loop, int descriptor, detail::Side side, F&& fn) {
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
  if (block == nullptr) {
    loop.refuse();
    return failure(loop.why_refused());
  }
  block->operations = &kOperations;
  block->kind = Kind::watcher;
  construct<Watcher, kPayloadBytes>(block->payload, Watcher{this, descriptor, side});
  construct<Fn, kPayloadBytes - kOffset>(block->payload + kOffset, std::forward<F>(fn));
  return enlist(*block);
}

// --- What each message passes through ---
//
//   awake --(1)--> asleep --(2)--> woken
//     |                              ^
//     +------------(2)---------------+    all: --(3)--> awake
//
//   (1) fall_asleep, if there is time to sleep   (2) wake   (3) awake
// Only (2) from asleep writes to the wake end. A writer that is late, after (3), ends one more
// sleep early.

inline Duration DescriptorPort::fall_asleep(TimePoint deadline) {
  // Where nothing is due, without a timeout: that costs the kernel 5 % of an echoed message.
  const Duration limit = deadline == kNever && error_ == 0 ? detail::kForever : time_left(deadline);
  Sleep was = kAwake;
  if (limit == Duration{0} || !sleep_.compare_exchange_strong(was, kAsleep)) return Duration{0};
  return limit;
}

inline bool DescriptorPort::wants_look(Duration limit) const {
  if (limit > Duration{0}) return true;
  const bool runs = 0 < granted_ && granted_ < granted_then_;
  return watched_count_ > 0 && !runs;
}

inline void DescriptorPort::awake() {
  granted_then_ = granted_;
  // An exchange, not a store: what was written before the wake must be seen after it.
  sleep_.exchange(kAwake);
}

inline void DescriptorPort::grant(const detail::Watched& watched, short events) {
  if ((events & ~POLLOUT) != 0) grant(watched.watchers[detail::kReading]);
  if ((events & ~POLLIN) == 0) return;
  grant(watched.watchers[detail::kWriting]);
  if ((events & POLLNVAL) != 0) mark_closed(watched);
}

inline void DescriptorPort::grant(detail::Block* watcher) {
  // Nor one that runs: its callback may have another loop look.
  if (watcher == nullptr || watcher->flags != 0) return;
  watcher->flags = detail::kGranted;
  ++granted_;
  watcher->loop->schedule(*watcher);
}

inline void DescriptorPort::begin_turn(detail::Block& block) {
  --detail::payload<detail::Watcher>(block).port->granted_;
  if (block.flags != detail::kGranted) return begin_last_turn(block);
  block.flags = detail::kRunning;
}

inline void DescriptorPort::end_turn(detail::Block& block) {
  block.flags ^= detail::kRunning;
  if (block.flags != 0) end_last_turn(block);
}

}  // namespace eyelet
