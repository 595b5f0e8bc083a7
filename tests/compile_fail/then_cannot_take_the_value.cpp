// SPDX-License-Identifier: BSL-1.0
// expect: then: fn cannot be called with the value of this future
#include <eyelet/eyelet.hpp>

#ifdef FIXED
using Argument = int;
#else
using Argument = const char*;
#endif

eyelet::Future<void> broken(const eyelet::Future<int>& future) {
  return future.then([](Argument) {});
}
