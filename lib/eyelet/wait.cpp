// SPDX-License-Identifier: BSL-1.0
#include <eyelet/wait.hpp>

namespace eyelet::detail {
namespace {

struct WaitState : Parent {
  ReturnWhen when;
  Handle timer;
};

void drop(void* wait) {
  std::launder(static_cast<WaitState*>(wait))->timer.cancel();
  release_nodes(wait);
}

// Ends with those done that are done by now.
void set_done(Block& wait) {
  std::uint64_t bits = 0;
  std::uint64_t bit_of_child = 1;
  for (Block* node = payload<WaitState>(wait).first; node != nullptr; node = next_node(*node)) {
    if (is_done(child_of(*node))) bits |= bit_of_child;
    bit_of_child <<= 1;
  }
  drop(wait.payload);
  set_value<Done>(wait, bits);
}

bool child_ended(Block& wait, Block& child) {
  const WaitState& state = payload<WaitState>(wait);
  if (state.pending != 0 && state.when != ReturnWhen::first_completed &&
      !(state.when == ReturnWhen::first_error && child.state == State::error))
    return false;
  set_done(wait);
  return true;
}

constexpr ParentOperations kOperations{
    {{nullptr, drop}, &kResultOperations<Done>, nullptr, leave_cancelling, 0},
    child_ended,
    bit(State::value) | bit(State::error) | bit(State::cancelled)};

}  // namespace

Future<Done> wait_for_children(Loop& owner, ReturnWhen when, std::optional<Delay> limit,
                               Block* const* children, std::size_t count) {
  if (limit && !limit->valid()) return failed_future<Done>(owner, Errc::invalid_argument);
  Block* const wait = make_parent(owner, kOperations, block_at, children, count);
  if (wait == nullptr) return Future<Done>{owner, nullptr};
  const Parent parent = payload<Parent>(*wait);
  WaitState& state =
      construct<WaitState, kPayloadBytes>(wait->payload, WaitState{parent, when, Handle{}});
  Future<Done> future{owner, wait};
  if (limit) {
    // It goes with the wait, so a plain pointer is good.
    state.timer = owner.call_later(*limit, [wait] {
      set_flag(*wait, kRunning);
      set_done(*wait);
      finish(*wait);
    });
    if (!state.timer) return Future<Done>{owner, nullptr};
  }
  return future;
}

}  // namespace eyelet::detail
