// SPDX-License-Identifier: BSL-1.0
// expect: finally: fn is called without arguments
#include <eyelet/eyelet.hpp>

eyelet::Future<int> broken(const eyelet::Future<int>& future) {
#ifdef FIXED
  return future.finally([] {});
#else
  return future.finally([](int) {});
#endif
}
