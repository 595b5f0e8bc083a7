// SPDX-License-Identifier: BSL-1.0
// result: a value or an Error. Floor 1.
// Never call value() on it: without exceptions that is undefined in tl::expected 1.0.0. `*result`
// after a test, `value_or` and `error()` are the way.
#pragma once

#include <eyelet/error.hpp>
#include <tl/expected.hpp>
#include <type_traits>

namespace eyelet {

template <class T>
using Result = tl::expected<T, Error>;

/// An error for a function that returns a Result of anything.
constexpr tl::unexpected<Error> failure(Error error) { return tl::unexpected<Error>{error}; }
constexpr tl::unexpected<Error> failure(Errc code, std::int32_t detail = 0) {
  return failure(Error{code, detail});
}

namespace detail {

template <class T>
struct IsResult : std::false_type {};
template <class T>
struct IsResult<Result<T>> : std::true_type {};

}  // namespace detail
}  // namespace eyelet
