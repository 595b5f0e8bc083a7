// SPDX-License-Identifier: BSL-1.0
#include <port/cortex_m/cortex_m.hpp>

namespace eyelet::detail {

void CortexM::enter_critical() {
  if (cpu::mask_interrupts() != 0) ++inner_;
}

// The outermost section turns them on again, if they were on when it began.
void CortexM::exit_critical() {
  if (inner_ == 0)
    cpu::restore_interrupts(0);
  else
    --inner_;
}

}  // namespace eyelet::detail
