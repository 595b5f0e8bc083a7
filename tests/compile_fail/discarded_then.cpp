// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard|unused-result
#include <eyelet/eyelet.hpp>

#ifdef FIXED
eyelet::Future<void> broken(const eyelet::Future<int>& future) {
  return future.then([](int) {});
}
#else
void broken(const eyelet::Future<int>& future) {
  future.then([](int) {});
}
#endif
