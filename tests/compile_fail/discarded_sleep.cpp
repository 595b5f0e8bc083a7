// SPDX-License-Identifier: BSL-1.0
// expect: nodiscard|unused-result
// expect: sleep
#include <eyelet/eyelet.hpp>

#ifdef FIXED
eyelet::Future<void> broken(eyelet::Loop& loop) { return eyelet::sleep(loop, eyelet::Duration{1}); }
#else
void broken(eyelet::Loop& loop) { eyelet::sleep(loop, eyelet::Duration{1}); }
#endif
