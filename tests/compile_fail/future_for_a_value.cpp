// SPDX-License-Identifier: BSL-1.0
// A forgotten await: a future is passed to a function that wants its value.
// expect: no matching function|cannot convert|could not convert|no viable conversion
// expect: Future<int>
#include <eyelet/eyelet.hpp>

eyelet::Future<int> first_operation();
eyelet::Future<int> second_operation(int result);

#ifdef FIXED
eyelet::Future<int> broken() { return first_operation().then(second_operation); }
#else
eyelet::Future<int> broken() { return second_operation(first_operation()); }
#endif
