// SPDX-License-Identifier: BSL-1.0
// expect: sleep_until
// expect: TimePoint|time_point
#include <eyelet/eyelet.hpp>

eyelet::Future<void> broken(eyelet::Loop& loop) {
#ifdef FIXED
  return eyelet::sleep_until(loop, loop.time());
#else
  return eyelet::sleep_until(loop, std::chrono::steady_clock::now());
#endif
}
