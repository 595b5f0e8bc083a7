// SPDX-License-Identifier: BSL-1.0
// assert: traps for bugs of the caller. Floor 0.
// Nothing that bad input can cause is asserted; that ends in an error value.
#pragma once

#include <eyelet/config.hpp>

/// Hears of a failed assertion before the program traps; a user may define it to report or to
/// reset. The library's own, weak one does nothing. Context: any, interrupts included.
extern "C" void eyelet_assertion_failed(const char* condition, const char* file, int line);

namespace eyelet::detail {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}

#define EYELET_ASSERT(condition)     \
  (!::eyelet::kChecks || (condition) \
       ? static_cast<void>(0)        \
       : ::eyelet::detail::assertion_failed(#condition, __FILE__, __LINE__))
