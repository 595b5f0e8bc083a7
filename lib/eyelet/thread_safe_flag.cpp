// SPDX-License-Identifier: BSL-1.0
#include <eyelet/thread_safe_flag.hpp>

namespace eyelet {

void ThreadSafeFlag::set() {
  {
    const detail::CriticalSection section{loop_->port()};
    if (is_set())
      missed_.store(missed() + 1, std::memory_order_relaxed);
    else
      set_.store(true, std::memory_order_release);
  }
  loop_->port().wake();
}

// In the critical section: of what a set() that found it set has written nothing is missed.
void ThreadSafeFlag::clear() {
  const detail::CriticalSection section{loop_->port()};
  set_.store(false, std::memory_order_relaxed);
}

Future<void> ThreadSafeFlag::wait() {
  loop_->add_source(*this, look_at);
  return detail::wait_in<void>(*loop_, *this);
}

void ThreadSafeFlag::join(detail::Block& waiter) {
  if (in_use()) return detail::fail_wait(waiter, Errc::invalid_state);
  WaitList::join(waiter, is_set() ? 1 : 0);
}

void ThreadSafeFlag::deliver(detail::Block& waiter, detail::NoRequest) {
  clear();
  detail::set_value<void>(waiter);
}

void ThreadSafeFlag::look_at(Source& source) {
  auto& flag = static_cast<ThreadSafeFlag&>(source);
  if (flag.is_set() && !flag.empty()) flag.grant_front();
}

}  // namespace eyelet
