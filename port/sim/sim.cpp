// SPDX-License-Identifier: BSL-1.0
#include <port/sim/sim.hpp>

namespace eyelet {

void SimPort::wait_until(TimePoint deadline) {
  if (woken_.exchange(false) || deadline <= now_ || deadline == kNever) return;
  now_ = deadline;
}

std::uintptr_t SimPort::context() const {
  // An address that differs from thread to thread.
  static thread_local char here;
  return reinterpret_cast<std::uintptr_t>(&here);
}

}  // namespace eyelet
