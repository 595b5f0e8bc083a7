// SPDX-License-Identifier: BSL-1.0
// expect: add_done_callback: fn is called with the future
#include <eyelet/eyelet.hpp>

void broken(eyelet::Future<int> future) {
#ifdef FIXED
  future.add_done_callback([](const eyelet::Future<int>&) {});
#else
  future.add_done_callback([](int) {});
#endif
}
