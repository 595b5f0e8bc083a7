// SPDX-License-Identifier: BSL-1.0
#include <eyelet/waiters.hpp>

namespace eyelet::detail {
namespace {

// The difference, not the numbers: it is right across the wrap.
bool came_before(Block& one, Block& other) {
  return static_cast<std::int32_t>(payload<WaiterBase>(one).arrival -
                                   payload<WaiterBase>(other).arrival) < 0;
}

}  // namespace

// Unless it comes first, and there is something for it.
bool WaitList::put_back(Block& waiter, bool available) {
  Link* before = waiting_.front();
  while (before != waiting_.end() && came_before(block_of(*before), waiter)) before = before->next;
  if (available && before == waiting_.front()) return false;
  insert_before(*before, waiter);
  return true;
}

bool WaitList::leave(Block& waiter) {
  unlink(waiter);
  if (!has_flag(waiter, kGranted)) return false;
  collect(waiter);
  return true;
}

void WaitList::fail_waiting(Errc error) {
  while (!waiting_.empty()) fail_wait(block_of(waiting_.pop_front()), error);
}

void WaitList::fail_all(Loop& loop, Errc error) {
  fail_waiting(error);
  for (Count i = 0; granted_ != 0 && i < loop.pool().peak(); ++i) {
    Block& block = loop.pool()[i];
    if (block.kind != Kind::wait || !has_flag(block, kGranted) || is_done(block)) continue;
    if (payload<WaiterBase>(block).list != this) continue;
    leave(block);
    fail_wait(block, error);
  }
}

}  // namespace eyelet::detail
