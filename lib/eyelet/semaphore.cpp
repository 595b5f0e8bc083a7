// SPDX-License-Identifier: BSL-1.0
#include <eyelet/semaphore.hpp>

namespace eyelet {

Future<Guard<Semaphore>> Semaphore::acquire() {
  auto future = detail::wait_in<Guard<Semaphore>>(*loop_, *this);
  pass_on();
  return future;
}

Result<Guard<Semaphore>> Semaphore::deliver(detail::NoRequest&) {
  --permits_;
  return Guard<Semaphore>{*this};
}

}  // namespace eyelet
