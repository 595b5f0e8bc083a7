// SPDX-License-Identifier: BSL-1.0
// What the numbers are when nobody changes them; tests/lint/layout_tag.py changes them.
#include <eyelet/config.hpp>

#include <CppUTest/TestHarness.h>

TEST_GROUP(Config){};

TEST(Config, a_block_is_64_bytes_with_32_bit_pointers_and_128_with_64_bit_ones) {
  CHECK_EQUAL(sizeof(void*) == 8 ? 128U : 64U, eyelet::kBlockBytes);
}

TEST(Config, the_port_is_asked_every_64_callbacks) { CHECK_EQUAL(64U, eyelet::kCallbacksPerPoll); }

TEST(Config, checks_are_on_unless_asserts_are_off) {
#ifdef NDEBUG
  CHECK_FALSE(eyelet::kChecks);
#else
  CHECK_TRUE(eyelet::kChecks);
#endif
}
