// SPDX-License-Identifier: BSL-1.0
// expect: nothing to wait for
#include <eyelet/eyelet.hpp>

#ifdef FIXED
constexpr std::size_t kCount = 1;
#else
constexpr std::size_t kCount = 0;
#endif

eyelet::Future<eyelet::Done> broken(const std::array<eyelet::Future<int>, kCount>& futures) {
  return wait(eyelet::ReturnWhen::all_completed, futures);
}
