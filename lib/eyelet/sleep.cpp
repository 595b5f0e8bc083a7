// SPDX-License-Identifier: BSL-1.0
#include <eyelet/sleep.hpp>

namespace eyelet {
namespace {

using detail::Block;

void wake_up(Block& block) {
  detail::set_value<void>(block);
  detail::finish(block);
}

void disarm(Block& block) { block.loop->timers().remove(block); }

constexpr detail::WaitOperations kOperations{
    {{wake_up, nullptr}, &detail::kResultOperations<void>, 0}, disarm};

}  // namespace

detail::Held detail::begin_sleep_until(Loop& loop, TimePoint when) {
  const Held sleep = begin_future(loop, Kind::wait, kOperations);
  if (Block* const block = sleep.block()) loop.timers().arm(*block, when);
  return sleep;
}

// Not by sleep_until(), and not by a promise for what cannot begin: 64 bytes more on a Cortex-M3.
detail::Held detail::begin_sleep(Loop& loop, Delay delay) {
  const Held sleep = begin_future(loop, Kind::wait, kOperations);
  if (Block* const block = sleep.block()) {
    if (delay.valid())
      loop.timers().arm(*block, saturating_add(loop.look_at_clock(), delay.value()));
    else
      set_failed(*block, Errc::invalid_argument);
  }
  return sleep;
}

}  // namespace eyelet
