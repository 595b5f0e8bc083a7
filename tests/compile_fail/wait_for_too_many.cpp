// SPDX-License-Identifier: BSL-1.0
// expect: at most 64 futures; more by a pointer and their number
#include <eyelet/eyelet.hpp>

using Many = std::array<eyelet::Future<int>, 65>;

#ifdef FIXED
eyelet::Future<void> broken(eyelet::Loop& loop, const Many& futures) {
  return wait(eyelet::ReturnWhen::all_completed, loop, futures.data(), futures.size());
}
#else
eyelet::Future<eyelet::Done> broken(eyelet::Loop&, const Many& futures) {
  return wait(eyelet::ReturnWhen::all_completed, futures);
}
#endif
