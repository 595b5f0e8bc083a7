// SPDX-License-Identifier: BSL-1.0
// expect: create_task: a body is called without arguments
#include <eyelet/eyelet.hpp>

eyelet::AnyFuture broken(eyelet::Loop& loop) {
#ifdef FIXED
  return loop.create_task([] {});
#else
  return loop.create_task([](int) {});
#endif
}
