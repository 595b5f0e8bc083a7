// SPDX-License-Identifier: BSL-1.0
// shield: waits for a future without cancelling it. Floor 7.
#pragma once

#include <eyelet/future.hpp>

namespace eyelet {
namespace detail {

// Kind::wait, so that a cancel ends here and withdraws; its list is the future's continuations.

void shield_turn(Block& shield);
void withdraw_shield(Block& shield);
/// Lets go of the future. Not done by withdraw_shield: that may end with it, and what it shields.
void drop_shield(void* shielded);

}  // namespace detail

/// Ends as `future` does. Cancelled, it ends at once, and `future` goes on as if nobody had waited.
/// Memory: one block; none is left behind, however often a future is shielded and given up.
/// Errors: cancelled, out_of_blocks, and those of `future`.
template <class T>
Future<T> shield(const Future<T>& future) {
  using namespace detail;
  static constexpr WaitOperations kOperations{
      {{shield_turn, drop_shield}, &kResultOperations<T>, 0}, withdraw_shield};
  if (future.block() == nullptr) return future;
  const Held shield = begin_future(*future.loop(), Kind::wait, kOperations);
  if (Block* const block = shield.block()) attach(*block, *future.block());
  return Future<T>{shield};
}

}  // namespace eyelet
