// SPDX-License-Identifier: BSL-1.0
#include <eyelet/waiters.hpp>

namespace eyelet::detail {

void WaitList::grant_front() {
  Block& waiter = block_of(waiting_.pop_front());
  set_flag(waiter, kGranted);
  ++granted_;
  waiter.loop->schedule(waiter);
}

void WaitList::collect(Block& waiter) {
  clear_flag(waiter, kGranted);
  --granted_;
}

bool WaitList::leave(Block& waiter) {
  unlink(waiter);
  if (!has_flag(waiter, kGranted)) return false;
  collect(waiter);
  return true;
}

void WaitList::fail_all(Loop& loop, Error error) {
  // Nobody is granted on the way: the grants end as well.
  while (!waiting_.empty()) fail_wait(block_of(waiting_.pop_front()), error);
  for (Count i = 0; granted_ != 0 && i < loop.pool().peak(); ++i) {
    Block& block = loop.pool()[i];
    if (block.kind != Kind::wait || !has_flag(block, kGranted) || is_done(block)) continue;
    if (payload<WaiterBase>(block).list != this) continue;
    leave(block);
    fail_wait(block, error);
  }
}

}  // namespace eyelet::detail
