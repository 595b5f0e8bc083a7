// SPDX-License-Identifier: BSL-1.0
// expect: then: fn cannot be called without a value, and this future has none
#include <eyelet/eyelet.hpp>

eyelet::Future<void> broken(const eyelet::Future<void>& future) {
#ifdef FIXED
  return future.then([] {});
#else
  return future.then([](int) {});
#endif
}
