// SPDX-License-Identifier: BSL-1.0
// template: a port to copy, for a board with one timer and interrupts. Write the three functions of
// `board`, rename the class, and let tests/port_contract.hpp look at it.
#pragma once

#include <atomic>
#include <eyelet/port.hpp>

namespace eyelet {

/// The hardware: three functions for you to write, in a file of your board's.
namespace board {

/// Microseconds since start-up. A narrower counter is widened here: its overflow interrupt counts
/// the high half, and a read that meets an overflow is done again.
std::uint64_t microseconds();

/// Sleeps until `microseconds()` has reached `deadline` or an interrupt is pending; returning early
/// is fine. It is called with interrupts off, and must sleep nevertheless until one is pending: on
/// a Cortex-M that is WFI. A deadline too far for the timer is cut; the loop asks again.
void sleep_until(std::uint64_t deadline);

/// Turns interrupts off (true) or on, and tells whether they were off before.
bool mask_interrupts(bool off);

}  // namespace board

class TemplatePort final : public Port {
 public:
  constexpr TemplatePort() = default;

  TimePoint now() const override;
  void wait_until(TimePoint deadline) override;
  void wake() override;
  std::uintptr_t enter_critical() override;
  void exit_critical(std::uintptr_t before) override;
  std::uintptr_t context() const override;

 private:
  std::atomic<bool> woken_{false};
};

}  // namespace eyelet
