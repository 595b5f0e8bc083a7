// SPDX-License-Identifier: BSL-1.0
// A put that nobody waits for is withdrawn: the item would never get in.
// expect: nodiscard|unused-result
// expect: put
#include <eyelet/eyelet.hpp>

#ifdef FIXED
eyelet::Future<void> broken(eyelet::Queue<int, 3>& queue) { return queue.put(1); }
#else
void broken(eyelet::Queue<int, 3>& queue) { queue.put(1); }
#endif
