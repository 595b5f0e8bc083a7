// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard|unused-result
// expect: call_soon_threadsafe
#include <eyelet/eyelet.hpp>

#ifdef FIXED
bool broken(eyelet::Loop& loop) {
  return loop.call_soon_threadsafe([] {});
}
#else
void broken(eyelet::Loop& loop) {
  loop.call_soon_threadsafe([] {});
}
#endif
