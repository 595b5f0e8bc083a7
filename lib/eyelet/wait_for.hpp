// SPDX-License-Identifier: BSL-1.0
// wait_for: a limit to how long one waits; Timeout: one that can be moved. Floor 7.
#pragma once

#include <eyelet/future.hpp>

namespace eyelet {

class Timeout;

namespace detail {

/// The payload of a stage with a limit.
struct TimeLimit {
  Handle timer;
  Timeout* scope;
  bool expired;
  ~TimeLimit();
};

/// A stage behind `future` and its timer; null if either block is missing, `future` is then
/// untouched.
Block* begin_wait_for(Block& future, TimePoint when, Timeout* scope,
                      const FutureOperations& operations);

Block* end_wait_for(Block& stage, Block* input);

template <class T>
inline constexpr StageOperations kWaitForOperations{
    {{run_chain, destructor<TimeLimit>()},
     &kResultOperations<T>,
     bit(State::value) | bit(State::error) | bit(State::cancelled)},
    end_wait_for};

template <class T>
Future<T> limited(const Future<T>& future, Delay limit, Timeout* scope) {
  if (future.block() == nullptr) return future;
  Loop& owner = *future.loop();
  if (!limit.valid()) return failed_future<T>(owner, Errc::invalid_argument);
  const TimePoint when = saturating_add(owner.look_at_clock(), limit.value());
  return {owner, begin_wait_for(*future.block(), when, scope, kWaitForOperations<T>)};
}

}  // namespace detail

/// Waits until `future` is done, for at most `limit`. At the limit it cancels `future`, waits for
/// it to end, and fails with timed_out; a result that beat the limit, or that came in spite of the
/// cancel, wins, and a cancel from outside wins over both.
/// @param limit  zero: `future` gets one pass. Negative: invalid_argument, `future` is untouched.
/// Memory: two blocks until done. Cost: O(log t), t = armed timers.
/// Errors: timed_out, cancelled, out_of_blocks, and those of `future`. Cancelled: so is `future`.
template <class T>
Future<T> wait_for(const Future<T>& future, Delay limit) {
  return detail::limited(future, limit, nullptr);
}

/// asyncio.timeout: a limit that can be moved while what it limits goes on. If it goes meanwhile,
/// the limit stays where it is.
class Timeout {
 public:
  constexpr Timeout() = default;
  ~Timeout();
  Timeout(const Timeout&) = delete;
  Timeout& operator=(const Timeout&) = delete;

  /// As wait_for(). Errors besides: invalid_state (it is limiting something already).
  template <class T>
  Future<T> run(const Future<T>& future, Delay limit);

  /// The same with a limit on the loop's clock; one in the past is over in the next pass, kNever is
  /// none for now.
  template <class T>
  Future<T> run_at(const Future<T>& future, TimePoint when);

  /// Moves the limit to `when`, which may be past, or kNever for none. Errors, upon which it stays:
  /// invalid_state (it is over, or limits nothing), out_of_blocks. Memory: one more block for the
  /// length of the call. Cost: O(log t), t = armed timers.
  Result<void> reschedule(TimePoint when);

  /// Where the limit is, or was; kNever if there is none.
  TimePoint when() const { return when_; }

  /// Whether the limit was reached and cancelled what it limits, now or in the last run.
  bool expired() const;

 private:
  friend detail::TimeLimit;
  friend detail::Block* detail::begin_wait_for(detail::Block&, TimePoint, Timeout*,
                                               const detail::FutureOperations&);

  detail::Block* stage_ = nullptr;  // while it limits something
  TimePoint when_ = kNever;
  bool expired_ = false;
};

template <class T>
Future<T> Timeout::run(const Future<T>& future, Delay limit) {
  if (stage_ != nullptr && future.block() != nullptr)
    return detail::failed_future<T>(*future.loop(), Errc::invalid_state);
  return detail::limited(future, limit, this);
}

template <class T>
Future<T> Timeout::run_at(const Future<T>& future, TimePoint when) {
  if (future.block() == nullptr) return future;
  if (stage_ != nullptr) return detail::failed_future<T>(*future.loop(), Errc::invalid_state);
  return {*future.loop(),
          detail::begin_wait_for(*future.block(), when, this, detail::kWaitForOperations<T>)};
}

}  // namespace eyelet
