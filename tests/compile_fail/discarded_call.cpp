// SPDX-License-Identifier: BSL-1.0
// A forgotten await: the program's own function gives a future, and nobody waits for it.
// expect: nodiscard|unused-result
// expect: fetch
#include <eyelet/eyelet.hpp>

eyelet::Future<int> fetch();

#ifdef FIXED
eyelet::Future<int> broken() { return fetch(); }
#else
void broken() { fetch(); }
#endif
