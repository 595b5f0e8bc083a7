// SPDX-License-Identifier: BSL-1.0
#include <port/cortex_m/cortex_m.hpp>

namespace eyelet::detail {

void CortexM::enter_critical() {
  const cpu::Mask before = cpu::mask_interrupts();
  if (depth_++ == 0) before_critical_ = before;
}

void CortexM::exit_critical() {
  if (--depth_ == 0) cpu::restore_interrupts(before_critical_);
}

bool CortexM::take_wake() {
  const bool woken = woken_.load(std::memory_order_acquire);
  woken_.store(false, std::memory_order_relaxed);
  return woken;
}

}  // namespace eyelet::detail
