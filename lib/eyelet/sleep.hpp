// SPDX-License-Identifier: BSL-1.0
// sleep: a future that a timer completes. Floor 6.
#pragma once

#include <eyelet/future.hpp>

namespace eyelet {

namespace detail {

Held begin_sleep(Loop& loop, Delay delay);
Held begin_sleep_until(Loop& loop, TimePoint when);

}  // namespace detail

/// Completes once `delay` is over, never earlier; zero: in the next pass.
/// Memory: one block. Cost: O(log t), t = armed timers. Errors: invalid_argument (a negative
/// delay), out_of_blocks, closed. Cancelled, or dropped without continuations, it disarms its timer
/// at once.
[[nodiscard]] inline Future<void> sleep(Loop& loop, Delay delay) {
  return Future<void>{detail::begin_sleep(loop, delay)};
}

/// Completes at `when` on the loop's clock; if that is past, in the next pass. Otherwise as
/// sleep().
[[nodiscard]] inline Future<void> sleep_until(Loop& loop, TimePoint when) {
  return Future<void>{detail::begin_sleep_until(loop, when)};
}

}  // namespace eyelet
