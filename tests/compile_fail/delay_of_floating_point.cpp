// SPDX-License-Identifier: BSL-1.0
// expect: a delay is a duration of integers
#include <eyelet/eyelet.hpp>

eyelet::Future<void> broken(eyelet::Loop& loop) {
#ifdef FIXED
  return eyelet::sleep(loop, std::chrono::milliseconds{1});
#else
  return eyelet::sleep(loop, std::chrono::duration<float>{0.001F});
#endif
}
