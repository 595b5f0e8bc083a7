// SPDX-License-Identifier: BSL-1.0
#include <eyelet/condition.hpp>

namespace eyelet {

using detail::Block;

namespace {

detail::ConditionWaiter& waiter_of(Block& block) {
  return detail::payload<detail::ConditionWaiter>(block);
}

}  // namespace

// Those who gave the lock away take it before they end. The others, in the lock's line by now, must
// not come back here.
Condition::~Condition() {
  while (!empty()) {
    Block& waiter = *front();
    leave(waiter);
    waiter_of(waiter).condition = nullptr;
    join_lock(waiter, *lock_);
  }
  detail::BlockPool& pool = lock_->loop_->pool();
  for (detail::Count i = 0; i < pool.peak(); ++i) {
    Block& block = pool[i];
    if (block.kind != detail::Kind::wait || !has_flag(block, detail::kRelocks) || is_done(block) ||
        waiter_of(block).condition != this)
      continue;
    detail::ConditionWaiter& waiter = waiter_of(block);
    waiter.condition = nullptr;
    if (waiter.list == lock_) continue;
    leave(block);
    if (waiter.keeps_lock)
      detail::fail_wait(block, Errc::broken_promise);
    else
      join_lock(block, *lock_);
  }
}

Future<void> Condition::wait() { return begin(detail::Notified{}, false); }

Result<void> Condition::notify(std::size_t count) {
  if (!lock_->locked()) return failure(Errc::invalid_state);
  for (; count != 0 && !empty(); --count) pass_on();
  return {};
}

// A notification for whoever has waited longest.
void Condition::pass_on() {
  if (empty()) return;
  waiter_of(*front()).notified = true;
  grant_front();
}

void Condition::wait_again(Block& waiter) {
  waiter_of(waiter).list = this;
  waiter_of(waiter).notified = false;
  join(waiter);
  static_cast<void>(lock_->release());
}

void Condition::join_lock(Block& waiter, Lock& lock) {
  waiter_of(waiter).list = &lock;
  lock.join(waiter);
}

bool Condition::take_lock(Block& block) {
  detail::ConditionWaiter& waiter = waiter_of(block);
  waiter.list->collect(block);
  if (waiter.keeps_lock) return true;
  if (waiter.list == waiter.condition) {
    Lock& lock = *waiter.condition->lock_;
    if (lock.locked() || lock.in_use()) {
      join_lock(block, lock);
      return false;
    }
    waiter.list = &lock;
  }
  static_cast<Lock*>(waiter.list)->locked_ = true;
  return true;
}

void Condition::withdraw(Block& block) {
  detail::ConditionWaiter& waiter = waiter_of(block);
  const bool granted = waiter.list->leave(block);
  if (granted && waiter.list != waiter.condition) static_cast<Lock*>(waiter.list)->pass_on();
  if (waiter.notified && waiter.condition != nullptr) waiter.condition->pass_on();
}

// It ends when it has the lock again.
void Condition::cancel(Block& block) {
  detail::ConditionWaiter& waiter = waiter_of(block);
  Condition* const condition = waiter.condition;
  if (waiter.keeps_lock && !has_flag(block, detail::kRunning)) {
    condition->leave(block);
    detail::fail_wait(block, Errc::cancelled);
    return;
  }
  set_flag(block, detail::kCancelRequested);
  if (has_flag(block, detail::kRunning)) return;
  // As in asyncio, a place in the lock's line is lost: it asks anew.
  if (waiter.list != condition && condition != nullptr) {
    if (waiter.list->leave(block)) condition->lock_->pass_on();
    waiter.list = condition;
    condition->join(block);
  }
  if (waiter.list == condition && !has_flag(block, detail::kGranted)) condition->grant(block);
}

}  // namespace eyelet
