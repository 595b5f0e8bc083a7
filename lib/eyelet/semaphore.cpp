// SPDX-License-Identifier: BSL-1.0
#include <eyelet/semaphore.hpp>

namespace eyelet {

Future<Guard<Semaphore>> Semaphore::acquire() {
  auto future = detail::wait_in<Guard<Semaphore>>(*loop_, *this);
  pass_on();
  return future;
}

Guard<Semaphore> Semaphore::try_acquire() {
  if (locked()) return {};
  --permits_;
  return Guard<Semaphore>{*this};
}

Result<void> Semaphore::release() {
  if (value() >= bound_) return failure(Errc::invalid_state);
  ++permits_;
  pass_on();
  return {};
}

Result<Guard<Semaphore>> Semaphore::deliver(detail::NoRequest&) {
  --permits_;
  return Guard<Semaphore>{*this};
}

void Semaphore::pass_on() {
  while (!empty() && value() != 0) grant_front();
}

}  // namespace eyelet
