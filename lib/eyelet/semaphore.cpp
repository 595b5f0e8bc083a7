// SPDX-License-Identifier: BSL-1.0
#include <eyelet/semaphore.hpp>

namespace eyelet {

Future<Guard<Semaphore>> Semaphore::acquire() {
  return detail::wait_in<Guard<Semaphore>>(*loop_, *this);
}

void Semaphore::deliver(detail::Block& waiter, detail::NoRequest) {
  --permits_;
  detail::set_value<Guard<Semaphore>>(waiter, *this);
}

}  // namespace eyelet
