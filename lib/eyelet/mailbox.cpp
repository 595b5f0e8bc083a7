// SPDX-License-Identifier: BSL-1.0
#include <eyelet/mailbox.hpp>

namespace eyelet::detail {

bool Mailbox::post(Port& port, const SmallCallback& callback) {
  const CriticalSection section{port};
  const Position put = put_.load(std::memory_order_relaxed);
  if (put == limit_ && capacity_ < kClosed)
    limit_ = __atomic_load_n(&got_, __ATOMIC_ACQUIRE) ^ kLap;
  if (put == limit_) {
    refused_.store(refused() + 1, std::memory_order_relaxed);
    return false;
  }
  slot(put).copy(callback);
  put_.store(after(put, capacity_), std::memory_order_release);
  return true;
}

bool Mailbox::take(Position end, SmallCallback& callback) {
  if (got_ == end) return false;
  callback = slot(got_);
  __atomic_store_n(&got_, after(got_, capacity_ & kMostPlaces), __ATOMIC_RELEASE);
  return true;
}

void Mailbox::close(Port& port) {
  const CriticalSection section{port};
  capacity_ |= kClosed;
  limit_ = put_.load(std::memory_order_relaxed);
}

}  // namespace eyelet::detail
