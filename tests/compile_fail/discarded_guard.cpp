// SPDX-License-Identifier: BSL-1.0
// A guard that is not kept releases at once: what follows would run without the lock.
// expect: nodiscard|unused-result
// expect: try_acquire
#include <eyelet/eyelet.hpp>

#ifdef FIXED
bool broken(eyelet::Lock& lock) {
  const auto guard = lock.try_acquire();
  return static_cast<bool>(guard);
}
#else
void broken(eyelet::Lock& lock) { lock.try_acquire(); }
#endif
