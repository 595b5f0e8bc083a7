// SPDX-License-Identifier: BSL-1.0
#include <eyelet/condition.hpp>

namespace eyelet {

using detail::Block;

namespace {

detail::ConditionWaiter& waiter_of(Block& block) {
  return detail::payload<detail::ConditionWaiter>(block);
}

}  // namespace

Condition::~Condition() {
  fail_all(*lock_->loop_, Error{Errc::broken_promise, 0});
  // Those who stand in the lock's line must not come back here.
  detail::BlockPool& pool = lock_->loop_->pool();
  for (detail::Count i = 0; i < pool.peak(); ++i) {
    Block& block = pool[i];
    if (block.kind == detail::Kind::wait && has_flag(block, detail::kRelocks) && !is_done(block) &&
        waiter_of(block).condition == this)
      waiter_of(block).condition = nullptr;
  }
}

Future<void> Condition::wait() { return begin(detail::Notified{}, false); }

Result<void> Condition::notify(std::size_t count) {
  if (!lock_->locked()) return failure(Errc::invalid_state);
  for (; count != 0 && !empty(); --count) move_to_lock(*front(), true);
  return {};
}

void Condition::move_to_lock(Block& waiter, bool notified) {
  leave(waiter);
  waiter_of(waiter).notified = notified;
  waiter_of(waiter).list = lock_;
  lock_->join(waiter);
  lock_->pass_on();
}

void Condition::wait_again(Block& waiter) {
  waiter_of(waiter).list = this;
  join(waiter);
  static_cast<void>(lock_->release());
}

bool Condition::take_lock(Block& block) {
  detail::ConditionWaiter& waiter = waiter_of(block);
  waiter.list->collect(block);
  if (waiter.list == waiter.condition) return false;
  static_cast<Lock*>(waiter.list)->locked_ = true;
  return true;
}

void Condition::withdraw(Block& block) {
  detail::ConditionWaiter& waiter = waiter_of(block);
  detail::WaitList* const list = waiter.list;
  const bool granted = list->leave(block);
  if (list == waiter.condition) return;
  if (granted) static_cast<Lock*>(list)->pass_on();
  if (waiter.notified && waiter.condition != nullptr && !waiter.condition->empty())
    waiter.condition->move_to_lock(*waiter.condition->front(), true);
}

void Condition::cancel(Block& block) {
  detail::ConditionWaiter& waiter = waiter_of(block);
  Condition* const condition = waiter.condition;
  if (waiter.list == condition && has_flag(block, detail::kGranted)) {
    // The predicate held from the start: the lock was never given away.
    condition->leave(block);
    detail::fail_wait(block, Error{Errc::cancelled, 0});
    return;
  }
  set_flag(block, detail::kCancelRequested);
  if (waiter.list == condition) return condition->move_to_lock(block, false);
  const bool pass_on = std::exchange(waiter.notified, false);
  if (pass_on && condition != nullptr && !condition->empty())
    condition->move_to_lock(*condition->front(), true);
}

}  // namespace eyelet
