// SPDX-License-Identifier: BSL-1.0
// time: 64-bit microseconds that neither wrap nor come early. Floor 0.
// It has no clock of its own: a TimePoint comes from the loop's port.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace eyelet {

/// The loop's own monotonic clock, as a tag: time points of other clocks do not compile here.
struct LoopClock;

using Duration = std::chrono::duration<std::int64_t, std::micro>;
using TimePoint = std::chrono::time_point<LoopClock, Duration>;

/// Later than every deadline: what waits for it waits for ever.
inline constexpr TimePoint kNever = TimePoint::max();
/// The last moment there is; arithmetic that would pass it ends here, and so never becomes kNever.
inline constexpr TimePoint kEndOfTime = kNever - Duration{1};
/// Earlier than every clock: waiting until then does not wait.
inline constexpr TimePoint kAtOnce = TimePoint::min();

/// `start + delay`, or kEndOfTime if that lies beyond. `delay` is not negative. Context: any.
constexpr TimePoint saturating_add(TimePoint start, Duration delay) {
  return start > kEndOfTime - delay ? kEndOfTime : start + delay;
}

/// How long to wait: any std::chrono duration of integers, rounded up to microseconds.
/// A negative one, or one that does not fit into 64 bits, is not valid(): calls answer it with
/// Errc::invalid_argument. Durations of floating point do not compile: NaN has no place in a queue.
class Delay {
 public:
  template <class Rep, class Period>
  constexpr Delay(std::chrono::duration<Rep, Period> duration)
      : microseconds_{convert<std::ratio_divide<Period, std::micro>>(duration.count())} {
    static_assert(std::is_integral_v<Rep>, "eyelet: a delay is a duration of integers");
  }

  constexpr bool valid() const { return microseconds_ >= 0; }
  constexpr Duration value() const { return Duration{microseconds_}; }

 private:
  static constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kInvalid = -1;

  template <class Ratio, class Rep>
  static constexpr std::int64_t convert(Rep count) {
    // A negative count is a huge one here.
    if (static_cast<std::uintmax_t>(count) > std::uintmax_t{kMax}) return kInvalid;
    const auto ticks = static_cast<std::int64_t>(count);
    if constexpr (Ratio::num == 1 && Ratio::den == 1) {
      return ticks;
    } else if constexpr (Ratio::den == 1) {
      return ticks > kMax / Ratio::num ? kInvalid : ticks * Ratio::num;
    } else {
      static_assert(Ratio::den - 1 <= kMax / (Ratio::num + 1),
                    "eyelet: too odd a period for a delay");
      const std::int64_t whole = ticks / Ratio::den;
      const std::int64_t rest = ticks % Ratio::den;
      const std::int64_t rounded_up = (rest * Ratio::num + Ratio::den - 1) / Ratio::den;
      return whole > (kMax - rounded_up) / Ratio::num ? kInvalid : whole * Ratio::num + rounded_up;
    }
  }

  std::int64_t microseconds_;
};

}  // namespace eyelet
