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

// A wake that comes between the two lines is one with the wake that was there.
bool CortexM::take_wake() {
  if (!woken_.load(std::memory_order_acquire)) return false;
  woken_.store(false, std::memory_order_relaxed);
  return true;
}

// From the look at what woke until asleep: an interrupt that comes now ends the sleep. It runs when
// they are on again, before the next look.
void CortexM::sleep() {
  const cpu::InterruptsOff off;
  if (woken_.load(std::memory_order_relaxed) || rang_.load(std::memory_order_relaxed)) return;
  cpu::wait_for_interrupt();
}

}  // namespace eyelet::detail
