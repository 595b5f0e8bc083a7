// SPDX-License-Identifier: BSL-1.0
#include <eyelet/lock.hpp>

namespace eyelet {

Future<Guard<Lock>> Lock::acquire() {
  return detail::wait_in<Guard<Lock>>(*loop_, *this);
}

Result<Guard<Lock>> Lock::deliver(detail::NoRequest&) {
  locked_ = true;
  return Guard<Lock>{*this};
}

}  // namespace eyelet
