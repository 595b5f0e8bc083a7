// SPDX-License-Identifier: BSL-1.0
#include <eyelet/lock.hpp>

namespace eyelet {

Future<Guard<Lock>> Lock::acquire() {
  auto future = detail::wait_in<Guard<Lock>>(*loop_, *this);
  pass_on();
  return future;
}

Guard<Lock> Lock::try_acquire() {
  if (locked_ || in_use()) return {};
  locked_ = true;
  return Guard<Lock>{*this};
}

Result<void> Lock::release() {
  if (!locked_) return failure(Errc::invalid_state);
  locked_ = false;
  pass_on();
  return {};
}

Result<Guard<Lock>> Lock::deliver(detail::NoRequest&) {
  locked_ = true;
  return Guard<Lock>{*this};
}

void Lock::pass_on() {
  if (!empty() && !locked_ && granted() == 0) grant_front();
}

}  // namespace eyelet
