// SPDX-License-Identifier: BSL-1.0
#include <eyelet/event.hpp>

namespace eyelet {

Future<void> Event::wait() {
  auto future = detail::wait_in<void>(*loop_, *this);
  if (set_ && !empty()) grant_front();
  return future;
}

void Event::set() {
  set_ = true;
  while (!empty()) grant_front();
}

}  // namespace eyelet
