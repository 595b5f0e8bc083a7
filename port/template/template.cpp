// SPDX-License-Identifier: BSL-1.0
#include <port/template/template.hpp>

namespace eyelet {

TimePoint TemplatePort::now() const {
  return TimePoint{Duration{static_cast<std::int64_t>(board::microseconds())}};
}

void TemplatePort::wait_until(TimePoint deadline) {
  // With interrupts off from the look at woken_ until asleep, a wake comes before it or ends it.
  enter_critical();
  if (!woken_ && deadline > now())
    board::sleep_until(static_cast<std::uint64_t>(deadline.time_since_epoch().count()));
  woken_ = false;
  exit_critical();
}

// A store, and nothing else: it is called from interrupts.
void TemplatePort::wake() { woken_ = true; }

void TemplatePort::enter_critical() {
  const bool were_masked = board::mask_interrupts(true);
  if (depth_++ == 0) were_masked_ = were_masked;
}

void TemplatePort::exit_critical() {
  if (--depth_ == 0) board::mask_interrupts(were_masked_);
}

// Yes, as long as some interrupt is enabled. A board that knows better gets deadlocks reported.
bool TemplatePort::can_be_woken() const { return true; }

// The number of the interrupt that runs, if the processor tells it, lets debug builds trap loop
// calls from interrupts. A constant looks for nothing.
std::uintptr_t TemplatePort::context() const { return 0; }

}  // namespace eyelet
