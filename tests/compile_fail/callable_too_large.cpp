// SPDX-License-Identifier: BSL-1.0
// expect: does not fit into a block
// expect: 200(UL)? <= \d+|BytesNeeded = 200; .*BytesThere = \d+
#include <eyelet/eyelet.hpp>

#ifdef FIXED
constexpr int kBytes = 8;
#else
constexpr int kBytes = 200;
#endif

struct Capture {
  char bytes[kBytes];
};

eyelet::Future<int> broken(const eyelet::Future<int>& future, Capture capture) {
  return future.then([capture](int x) { return x + capture.bytes[0]; });
}
