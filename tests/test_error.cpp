// SPDX-License-Identifier: BSL-1.0
#include <eyelet/error.hpp>
#include <type_traits>

#include <CppUTest/TestHarness.h>

using eyelet::Errc;
using eyelet::Error;

namespace {

struct Row {
  int number;
  Errc code;
  const char* name;
};

// Values are part of the interface: nobody may renumber them.
constexpr Row kRows[] = {
    {0, Errc::none, "none"},
    {1, Errc::cancelled, "cancelled"},
    {2, Errc::timed_out, "timed_out"},
    {3, Errc::invalid_state, "invalid_state"},
    {4, Errc::out_of_blocks, "out_of_blocks"},
    {5, Errc::queue_empty, "queue_empty"},
    {6, Errc::queue_full, "queue_full"},
    {7, Errc::queue_shut_down, "queue_shut_down"},
    {8, Errc::broken_promise, "broken_promise"},
    {9, Errc::broken_barrier, "broken_barrier"},
    {10, Errc::deadlock, "deadlock"},
    {11, Errc::incomplete_read, "incomplete_read"},
    {12, Errc::limit_overrun, "limit_overrun"},
    {13, Errc::not_supported, "not_supported"},
    {14, Errc::system, "system"},
    {15, Errc::user, "user"},
    {16, Errc::invalid_argument, "invalid_argument"},
    {17, Errc::closed, "closed"},
    {18, Errc::slow_callback, "slow_callback"},
};

}  // namespace

TEST_GROUP(Error){};

TEST(Error, the_codes_keep_their_numbers) {
  for (const Row& row : kRows) CHECK_EQUAL(row.number, static_cast<int>(row.code));
}

TEST(Error, every_code_has_its_own_name) {
  for (const Row& row : kRows) STRCMP_EQUAL(row.name, name(row.code));
}

TEST(Error, a_new_code_goes_to_the_end_and_into_this_test) {
  int names = 0;
  for (int number = -300; number <= 300; ++number)
    if (SimpleString{"unknown"} != name(static_cast<Errc>(number))) ++names;
  CHECK_EQUAL(static_cast<int>(sizeof kRows / sizeof kRows[0]), names);
}

TEST(Error, a_number_that_is_no_code_is_unknown) {
  STRCMP_EQUAL("unknown", name(static_cast<Errc>(-1)));
  STRCMP_EQUAL("unknown", name(static_cast<Errc>(INT32_MAX)));
}

TEST(Error, is_8_bytes_that_may_be_copied_as_bytes) {
  CHECK_EQUAL(8U, sizeof(Error));
  CHECK_TRUE(std::is_trivially_copyable_v<Error>);
  CHECK_TRUE(std::is_trivially_destructible_v<Error>);
}

TEST(Error, is_none_until_told_otherwise) {
  constexpr Error error;
  CHECK_TRUE(error.code == Errc::none);
  CHECK_EQUAL(0, error.detail);
}

TEST(Error, two_are_equal_if_code_and_detail_are) {
  constexpr Error error{Errc::system, 5};
  CHECK_TRUE(error == (Error{Errc::system, 5}));
  CHECK_FALSE(error != (Error{Errc::system, 5}));
  CHECK_TRUE(error != (Error{Errc::system, 6}));
  CHECK_FALSE(error == (Error{Errc::system, 6}));
  CHECK_TRUE(error != (Error{Errc::user, 5}));
  CHECK_FALSE(error == (Error{Errc::user, 5}));
}
