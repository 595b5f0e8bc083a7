// SPDX-License-Identifier: BSL-1.0
#include <eyelet/time.hpp>

#include <CppUTest/TestHarness.h>

using namespace std::chrono_literals;
using eyelet::Delay;
using eyelet::Duration;
using eyelet::kAtOnce;
using eyelet::kEndOfTime;
using eyelet::kNever;
using eyelet::saturating_add;
using eyelet::TimePoint;

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

template <class Rep, class Period = std::ratio<1>>
constexpr std::chrono::duration<Rep, Period> of(Rep count) {
  return std::chrono::duration<Rep, Period>{count};
}

// Comparable at a glance: what is invalid counts as -1.
constexpr std::int64_t microseconds(Delay delay) {
  return delay.valid() ? delay.value().count() : -1;
}

std::int64_t sum(std::int64_t start, std::int64_t delay) {
  return saturating_add(TimePoint{Duration{start}}, Duration{delay}).time_since_epoch().count();
}

}  // namespace

TEST_GROUP(Time){};

TEST(Time, is_counted_in_64_bit_microseconds) {
  CHECK_EQUAL(8U, sizeof(Duration));
  CHECK_EQUAL(8U, sizeof(TimePoint));
  CHECK_TRUE(Duration{1'000'000} == 1s);
  CHECK_TRUE(std::is_signed_v<Duration::rep>);
}

TEST(Time, never_is_later_than_the_end_of_time_and_at_once_earlier_than_all) {
  CHECK_TRUE(kNever == TimePoint::max());
  CHECK_TRUE(kEndOfTime < kNever);
  CHECK_EQUAL(1, (kNever - kEndOfTime).count());
  CHECK_TRUE(kAtOnce < TimePoint{});
  CHECK_TRUE(kAtOnce == TimePoint::min());
}

TEST(Time, adding_is_exact_where_it_fits) {
  CHECK_EQUAL(0, sum(0, 0));
  CHECK_EQUAL(5, sum(2, 3));
  CHECK_EQUAL(-1, sum(-3, 2));
  CHECK_EQUAL(4, sum(-3, 7));
  CHECK_EQUAL(kMax - 1, sum(kMax - 2, 1));
  CHECK_EQUAL(kMax - 1, sum(0, kMax - 1));
}

// P9
TEST(Time, adding_past_the_end_ends_there_and_never_becomes_never) {
  CHECK_EQUAL(kMax - 1, sum(0, kMax));
  CHECK_EQUAL(kMax - 1, sum(1, kMax - 1));
  CHECK_EQUAL(kMax - 1, sum(kMax - 1, 1));
  CHECK_EQUAL(kMax - 1, sum(kMax - 1, kMax));
  CHECK_EQUAL(kMax - 1, sum(kMax / 2 + 1, kMax / 2 + 1));
  CHECK_EQUAL(kMax - 1, sum(kMax, 0));
  CHECK_EQUAL(kMax - 1, sum(kMax, kMax));
}

TEST(Time, adding_to_a_moment_before_the_epoch_is_exact_to_the_last_microsecond) {
  CHECK_EQUAL(-1, sum(kMin, kMax));
  CHECK_EQUAL(kMin, sum(kMin, 0));
  CHECK_EQUAL(kMin + 1, sum(kMin, 1));
  CHECK_EQUAL(kMax - 5, sum(-5, kMax));
  CHECK_EQUAL(kMax - 1, sum(-1, kMax));
  CHECK_EQUAL(kMax - 2, sum(-1, kMax - 1));
}

TEST(Time, adding_is_a_constant_expression) {
  constexpr TimePoint later = saturating_add(TimePoint{1s}, 2s);
  CHECK_TRUE(later == TimePoint{3s});
}

TEST_GROUP(Delay){};

TEST(Delay, keeps_microseconds_as_they_are) {
  CHECK_EQUAL(0, microseconds(0us));
  CHECK_EQUAL(1, microseconds(1us));
  CHECK_EQUAL(kMax, microseconds(Duration::max()));
}

TEST(Delay, multiplies_coarser_units) {
  CHECK_EQUAL(7'000, microseconds(7ms));
  CHECK_EQUAL(7'000'000, microseconds(7s));
  CHECK_EQUAL(420'000'000, microseconds(7min));
  CHECK_EQUAL(25'200'000'000, microseconds(7h));
}

TEST(Delay, rounds_finer_units_up) {
  CHECK_EQUAL(0, microseconds(0ns));
  CHECK_EQUAL(1, microseconds(1ns));
  CHECK_EQUAL(1, microseconds(999ns));
  CHECK_EQUAL(1, microseconds(1000ns));
  CHECK_EQUAL(2, microseconds(1001ns));
  CHECK_EQUAL(kMax / 1000 + 1, microseconds(std::chrono::nanoseconds::max()));
  CHECK_EQUAL(kMax / 1'000'000 + 1, microseconds(of<std::int64_t, std::pico>(kMax)));
}

TEST(Delay, rounds_units_up_that_are_no_whole_number_of_microseconds) {
  using Frames = std::ratio<1, 60>;  // 16,666 2/3 us
  CHECK_EQUAL(0, microseconds(of<int, Frames>(0)));
  CHECK_EQUAL(16'667, microseconds(of<int, Frames>(1)));
  CHECK_EQUAL(33'334, microseconds(of<int, Frames>(2)));
  CHECK_EQUAL(50'000, microseconds(of<int, Frames>(3)));
  CHECK_EQUAL(66'667, microseconds(of<int, Frames>(4)));
  CHECK_EQUAL(1'000'000, microseconds(of<int, Frames>(60)));
  using Ticks = std::ratio<1, 32'768>;  // 30.5 us
  CHECK_EQUAL(31, microseconds(of<int, Ticks>(1)));
  CHECK_EQUAL(62, microseconds(of<int, Ticks>(2)));
  CHECK_EQUAL(1'000'000, microseconds(of<int, Ticks>(32'768)));
  CHECK_EQUAL(1'000'031, microseconds(of<int, Ticks>(32'769)));
}

// P9
TEST(Delay, that_is_negative_is_not_valid) {
  CHECK_FALSE(Delay{-1us}.valid());
  CHECK_FALSE(Delay{-1ns}.valid());
  CHECK_FALSE(Delay{-1s}.valid());
  CHECK_FALSE(Delay{Duration::min()}.valid());
  CHECK_FALSE(Delay{std::chrono::nanoseconds::min()}.valid());
  CHECK_FALSE((Delay{of<signed char, std::milli>(-128)}.valid()));
  CHECK_FALSE((Delay{of<int, std::ratio<1, 60>>(-1)}.valid()));
}

// P9, N12
TEST(Delay, that_does_not_fit_is_not_valid) {
  CHECK_EQUAL(kMax / 1000 * 1000, microseconds(of<std::int64_t, std::milli>(kMax / 1000)));
  CHECK_FALSE((Delay{of<std::int64_t, std::milli>(kMax / 1000 + 1)}.valid()));
  CHECK_FALSE(Delay{std::chrono::seconds::max()}.valid());
  CHECK_FALSE(Delay{18'446'744'073'710s}.valid());  // its product would wrap to half a second
  CHECK_FALSE((Delay{of<std::int64_t, std::ratio<3600>>(kMax)}.valid()));
  CHECK_FALSE((Delay{of<std::int64_t, std::ratio<1, 60>>(kMax)}.valid()));
}

TEST(Delay, of_odd_units_fits_up_to_the_last_count) {
  using Frames = std::ratio<1, 60>;
  // 50,000 for every 3: the last count whose rounded-up product is in range.
  constexpr std::int64_t last = kMax / 50'000 * 3 + (kMax % 50'000) * 3 / 50'000;
  CHECK_TRUE((Delay{of<std::int64_t, Frames>(last)}.valid()));
  CHECK_FALSE((Delay{of<std::int64_t, Frames>(last + 1)}.valid()));
  CHECK_TRUE(microseconds(of<std::int64_t, Frames>(last)) > kMax - 50'000);
}

TEST(Delay, of_unsigned_counts_is_not_taken_for_negative) {
  CHECK_EQUAL(kMax, microseconds(of<std::uint64_t, std::micro>(std::uint64_t{kMax})));
  CHECK_FALSE((Delay{of<std::uint64_t, std::micro>(std::uint64_t{kMax} + 1)}.valid()));
  CHECK_FALSE((Delay{of<std::uint64_t, std::nano>(UINT64_MAX)}.valid()));
  CHECK_EQUAL(4'294'967'295'000, microseconds(of<std::uint32_t, std::milli>(UINT32_MAX)));
  CHECK_EQUAL(255'000, microseconds(of<std::uint8_t, std::milli>(std::uint8_t{255})));
}

// N12
TEST(Delay, of_narrow_counts_does_not_overflow_on_the_way) {
  CHECK_EQUAL(2'147'483'647'000'000, microseconds(of<std::int32_t>(INT32_MAX)));
  CHECK_EQUAL(32'767'000'000, microseconds(of<std::int16_t>(INT16_MAX)));
  CHECK_EQUAL(86'400'000'000, microseconds(of<std::int32_t, std::ratio<86'400>>(1)));
}

TEST(Delay, is_a_constant_expression) {
  constexpr Delay delay = 3ms;
  CHECK_TRUE(delay.valid());
  CHECK_EQUAL(3'000, delay.value().count());
  constexpr bool negative_is_valid = Delay{-3ms}.valid();
  CHECK_FALSE(negative_is_valid);
}
