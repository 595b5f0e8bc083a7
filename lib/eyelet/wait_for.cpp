// SPDX-License-Identifier: BSL-1.0
#include <eyelet/wait_for.hpp>

namespace eyelet::detail {

Block* begin_wait_for(Block& future, Delay limit, const FutureOperations& operations) {
  Loop& owner = *future.loop;
  Block* const stage = make_future(owner, Kind::stage, operations);
  if (stage == nullptr) return nullptr;
  // The stage outlives its timer, so a plain pointer is good.
  const Handle timer = owner.call_later(limit, [stage] {
    // Without an upstream it was a circle that was opened here: it ends anyway.
    if (stage->upstream != nullptr) payload<TimeLimit>(*stage).expired = cancel(*stage->upstream);
  });
  if (!timer) {
    owner.release(*stage);
    return nullptr;
  }
  construct<TimeLimit, kPayloadBytes>(stage->payload).timer = timer;
  attach(*stage, future);
  return stage;
}

Block* end_wait_for(Block& stage, Block* input, bool cancelled) {
  TimeLimit& limit = payload<TimeLimit>(stage);
  const bool timed_out =
      !cancelled && limit.expired && input->state == State::cancelled && !has_flag(stage, kAsked);
  limit.~TimeLimit();
  if (timed_out)
    set_failed(stage, Error{Errc::timed_out, 0});
  else
    stage.state = copy_outcome(stage, input, cancelled);
  return nullptr;
}

}  // namespace eyelet::detail
