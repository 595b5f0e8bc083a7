// SPDX-License-Identifier: BSL-1.0
#include <eyelet/loop.hpp>
#include <port/sim/sim.hpp>

namespace eyelet {

void SimPort::wait_until(TimePoint deadline) {
  // Not exchange(), which a Cortex-M0 has not. A wake that comes in between ends this wait, too.
  if (woken_.load()) {
    woken_.store(false);
    return;
  }
  if (deadline > now_ && deadline != kNever) now_ = deadline;
}

RunEnd SimPort::check_deadlock(Loop& loop) {
  if (woken()) return Errc::none;
  return loop.deadlock();
}

std::uintptr_t SimPort::context() const {
#ifdef __STDCPP_THREADS__
  // An address that differs from thread to thread.
  static thread_local char here;
  return reinterpret_cast<std::uintptr_t>(&here);
#else
  return 0;
#endif
}

}  // namespace eyelet
