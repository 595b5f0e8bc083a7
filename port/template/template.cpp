// SPDX-License-Identifier: BSL-1.0
#include <port/template/template.hpp>

namespace eyelet {

TimePoint TemplatePort::now() const {
  return TimePoint{Duration{static_cast<std::int64_t>(board::microseconds())}};
}

void TemplatePort::wait_until(TimePoint deadline) {
  // With interrupts off from the look at woken_ until asleep, a wake comes before it or ends it.
  const std::uintptr_t before = enter_critical();
  if (!woken_ && deadline > now())
    board::sleep_until(static_cast<std::uint64_t>(deadline.time_since_epoch().count()));
  woken_ = false;
  exit_critical(before);
}

// A store, and nothing else: it is called from interrupts.
void TemplatePort::wake() { woken_ = true; }

std::uintptr_t TemplatePort::enter_critical() { return board::mask_interrupts(true); }

void TemplatePort::exit_critical(std::uintptr_t before) { board::mask_interrupts(before != 0); }

// The number of the interrupt that runs, if the processor tells it, lets debug builds trap loop
// calls from interrupts. A constant looks for nothing.
std::uintptr_t TemplatePort::context() const { return 0; }

}  // namespace eyelet
