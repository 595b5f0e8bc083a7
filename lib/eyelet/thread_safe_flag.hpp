// SPDX-License-Identifier: BSL-1.0
// thread_safe_flag: a flag that threads and interrupts set and the loop waits for. Floor 7.
// Setting it needs neither a block nor a place in the mailbox, so it cannot fail.
#pragma once

#include <eyelet/waiters.hpp>

namespace eyelet {

/// MicroPython's ThreadSafeFlag. It is declared where it outlives its loop, and so needs no
/// destructor: the loop keeps looking at it from the first wait on.
class ThreadSafeFlag : detail::Source, detail::WaitList {
 public:
  constexpr explicit ThreadSafeFlag(Loop& loop) : loop_{&loop} {}
  ThreadSafeFlag(const ThreadSafeFlag&) = delete;
  ThreadSafeFlag& operator=(const ThreadSafeFlag&) = delete;

  /// Sets it and wakes the loop. What was written before is seen by the waiter that it wakes.
  /// Context: any thread or interrupt; signal handlers only where the port's critical section
  /// allows. It stays inside for some ten instructions.
  void set();

  /// Waits until it is set, and takes that back; if it is set, until the next pass. Cancelled, also
  /// when its turn is near: the flag stays set. Memory: one block. Errors: invalid_state (somebody
  /// waits already: one set wakes one waiter), cancelled, out_of_blocks, closed.
  Future<void> wait();

  /// Takes the last set() back. Context: any, as set().
  void clear();
  /// Context: any; a moment later it may be wrong.
  bool is_set() const { return set_.load(std::memory_order_acquire); }
  /// How often set() found it set: a waiter that comes too rarely sees one instead of many. It
  /// wraps. Context: any.
  std::uint32_t missed() const { return missed_.load(std::memory_order_relaxed); }

 private:
  template <class, class, class>
  friend struct detail::Waiting;

  void join(detail::Block& waiter);
  bool collect(detail::Block& waiter) { return WaitList::collect(waiter, is_set()); }
  void deliver(detail::Block& waiter, detail::NoRequest);
  void pass_on() {}
  static void look_at(Source& source);

  Loop* loop_;
  // Written in the critical section only, by plain stores.
  std::atomic<std::uint32_t> missed_{0};
  std::atomic<bool> set_{false};
};

}  // namespace eyelet
