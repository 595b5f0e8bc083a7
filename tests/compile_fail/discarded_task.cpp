// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard|unused-result
#include <eyelet/eyelet.hpp>

#ifdef FIXED
eyelet::Task<int> broken(eyelet::Loop& loop) {
  return loop.create_task([] { return 1; });
}
#else
void broken(eyelet::Loop& loop) {
  loop.create_task([] { return 1; });
}
#endif
