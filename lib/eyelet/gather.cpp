// SPDX-License-Identifier: BSL-1.0
#include <eyelet/gather.hpp>

namespace eyelet::detail {

bool child_of_gather_ended(Block& gather, Block& child) {
  const GatherState& state = payload<GatherState>(gather);
  const auto& operations = static_cast<const ParentOperations&>(*gather.operations);
  Block* const first = state.first;  // the result comes to lie where it is
  leave_cancelling(gather);
  const bool failed = !has_bit(operations.runs_on, child.state);
  // An error that a child ends with when it is cancelled is the outcome, one from before is not.
  if (failed && !state.failed_before) {
    for (Block* node = first; node != nullptr; node = next_node(*node))
      set_flag(child_of(*node), kObserved);
    set_failed(gather, error_of(child).code, error_of(child).detail);
  } else if (state.cancelled) {
    set_failed(gather, Errc::cancelled);
  } else {
    operations.end(gather);
  }
  release_nodes(first);
  return true;
}

void cancel_gather(Block& gather) {
  GatherState& state = payload<GatherState>(gather);
  state.cancelled = true;
  // Here, where it costs no stack: what follows is called last of all.
  for (Block* node = state.first; node != nullptr; node = next_node(*node))
    if (has_bit(kFailed, child_of(*node).state)) state.failed_before = true;
  cancel_children(gather);
}

void cancel_gathered(Block& gather) {
  for (Block* node = payload<GatherState>(gather).first; node != nullptr; node = next_node(*node))
    cancel(child_of(*node));
}

}  // namespace eyelet::detail
