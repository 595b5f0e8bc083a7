// SPDX-License-Identifier: BSL-1.0
// tick_clock: 64-bit microseconds out of a counter that wraps. Arithmetic alone: the counter is
// handed in, so that tests on a host can turn any clock.
// It knows the time of one count, the mark, and reckons from there. Whoever calls moves the mark on
// before the counter has gone round since. That takes no division, so that interrupts may be off.
#pragma once

#include <algorithm>
#include <eyelet/time.hpp>
#include <numeric>

namespace eyelet {

namespace detail {

/// The numbers of a clock of `Hz` ticks a second and `Bits`.
template <std::uint32_t Hz, unsigned Bits>
struct TickRate {
  static_assert(Hz >= 1 && Bits >= 8 && Bits <= 32, "eyelet: no such counter");

  /// The highest count, and the mask of the difference of two.
  static constexpr std::uint32_t kMask = UINT32_MAX >> (32 - Bits);

  /// kTicks ticks take kMicroseconds.
  static constexpr std::uint32_t kSecond = 1'000'000;
  static constexpr std::uint32_t kTicks = Hz / std::gcd(Hz, kSecond);
  static constexpr std::uint32_t kMicroseconds = kSecond / std::gcd(Hz, kSecond);

  /// 64 bits only for rates that need them: dividing those costs a kilobyte without hardware.
  using Wide = std::conditional_t<std::uint64_t{kTicks} * (kMicroseconds + 1) <= UINT32_MAX,
                                  std::uint32_t, std::uint64_t>;

  /// How far the mark moves: at most half a turn, and 2^31 microseconds. kTicks as often doubled as
  /// fits, a number of few digits, which instructions hold.
  static constexpr auto kMost = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(kMask / 2 + 1, (std::uint64_t{kTicks} << 31) / kMicroseconds));
  static constexpr std::uint32_t doubled(std::uint32_t ticks) {
    return ticks > kMost / 2 ? ticks : doubled(ticks * 2);
  }
  /// Or else a rest of a microsecond is left, of kStepRest / kTicks.
  static constexpr bool kWhole = kTicks <= kMost;
  static constexpr std::uint32_t kStep = kWhole ? doubled(kTicks) : kMost;
  static constexpr auto kStepMicroseconds =
      static_cast<std::uint32_t>(std::uint64_t{kStep} * kMicroseconds / kTicks);
  static constexpr auto kStepRest =
      static_cast<std::uint32_t>(std::uint64_t{kStep} * kMicroseconds % kTicks);
  static_assert(kStepMicroseconds >= 1, "eyelet: this counter goes round in a microsecond or two");
};

/// Rests, added up: most rates have none.
template <bool kWhole>
struct TickRest {
  static constexpr std::uint32_t rest_ = 0;
};
template <>
struct TickRest<false> {
  std::uint32_t rest_ = 0;
};

}  // namespace detail

/// For a counter that counts up, `Hz` ticks a second, from 0 to 2^Bits - 1 and then from 0 again.
template <std::uint32_t Hz, unsigned Bits>
class TickClock : detail::TickRest<detail::TickRate<Hz, Bits>::kWhole> {
  using Rate = detail::TickRate<Hz, Bits>;
  using Wide = typename Rate::Wide;

 public:
  static constexpr std::uint32_t kMask = Rate::kMask;
  /// How far the mark moves, and the farthest that ticks_until() sees: at most half a turn.
  static constexpr std::uint32_t kStep = Rate::kStep;

  /// Time begins with 0, where the counter shows `count` now. Once.
  void start(std::uint32_t count) {
    mark_ += count;  // to 0: of a counter that begins there nothing is left, 8 bytes of flash less
  }

  /// Moves the mark by a step, if the counter, which shows `count`, is that far past it.
  void move_on(std::uint32_t count) {
    if (since(count) < kStep) return;
    mark_ = after(kStep);
    std::uint32_t microseconds = Rate::kStepMicroseconds;
    if constexpr (!Rate::kWhole) {
      // In this order, because the sum may not fit.
      const std::uint32_t room = Rate::kTicks - Rate::kStepRest;
      microseconds += this->rest_ >= room;
      this->rest_ = this->rest_ >= room ? this->rest_ - room : this->rest_ + Rate::kStepRest;
    }
    const std::int64_t later = marked().time_since_epoch().count() + microseconds;
    low_ = static_cast<std::uint32_t>(later);
    high_ = static_cast<std::uint32_t>(later >> 32);
  }

  /// The time when the counter shows `count`, rounded down.
  TimePoint time(std::uint32_t count) const {
    const std::uint32_t ticks = since(count);
    const Wide part = Wide{ticks % Rate::kTicks} * Rate::kMicroseconds + this->rest_;
    return marked() + Duration{std::int64_t{ticks / Rate::kTicks} * Rate::kMicroseconds} +
           Duration{static_cast<std::int64_t>(part / Rate::kTicks)};
  }

  /// Ticks from the mark until `deadline`, rounded up: never early. 0 if that is past; a far one is
  /// cut, to kStep at most.
  std::uint32_t ticks_until(TimePoint deadline) const {
    if (deadline <= marked()) return 0;
    const auto all = static_cast<std::uint64_t>((deadline - marked()).count());
    const auto left =
        static_cast<std::uint32_t>(std::min(all, std::uint64_t{Rate::kStepMicroseconds}));
    const Wide part =
        Wide{left % Rate::kMicroseconds} * Rate::kTicks + (Rate::kMicroseconds - 1) - this->rest_;
    return left / Rate::kMicroseconds * Rate::kTicks +
           static_cast<std::uint32_t>(part / Rate::kMicroseconds);
  }

  /// Ticks from the mark until the counter shows `count`.
  std::uint32_t since(std::uint32_t count) const { return (count - mark_) & kMask; }
  /// What the counter shows `ticks` after the mark.
  std::uint32_t after(std::uint32_t ticks) const { return (mark_ + ticks) & kMask; }

 private:
  TimePoint marked() const {
    return TimePoint{Duration{static_cast<std::int64_t>(std::uint64_t{high_} << 32 | low_)}};
  }

  // The mark, and its time in words: as a whole that would want to be aligned.
  std::uint32_t mark_ = 0, low_ = 0, high_ = 0;
};

}  // namespace eyelet
