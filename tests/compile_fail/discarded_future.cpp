// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard|unused-result
// expect: create_future
#include <eyelet/eyelet.hpp>

#ifdef FIXED
eyelet::Future<int> broken(eyelet::Loop& loop) { return loop.create_future<int>(); }
#else
void broken(eyelet::Loop& loop) { loop.create_future<int>(); }
#endif
