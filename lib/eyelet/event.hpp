// SPDX-License-Identifier: BSL-1.0
// event: a flag that can be waited for. Floor 7.
#pragma once

#include <eyelet/waiters.hpp>

namespace eyelet {

/// asyncio.Event. Waiters that it leaves behind end broken_promise.
class Event : detail::WaitList {
 public:
  constexpr explicit Event(Loop& loop) : loop_{&loop} {}
  ~Event() { fail_all(*loop_, Errc::broken_promise); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Waits until the event is set; if it is, until the next pass.
  /// Memory: one block. Errors: cancelled, out_of_blocks, broken_promise.
  Future<void> wait();

  /// Sets it. All who wait are woken in their order, even if it is cleared before their turn. O(n).
  void set();
  void clear() { set_ = false; }
  bool is_set() const { return set_; }

 private:
  template <class, class, class>
  friend struct detail::Waiting;

  void join(detail::Block& waiter) {
    WaitList::join(waiter);
    if (set_) grant(waiter);
  }
  void deliver(detail::Block& waiter, detail::NoRequest) { detail::set_value<void>(waiter); }
  void pass_on() {}

  Loop* loop_;
  bool set_ = false;
};

}  // namespace eyelet
