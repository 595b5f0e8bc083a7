// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <eyelet/result.hpp>
#include <memory>
#include <optional>
#include <tuple>

#include <CppUTest/TestHarness.h>

using eyelet::Errc;
using eyelet::Error;
using eyelet::failure;
using eyelet::Result;

namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return failure(Errc::user, n);
  return n / 2;
}

Result<void> check(bool ok) {
  if (!ok) return failure(Errc::timed_out);
  return {};
}

template <class T>
bool begins_with_its_error() {
  const Result<T> failed = failure(Errc::user, 1);
  return static_cast<const void*>(&failed.error()) == &failed;
}

}  // namespace

TEST_GROUP(Result){};

TEST(Result, holds_a_value_or_an_error) {
  CHECK_TRUE(half(8).has_value());
  CHECK_EQUAL(4, *half(8));
  CHECK_FALSE(half(7).has_value());
  CHECK_TRUE(half(7).error() == (Error{Errc::user, 7}));
}

TEST(Result, of_nothing_says_whether_it_went_well) {
  CHECK_TRUE(check(true).has_value());
  CHECK_FALSE(check(false).has_value());
  CHECK_TRUE(check(false).error().code == Errc::timed_out);
}

TEST(Result, a_failure_has_no_detail_unless_it_is_given_one) {
  CHECK_EQUAL(0, check(false).error().detail);
  constexpr auto failed = failure(Errc::system, 5);
  CHECK_TRUE(failed.value() == (Error{Errc::system, 5}));
}

TEST(Result, costs_the_larger_of_the_two_and_one_word) {
  CHECK_EQUAL(12U, sizeof(Result<void>));
  CHECK_EQUAL(12U, sizeof(Result<std::int32_t>));
  CHECK_EQUAL(16U, sizeof(Result<std::int64_t>));
  CHECK_EQUAL(20U, sizeof(Result<std::array<char, 16>>));
}

// future_core reads it there, whatever the type.
TEST(Result, begins_with_its_error_if_it_has_one) {
  CHECK_TRUE(begins_with_its_error<void>());
  CHECK_TRUE(begins_with_its_error<bool>());
  CHECK_TRUE(begins_with_its_error<std::int64_t>());
  const bool of_an_array = begins_with_its_error<std::array<char, 56>>();
  CHECK_TRUE(of_an_array);
  CHECK_TRUE(begins_with_its_error<std::unique_ptr<int>>());
  CHECK_TRUE(begins_with_its_error<std::optional<int>>());
  const bool of_results = begins_with_its_error<std::tuple<Result<void>, Result<int>>>();
  CHECK_TRUE(of_results);
}

TEST(Result, of_plain_data_is_plain_data) {
  CHECK_TRUE(std::is_trivially_copyable_v<Result<int>>);
  CHECK_TRUE(std::is_trivially_destructible_v<Result<int>>);
  CHECK_TRUE(std::is_trivially_destructible_v<Result<void>>);
}

TEST(Result, is_told_from_other_types) {
  CHECK_TRUE(eyelet::detail::IsResult<Result<int>>::value);
  CHECK_TRUE(eyelet::detail::IsResult<Result<void>>::value);
  CHECK_FALSE(eyelet::detail::IsResult<int>::value);
  CHECK_FALSE(eyelet::detail::IsResult<Error>::value);
  const bool of_other_error = eyelet::detail::IsResult<tl::expected<int, int>>::value;
  CHECK_FALSE(of_other_error);
}
