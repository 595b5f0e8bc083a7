// SPDX-License-Identifier: BSL-1.0
// expect: set_result: no value of this future can be made from these arguments
#include <eyelet/eyelet.hpp>

eyelet::Result<void> broken(eyelet::Future<int> future) {
#ifdef FIXED
  return future.set_result(1);
#else
  return future.set_result("one");
#endif
}
