// SPDX-License-Identifier: BSL-1.0
// semaphore: a number of permits, first come, first served. Floor 7.
// A permit is free, held, or on its way to a waiter whose turn has not come.
#pragma once

#include <eyelet/guard.hpp>
#include <eyelet/waiters.hpp>

namespace eyelet {

/// asyncio.Semaphore. It must outlive the guards; waiters that it leaves behind end broken_promise.
class Semaphore : detail::WaitList {
 public:
  constexpr Semaphore(Loop& loop, std::size_t permits) : loop_{&loop}, permits_{permits} {}
  ~Semaphore() { fail_all(*loop_, Errc::broken_promise); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Waits in line for a permit. Cancelled, also when it was granted already: the next gets it.
  /// Memory: one block until the guard is taken. Errors: cancelled, out_of_blocks, broken_promise.
  Future<Guard<Semaphore>> acquire() { return Future<Guard<Semaphore>>{begin_acquire()}; }

  /// A permit at once, or an empty guard if none is free or someone is in line.
  Guard<Semaphore> try_acquire();

  /// Adds a permit; the first in line gets it when its turn comes. A guard calls this by itself.
  /// Errors: invalid_state (a BoundedSemaphore that has all its permits).
  Result<void> release();

  /// Free permits; one that is on its way to a waiter is not free.
  std::size_t value() const { return permits_ - granted(); }
  /// Whether acquire() would have to wait.
  bool locked() const { return value() == 0 || in_use(); }

 protected:
  constexpr Semaphore(Loop& loop, std::size_t permits, std::size_t bound)
      : loop_{&loop}, permits_{permits}, bound_{bound} {}

 private:
  template <class, class, class>
  friend struct detail::Waiting;

  detail::Held begin_acquire();
  void deliver(detail::Block& waiter, detail::NoRequest);
  void join(detail::Block& waiter) { WaitList::join(waiter, available()); }
  void pass_on() { grant_front(available()); }
  std::size_t available() const { return permits_; }

  Loop* loop_;
  std::size_t permits_;  // free ones and those on their way
  std::size_t bound_ = static_cast<std::size_t>(-1);
};

// Here, because with two calls a semaphore that is free costs 41 instructions instead of 28.

inline Guard<Semaphore> Semaphore::try_acquire() {
  if (locked()) return {};
  --permits_;
  return Guard<Semaphore>{*this};
}

inline Result<void> Semaphore::release() {
  if (value() >= bound_) return failure(Errc::invalid_state);
  ++permits_;
  pass_on();
  return {};
}

/// asyncio.BoundedSemaphore: refuses to be released more often than acquired.
class BoundedSemaphore : public Semaphore {
 public:
  constexpr BoundedSemaphore(Loop& loop, std::size_t permits) : Semaphore{loop, permits, permits} {}
};

}  // namespace eyelet
