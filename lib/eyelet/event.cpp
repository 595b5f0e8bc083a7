// SPDX-License-Identifier: BSL-1.0
#include <eyelet/event.hpp>

namespace eyelet {

Future<void> Event::wait() { return detail::wait_in<void>(*loop_, *this); }

void Event::set() {
  set_ = true;
  while (!empty()) grant_front();
}

}  // namespace eyelet
