// SPDX-License-Identifier: BSL-1.0
// expect: over-aligned callable or result
#include <eyelet/eyelet.hpp>

#ifdef FIXED
constexpr int kAlign = 8;
#else
constexpr int kAlign = 16;
#endif

struct alignas(kAlign) Value {
  int number;
};

eyelet::Future<Value> broken(eyelet::Loop& loop) { return loop.create_future<Value>(); }
