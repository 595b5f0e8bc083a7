// SPDX-License-Identifier: BSL-1.0
// lock: one at a time, first come, first served. Floor 7.
//
//   free --(1)--> granted --(2)--> locked --(3)--> free
//     \                                ^
//      +-------------(4)---------------+
//
//   (1) pass_on: the first in line is scheduled; until its turn the lock is free for nobody else
//   (2) deliver   (3) release   (4) try_acquire, if nobody is in line
#pragma once

#include <eyelet/guard.hpp>
#include <eyelet/waiters.hpp>

namespace eyelet {

/// asyncio.Lock. It must outlive the guards; waiters that it leaves behind end broken_promise.
class Lock : detail::WaitList {
 public:
  constexpr explicit Lock(Loop& loop) : loop_{&loop} {}
  ~Lock() { fail_all(*loop_, Errc::broken_promise); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  /// Waits in line for the lock. Cancelled, also when it was granted already: the next gets it.
  /// Memory: one block until the guard is taken. Errors: cancelled, out_of_blocks, broken_promise.
  Future<Guard<Lock>> acquire() { return Future<Guard<Lock>>{begin_acquire()}; }

  /// The lock at once, or an empty guard if it is locked or someone is in line.
  Guard<Lock> try_acquire();

  /// Frees the lock; the first in line gets it when its turn comes. A guard calls this by itself.
  /// Errors: invalid_state (not locked).
  Result<void> release();

  bool locked() const { return locked_; }

 private:
  template <class, class, class>
  friend struct detail::Waiting;
  friend class Condition;

  detail::Held begin_acquire();
  void deliver(detail::Block& waiter, detail::NoRequest);
  void join(detail::Block& waiter) { WaitList::join(waiter, available()); }
  void pass_on() { grant_front(available()); }
  std::size_t available() const { return locked_ ? 0 : 1; }

  Loop* loop_;
  bool locked_ = false;
};

// Here, because with two calls a lock that is free costs 32 instructions instead of 20.

inline Guard<Lock> Lock::try_acquire() {
  if (locked_ || in_use()) return {};
  locked_ = true;
  return Guard<Lock>{*this};
}

inline Result<void> Lock::release() {
  if (!locked_) return failure(Errc::invalid_state);
  locked_ = false;
  pass_on();
  return {};
}

}  // namespace eyelet
