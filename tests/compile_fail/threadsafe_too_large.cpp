// SPDX-License-Identifier: BSL-1.0
// expect: a callable handed over between threads captures at most three pointers
#include <eyelet/eyelet.hpp>

#ifdef FIXED
constexpr int kPointers = 3;
#else
constexpr int kPointers = 4;
#endif

struct Capture {
  int* pointers[kPointers];
};

bool broken(eyelet::Loop& loop, Capture capture) {
  return loop.call_soon_threadsafe([capture] { *capture.pointers[0] = 1; });
}
