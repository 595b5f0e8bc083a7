// SPDX-License-Identifier: BSL-1.0
#include <eyelet/assert.hpp>

extern "C" [[gnu::weak]] void eyelet_assertion_failed(const char*, const char*, int) {}

namespace eyelet::detail {

void assertion_failed(const char* condition, const char* file, int line) {
  eyelet_assertion_failed(condition, file, line);
  __builtin_trap();
}

}  // namespace eyelet::detail
