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

void broken(eyelet::Loop& loop, Capture capture) {
  loop.call_soon([capture] { static_cast<void>(capture.bytes[0]); });
}
