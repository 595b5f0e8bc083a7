// SPDX-License-Identifier: BSL-1.0
// condition: waits, without the lock, until somebody who has the lock says so. Floor 7.
//
//   waiting --(1)--> woken --(2)--> relocking --(3)--> its turn, lock held --(4)--> done
//      ^                                                      |
//      +--------------------------(5)-------------------------+
//
//   (1) notify, or cancel   (2) its turn: it joins the lock's line, behind all who asked before
//   (3) the lock's turn, or at once if the lock is free   (4) the predicate holds, or a cancel was
//   requested   (5) it does not hold
//
// Whatever ends a wait, it ends with the lock held.
#pragma once

#include <eyelet/lock.hpp>

namespace eyelet {

class Condition;

namespace detail {

struct ConditionWaiter : WaiterBase {
  Condition* condition;  // null: it has gone
  bool notified;         // by a notification that somebody else could use
  bool keeps_lock;       // the predicate held from the start: only its turn is awaited
};

/// The predicate of wait(), which is content with any notification.
struct Notified {
  bool operator()() const { return true; }
};

template <class Predicate>
struct ConditionWait;

}  // namespace detail

/// asyncio.Condition, over a lock that may serve several. Waiters that it leaves behind end
/// broken_promise; the lock must outlive them.
class Condition : detail::WaitList {
 public:
  constexpr explicit Condition(Lock& lock) : lock_{&lock} {}
  ~Condition();
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  Lock& lock() const { return *lock_; }

  /// Frees the lock, waits for a notification and then its turn for the lock. The caller's guard is
  /// good again afterwards. Cancelled, it ends so when it has the lock again; a notification that
  /// it had got goes to another waiter. Memory: one block. Errors: invalid_state (not locked) and
  /// out_of_blocks, upon which nothing is freed; cancelled; broken_promise.
  Future<void> wait();

  /// Waits until `holds()` is true, which is asked with the lock held: now, and after
  /// notifications. If it is true now, that is the outcome in the next pass, locked or not.
  /// Otherwise as wait().
  template <class Predicate>
  Future<void> wait_for(Predicate&& holds);

  /// Wakes the `count` who have waited longest, or all if they are fewer. Errors: invalid_state
  /// (not locked). Cost: O(count).
  Result<void> notify(std::size_t count = 1);
  Result<void> notify_all() { return notify(static_cast<std::size_t>(-1)); }

 private:
  template <class>
  friend struct detail::ConditionWait;

  template <class Predicate>
  Future<void> begin(Predicate&& holds, bool at_once);
  static void withdraw(detail::Block& waiter);
  static void cancel(detail::Block& waiter);
  // Its turn has come. False: it has joined the lock's line.
  static bool take_lock(detail::Block& waiter);
  static void join_lock(detail::Block& waiter, Lock& lock);
  void wait_again(detail::Block& waiter);
  void pass_on();

  Lock* lock_;
};

namespace detail {

template <class Predicate>
struct ConditionWait {
  struct Waiter : ConditionWaiter {
    Predicate holds;
  };

  static void turn(Block& block) {
    if (!Condition::take_lock(block)) return;
    Waiter& waiter = payload<Waiter>(block);
    set_flag(block, kRunning);
    const bool holds = waiter.keeps_lock || waiter.condition == nullptr ||
                       has_flag(block, kCancelRequested) || waiter.holds();
    // The predicate may have cancelled the wait, or destroyed the condition.
    if (!holds && waiter.condition != nullptr && !has_flag(block, kCancelRequested)) {
      clear_flag(block, kRunning);
      waiter.condition->wait_again(block);
      if (block.handles == 0) lose_last_handle(block);
      return;
    }
    const bool broken = waiter.condition == nullptr;
    if (has_flag(block, kCancelRequested) && waiter.notified && !broken)
      waiter.condition->pass_on();
    waiter.~Waiter();
    if (has_flag(block, kCancelRequested))
      set_failed(block, Errc::cancelled);
    else if (broken)
      set_failed(block, Errc::broken_promise);
    else
      set_value<void>(block);
    finish(block);
  }

  static constexpr SlowWaitOperations kOperations{
      {{{turn, destructor<Waiter>()}, &kResultOperations<void>, kHearsOfCancel},
       Condition::withdraw},
      Condition::cancel};
};

}  // namespace detail

template <class Predicate>
Future<void> Condition::begin(Predicate&& holds, bool at_once) {
  using namespace detail;
  using Wait = ConditionWait<std::decay_t<Predicate>>;
  Loop& owner = *lock_->loop_;
  if (!at_once && !lock_->locked()) return failed_future<void>(owner, Errc::invalid_state);
  const Held wait = begin_future(owner, Kind::wait, Wait::kOperations);
  if (Block* const block = wait.block()) {
    construct<typename Wait::Waiter, kPayloadBytes>(
        block->payload,
        typename Wait::Waiter{{{this, 0}, this, false, at_once}, std::forward<Predicate>(holds)});
    set_flag(*block, kRelocks);
    join(*block);
    if (at_once)
      grant(*block);
    else
      static_cast<void>(lock_->release());
  }
  return Future<void>{wait};
}

template <class Predicate>
Future<void> Condition::wait_for(Predicate&& holds) {
  static_assert(std::is_invocable_r_v<bool, Predicate&>,
                "eyelet: Condition::wait_for: the predicate is called without arguments");
  const bool at_once = holds();
  return begin(std::forward<Predicate>(holds), at_once);
}

}  // namespace eyelet
