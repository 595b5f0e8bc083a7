// SPDX-License-Identifier: BSL-1.0
// expect: finally: fn returns nothing, a Result<void> or a Future<void>
#include <eyelet/eyelet.hpp>

eyelet::Future<int> broken(const eyelet::Future<int>& future) {
#ifdef FIXED
  return future.finally([] {});
#else
  return future.finally([] { return 1; });
#endif
}
