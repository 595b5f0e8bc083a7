// SPDX-License-Identifier: BSL-1.0
// What the examples print with.
#pragma once

#include <cstdarg>
#include <cstdio>
#include <eyelet/loop.hpp>

/// Prints a line as printf does, behind the time on the loop's clock.
[[gnu::format(printf, 2, 3)]] inline void say(const eyelet::Loop& loop, const char* format, ...) {
  const eyelet::Duration time = loop.time().time_since_epoch();
  std::printf("%5lld ms  ", static_cast<long long>(time / std::chrono::milliseconds{1}));
  std::va_list arguments;
  va_start(arguments, format);
  std::vprintf(format, arguments);
  va_end(arguments);
  std::putchar('\n');
}
