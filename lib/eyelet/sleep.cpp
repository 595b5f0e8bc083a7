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

constexpr detail::FutureOperations kOperations{
    {wake_up, nullptr}, &detail::kResultOperations<void>, nullptr, disarm, 0};

}  // namespace

Future<void> sleep_until(Loop& loop, TimePoint when) {
  Block* const block = detail::make_future(loop, detail::Kind::wait, kOperations);
  if (block != nullptr) loop.timers().arm(*block, when);
  return Future<void>{loop, block};
}

Future<void> sleep(Loop& loop, Delay delay) {
  if (delay.valid()) return sleep_until(loop, saturating_add(loop.look_at_clock(), delay.value()));
  return {loop, detail::make_failed(loop, kOperations, Errc::invalid_argument)};
}

}  // namespace eyelet
