// SPDX-License-Identifier: BSL-1.0
#include <eyelet/mailbox.hpp>

namespace eyelet::detail {

bool Mailbox::post(Port& port, const SmallCallback& callback) {
  const CriticalSection section{port};
  const unsigned count = size();
  if (closed_ || count == capacity_) {
    refused_.store(refused() + 1, std::memory_order_relaxed);
    return false;
  }
  unsigned last = first_ + count;
  if (last >= capacity_) last -= capacity_;  // no division: a Cortex-M0 has none
  slots_[last] = callback;
  size_.store(static_cast<std::uint8_t>(count + 1), std::memory_order_relaxed);
  return true;
}

bool Mailbox::take(Port& port, SmallCallback& callback) {
  const CriticalSection section{port};
  const unsigned count = size();
  if (count == 0) return false;
  callback = slots_[first_];
  first_ = static_cast<std::uint8_t>(first_ + 1 == capacity_ ? 0 : first_ + 1);
  size_.store(static_cast<std::uint8_t>(count - 1), std::memory_order_relaxed);
  return true;
}

void Mailbox::close(Port& port) {
  const CriticalSection section{port};
  closed_ = true;
}

}  // namespace eyelet::detail
