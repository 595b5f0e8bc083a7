// SPDX-License-Identifier: BSL-1.0
// expect: or_else: fn is called with an Error
#include <eyelet/eyelet.hpp>

eyelet::Future<int> broken(const eyelet::Future<int>& future) {
#ifdef FIXED
  return future.or_else([](eyelet::Error) { return 0; });
#else
  return future.or_else([] { return 0; });
#endif
}
