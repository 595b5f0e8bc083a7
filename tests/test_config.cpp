// SPDX-License-Identifier: BSL-1.0
// What the numbers are when nobody changes them; tests/lint/layout_tag.py changes them, and so does
// a toolchain with the levels of the timer wheel.
#ifdef EYELET_TIMER_WHEEL_LEVELS
constexpr unsigned kLevels = EYELET_TIMER_WHEEL_LEVELS;
#else
constexpr unsigned kLevels = sizeof(void*) == 8 ? 4 : 0;
#endif

#include <eyelet/config.hpp>

#include <CppUTest/TestHarness.h>

TEST_GROUP(Config){};

TEST(Config, a_block_is_64_bytes_with_32_bit_pointers_and_128_with_64_bit_ones) {
  CHECK_EQUAL(sizeof(void*) == 8 ? 128U : 64U, eyelet::kBlockBytes);
}

TEST(Config, the_port_is_asked_every_64_callbacks) { CHECK_EQUAL(64U, eyelet::kCallbacksPerPoll); }

TEST(Config, the_timer_wheel_has_four_levels_with_64_bit_pointers_and_none_with_32_bit_ones) {
  CHECK_EQUAL(kLevels, eyelet::kTimerWheelLevels);
}

TEST(Config, checks_are_on_unless_asserts_are_off) {
#ifdef NDEBUG
  CHECK_FALSE(eyelet::kChecks);
#else
  CHECK_TRUE(eyelet::kChecks);
#endif
}
