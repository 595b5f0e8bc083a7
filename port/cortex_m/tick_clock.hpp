// SPDX-License-Identifier: BSL-1.0
// tick_clock: 64-bit microseconds out of a counter that wraps. Arithmetic alone: the counter is
// handed in, so that tests on a host can turn any clock.
// Whoever calls keeps interrupts off, and reads at least once while the counter goes round.
#pragma once

#include <algorithm>
#include <eyelet/time.hpp>
#include <numeric>

namespace eyelet {

/// For a counter that counts up, `Hz` ticks a second, from 0 to 2^Bits - 1 and then from 0 again.
template <std::uint32_t Hz, unsigned Bits>
class TickClock {
 public:
  static_assert(Hz >= 1 && Bits >= 8 && Bits <= 32, "eyelet: no such counter");

  /// The highest count, and the mask of the difference of two.
  static constexpr std::uint32_t kMask = UINT32_MAX >> (32 - Bits);

 private:
  static constexpr std::uint32_t kSecond = 1'000'000;
  // kTicks ticks take kMicroseconds.
  static constexpr std::uint32_t kTicks = Hz / std::gcd(Hz, kSecond);
  static constexpr std::uint32_t kMicroseconds = kSecond / std::gcd(Hz, kSecond);

  // 64 bits only for rates that need them: dividing those costs a kilobyte without hardware.
  using Wide = std::conditional_t<std::uint64_t{kTicks} * (kMicroseconds + 1) <= UINT32_MAX,
                                  std::uint32_t, std::uint64_t>;
  static constexpr std::int64_t kLongestSleep = static_cast<std::int64_t>(
      std::min<std::uint64_t>(std::uint64_t{kMask / 2} * kMicroseconds / kTicks,
                              (std::numeric_limits<Wide>::max() - kMicroseconds) / kTicks));
  static_assert(kLongestSleep >= 1, "eyelet: this counter goes round in a microsecond or two");

 public:
  /// The farthest alarm, and the farthest that ticks_until() sees. At most half way round: who
  /// reads the clock then may be late by the other half.
  static constexpr std::uint32_t kLongest = static_cast<std::uint32_t>(
      (static_cast<Wide>(kLongestSleep) * kTicks + kMicroseconds - 1) / kMicroseconds);

  constexpr TickClock() = default;
  // Member by member: as a whole, a Cortex-M0 copies it by 50 instructions of memcpy.
  TickClock(const TickClock& other) : now_{other.now_}, last_{other.last_}, rest_{other.rest_} {}
  TickClock& operator=(const TickClock& other) {
    now_ = other.now_;
    last_ = other.last_;
    rest_ = other.rest_;
    return *this;
  }

  /// Time begins with 0, where the counter shows `count` now.
  void start(std::uint32_t count) { last_ = count; }

  /// The time when the counter shows `count`, rounded down.
  TimePoint read(std::uint32_t count) {
    const std::uint32_t ticks = since(count);
    last_ = count;
    const Wide part = Wide{ticks % kTicks} * kMicroseconds + rest_;
    now_ += Duration{std::int64_t{ticks / kTicks} * kMicroseconds};
    now_ += Duration{static_cast<std::int64_t>(part / kTicks)};
    rest_ = static_cast<std::uint32_t>(part % kTicks);
    return now_;
  }

  /// Ticks from the last read until `deadline`, rounded up: never early. 0 if that is past; a far
  /// one is cut, to kLongest at most.
  std::uint32_t ticks_until(TimePoint deadline) const {
    if (deadline <= now_) return 0;
    const auto left = static_cast<Wide>(std::min((deadline - now_).count(), kLongestSleep));
    return static_cast<std::uint32_t>((left * kTicks - rest_ + kMicroseconds - 1) / kMicroseconds);
  }

  /// Ticks from the last read until the counter shows `count`.
  std::uint32_t since(std::uint32_t count) const { return (count - last_) & kMask; }
  /// What the counter will show `ticks` after the last read.
  std::uint32_t after(std::uint32_t ticks) const { return (last_ + ticks) & kMask; }

 private:
  TimePoint now_{};
  std::uint32_t last_ = 0;
  std::uint32_t rest_ = 0;  // of a microsecond, in parts of 1 / kTicks
};

}  // namespace eyelet
