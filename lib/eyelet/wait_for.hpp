// SPDX-License-Identifier: BSL-1.0
// wait_for: a limit to how long one waits. Floor 7.
#pragma once

#include <eyelet/future.hpp>

namespace eyelet {
namespace detail {

/// A stage behind `future` and its timer; null if either block is missing, `future` is then
/// untouched.
Block* begin_wait_for(Block& future, Delay limit, const FutureOperations& operations);

/// The payload of such a stage.
struct TimeLimit {
  Handle timer;
  bool expired = false;
  ~TimeLimit() { timer.cancel(); }
};

Block* end_wait_for(Block& stage, Block* input, bool cancelled);

}  // namespace detail

/// Waits until `future` is done, for at most `limit`. At the limit it cancels `future`, waits for
/// it to end, and fails with timed_out; a result that beat the limit, or that came in spite of the
/// cancel, wins, and a cancel from outside wins over both.
/// @param limit  zero: `future` gets one pass. Negative: invalid_argument, `future` is untouched.
/// Memory: two blocks until done. Cost: O(log t), t = armed timers.
/// Errors: timed_out, cancelled, out_of_blocks, and those of `future`. Cancelled: so is `future`.
template <class T>
Future<T> wait_for(const Future<T>& future, Delay limit) {
  using namespace detail;
  static constexpr FutureOperations kOperations{
      {{run_chain, destructor<TimeLimit>()}, close_future},
      &kResultOperations<T>,
      end_wait_for,
      nullptr,
      bit(State::value) | bit(State::error) | bit(State::cancelled)};
  if (future.block() == nullptr) return future;
  if (limit.valid())
    return Future<T>{*future.loop(), begin_wait_for(*future.block(), limit, kOperations)};
  Future<T> refused = future.loop()->template create_future<T>();
  refused.set_error(Errc::invalid_argument);
  return refused;
}

}  // namespace eyelet
