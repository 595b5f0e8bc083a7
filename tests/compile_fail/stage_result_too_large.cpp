// SPDX-License-Identifier: BSL-1.0
// expect: does not fit into a block
// expect: 200(UL)? <= \d+|BytesNeeded = 200; .*BytesThere = \d+
#include <eyelet/eyelet.hpp>

#ifdef FIXED
constexpr int kInts = 2;
#else
constexpr int kInts = 49;  // 196 bytes, and the flag of the Result around them
#endif

struct Large {
  int numbers[kInts];
};

eyelet::Future<Large> broken(const eyelet::Future<int>& future) {
  return future.then([](int) { return Large{}; });
}
