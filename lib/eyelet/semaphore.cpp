// SPDX-License-Identifier: BSL-1.0
#include <eyelet/semaphore.hpp>

namespace eyelet {

Future<Guard<Semaphore>> Semaphore::acquire() {
  return detail::wait_in<Guard<Semaphore>>(*loop_, *this);
}

Result<Guard<Semaphore>> Semaphore::deliver(detail::NoRequest&) {
  --permits_;
  return Guard<Semaphore>{*this};
}

}  // namespace eyelet
