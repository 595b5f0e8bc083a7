// SPDX-License-Identifier: BSL-1.0
#include <eyelet/cancel.hpp>

namespace eyelet::detail {
namespace {

// Too late to cancel: what a waiter is given just now must not get lost. A condition asks its
// predicate meanwhile, and may wait again.
bool being_delivered(const Block& future) {
  return future.kind == Kind::wait && has_flag(future, kRunning) && !has_flag(future, kRelocks);
}

}  // namespace

bool cancel(Block& future) {
  future.loop->check_context();
  if (is_done(future) || being_delivered(future)) return false;
  // Up to where the request takes effect. A circle has no such place: Brent's algorithm finds it in
  // constant memory, and it is opened there.
  Block* last = &future;
  Block* marker = last;
  bool circle = false;
  for (unsigned steps = 0, limit = 1; last->kind >= Kind::stage && !has_flag(*last, kRunning);
       ++steps) {
    Block* const upstream = last->upstream;
    if (upstream == nullptr || is_done(*upstream)) break;
    if (upstream->kind == Kind::wait && has_flag(*upstream, kCancelling)) {
      circle = true;
      break;
    }
    if (being_delivered(*upstream)) break;
    last = upstream;
    circle = last == marker;
    if (circle) break;
    if (steps == limit) {
      marker = last;
      steps = 0;
      limit *= 2;
    }
  }
  for (Block* block = &future;; block = block->upstream) {
    if (block->kind == Kind::task && block->depth != UINT8_MAX) ++block->depth;
    if (block == last) break;
    set_flag(*block, kAsked);
  }
  if (last->kind == Kind::promise) return fail_pending(*last, Errc::cancelled);
  if (last->kind == Kind::wait) {
    const WaitOperations& operations = wait_operations(*last);
    if ((operations.runs_on & kHearsOfCancel) != 0) {
      static_cast<const SlowWaitOperations&>(operations).cancel(*last);
      return true;
    }
    set_flag(*last, kRunning);  // pinned until fail_wait is through with it
    operations.withdraw(*last);
    fail_wait(*last, Errc::cancelled);
    return true;
  }
  set_flag(*last, kCancelRequested);
  if (circle) {
    set_flag(*last, kInputCancelled);  // an uncancel() comes too late: there is no other input
    detach(*last);
    last->loop->schedule(*last);
  }
  return true;
}

namespace {

// One after the other, `first` and those that are asked meanwhile. Not inline: whoever calls it
// last of all has no stack of its own under it, 16 bytes.
[[gnu::noinline]] void cancel_all(Block& first) {
  Loop& loop = *first.loop;
  Cancelling cancelling{};
  loop.cancelling() = &cancelling;
  cancelling.parents.push_back(first);
  for (;;) {
    if (Link* const asked = cancelling.parents.front()) {
      Block& next = block_of(*asked);
      cancelling.parents.remove(next);
      cancelling.through.push_back(next);
      set_flag(next, kCancelling);
      set_flag(next, kRunning);  // pinned: what is cancelled may end it
      next.operations->turn(next);
      clear_flag(next, kRunning);
      if (!has_flag(next, kGranted)) release_if_unheld(next);
    } else if (Link* const gone = cancelling.through.front()) {
      Block& next = block_of(*gone);
      leave_cancelling(next);
      release_if_unheld(next);
    } else {
      break;
    }
  }
  loop.cancelling() = nullptr;
}

}  // namespace

void cancel_children(Block& parent) {
  if (has_flag(parent, kGranted)) return;
  set_flag(parent, kGranted);
  ++parent.handles;  // the list's: whoever drops the last other one has still asked for a cancel
  if (Cancelling* const cancelling = parent.loop->cancelling())
    return cancelling->parents.push_back(parent);
  cancel_all(parent);
}

void leave_cancelling(Block& parent) {
  if (!has_flag(parent, kGranted)) return;
  Cancelling& cancelling = *parent.loop->cancelling();
  (has_flag(parent, kCancelling) ? cancelling.through : cancelling.parents).remove(parent);
  --parent.handles;
  clear_flag(parent, kGranted);
  clear_flag(parent, kCancelling);
}

}  // namespace eyelet::detail
