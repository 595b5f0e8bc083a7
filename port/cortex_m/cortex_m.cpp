// SPDX-License-Identifier: BSL-1.0
#include <port/cortex_m/cortex_m.hpp>

namespace eyelet::detail {

std::uintptr_t CortexM::enter_critical() { return cpu::mask_interrupts(); }

void CortexM::exit_critical(std::uintptr_t before) {
  cpu::restore_interrupts(static_cast<cpu::Mask>(before));
}

}  // namespace eyelet::detail
