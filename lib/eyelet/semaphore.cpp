// SPDX-License-Identifier: BSL-1.0
#include <eyelet/semaphore.hpp>

namespace eyelet {

detail::Held Semaphore::begin_acquire() {
  return detail::Waiting<Guard<Semaphore>, Semaphore, detail::NoRequest>::join(*loop_, *this, {});
}

void Semaphore::deliver(detail::Block& waiter, detail::NoRequest) {
  --permits_;
  detail::set_value<Guard<Semaphore>>(waiter, *this);
}

}  // namespace eyelet
