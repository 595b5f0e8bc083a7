// SPDX-License-Identifier: BSL-1.0
// expect: over-aligned callable or result
#include <eyelet/eyelet.hpp>

#ifdef FIXED
constexpr int kAlign = 8;
#else
constexpr int kAlign = 16;
#endif

struct alignas(kAlign) Capture {
  int number;
};

eyelet::Future<int> broken(const eyelet::Future<int>& future, Capture capture) {
  return future.then([capture](int x) { return x + capture.number; });
}
