// SPDX-License-Identifier: BSL-1.0
#include <eyelet/then.hpp>

namespace eyelet::detail {

Block* await_clean_up(Block& stage, Block* input, Held clean_up) {
  Block* const inner = take_returned(stage, clean_up);
  if (inner == nullptr) return nullptr;
  copy_outcome(stage, input);
  stage.depth = static_cast<std::uint8_t>(std::exchange(stage.state, State::pending));
  if (!is_done(*inner)) return inner;
  end_clean_up(stage, inner);
  drop_handle(*inner);
  return nullptr;
}

Block* end_clean_up(Block& stage, Block* clean_up) {
  const auto held = static_cast<State>(stage.depth);
  if (!has_flag(stage, kInputCancelled) && clean_up->state == State::value) {
    stage.state = held;
    return nullptr;
  }
  // What takes its place is looked at; it is not.
  if (held == State::error) stage.loop->report(error_of(stage).code, error_of(stage).detail);
  if (future_operations(stage).result->destroy != nullptr)
    future_operations(stage).result->destroy(stage.payload);
  copy_outcome(stage, clean_up);
  return nullptr;
}

}  // namespace eyelet::detail
