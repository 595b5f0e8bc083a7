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
  drop_nodes(wait);
}

// Ends with those done that are done by now.
void tell_which(Block& wait) {
  std::uint64_t bits = 0;
  std::uint64_t bit_of_child = 1;
  for (Block* node = payload<WaitState>(wait).first; node != nullptr; node = next_node(*node)) {
    if (is_done(child_of(*node))) bits |= bit_of_child;
    bit_of_child <<= 1;
  }
  drop(wait.payload);
  set_value<Done>(wait, bits);
}

void tell_nothing(Block& wait) {
  drop(wait.payload);
  set_value<void>(wait);
}

void end_wait(Block& wait) { static_cast<const ParentOperations&>(*wait.operations).end(wait); }

bool child_ended(Block& wait, Block& child) {
  const WaitState& state = payload<WaitState>(wait);
  if (state.pending != 0 && state.when != ReturnWhen::first_completed &&
      !(state.when == ReturnWhen::first_error && child.state == State::error))
    return false;
  end_wait(wait);
  return true;
}

constexpr std::uint8_t kAny = bit(State::value) | bit(State::error) | bit(State::cancelled);
constexpr ParentOperations kTellsWhich{
    {{{{nullptr, drop}, &kResultOperations<Done>, 0}, leave_cancelling}, nullptr},
    tell_which,
    child_ended,
    kAny};
constexpr ParentOperations kTellsNothing{
    {{{{nullptr, drop}, &kResultOperations<void>, 0}, leave_cancelling}, nullptr},
    tell_nothing,
    child_ended,
    kAny};

Block* make_wait(Loop& owner, const ParentOperations& operations, ReturnWhen when,
                 const Held* children, std::size_t count) {
  Block* const wait = begin_future(owner, Kind::wait, operations).block();
  if (wait == nullptr) return nullptr;
  construct<WaitState, kPayloadBytes>(wait->payload, WaitState{Parent{}, when, Handle{}});
  return add_children(*wait, children, count) ? wait : nullptr;
}

// It goes with the wait, so a plain pointer is good.
bool arm_limit(Block& wait, Delay limit) {
  Handle& timer = payload<WaitState>(wait).timer;
  timer = wait.loop->call_later(limit, [&wait] {
    set_flag(wait, kRunning);
    end_wait(wait);
    finish(wait);
  });
  return static_cast<bool>(timer);
}

template <class T>
Future<T> begin_wait(Loop& owner, const ParentOperations& operations, ReturnWhen when,
                     std::optional<Delay> limit, const Held* children, std::size_t count) {
  if (count == 0 || (limit && !limit->valid()))
    return failed_future<T>(owner, Errc::invalid_argument);
  Block* wait = make_wait(owner, operations, when, children, count);
  if (limit && wait != nullptr && !is_done(*wait) && !arm_limit(*wait, *limit)) {
    drop_nodes(wait->payload);
    owner.release(*std::exchange(wait, nullptr));
  }
  return Future<T>{owner, wait};
}

}  // namespace

Future<Done> wait_for_children(Loop& owner, ReturnWhen when, std::optional<Delay> limit,
                               const Held* children, std::size_t count) {
  return begin_wait<Done>(owner, kTellsWhich, when, limit, children, count);
}

Future<void> wait_for_many(Loop& owner, ReturnWhen when, std::optional<Delay> limit,
                           const Held* children, std::size_t count) {
  return begin_wait<void>(owner, kTellsNothing, when, limit, children, count);
}

}  // namespace eyelet::detail
