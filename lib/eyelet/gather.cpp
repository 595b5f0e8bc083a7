// SPDX-License-Identifier: BSL-1.0
#include <eyelet/gather.hpp>

namespace eyelet::detail {

bool child_of_gather_ended(Block& gather, Block& child) {
  GatherState& state = payload<GatherState>(gather);
  const FutureOperations& operations = future_operations(gather);
  if ((operations.runs_on & bit(child.state)) == 0) {
    const Error error = input_error(&child, false);
    for (Block* node = state.first; node != nullptr; node = next_node(*node))
      set_flag(child_of(*node), kObserved);
    release_nodes(gather);
    set_failed(gather, error);
    return true;
  }
  if (state.pending != 0) return false;
  if (state.cancelled) {
    release_nodes(gather);
    set_failed(gather, Error{Errc::cancelled, 0});
  } else {
    operations.run(gather, nullptr, false);
  }
  return true;
}

// In a turn of its own and not in cancel(): a gather of gathers must not make the stack grow.
void cancel_gather(Block& gather) {
  GatherState& state = payload<GatherState>(gather);
  if (std::exchange(state.cancelled, true) && has_flag(gather, kGranted)) return;
  set_flag(gather, kGranted);
  gather.loop->schedule(gather);
}

void gather_turn(Block& gather) {
  clear_flag(gather, kGranted);
  set_flag(gather, kRunning);  // pinned: what is cancelled may destroy the last handle
  for (Block* node = payload<GatherState>(gather).first; node != nullptr; node = next_node(*node))
    cancel(child_of(*node));
  clear_flag(gather, kRunning);
}

}  // namespace eyelet::detail
