// SPDX-License-Identifier: BSL-1.0
// expect: a callable handed over between threads holds plain data only
#include <eyelet/eyelet.hpp>
#include <memory>

bool broken(eyelet::Loop& loop, std::shared_ptr<int> number) {
#ifdef FIXED
  return loop.call_soon_threadsafe([plain = number.get()] { *plain = 1; });
#else
  return loop.call_soon_threadsafe([number] { *number = 1; });
#endif
}
