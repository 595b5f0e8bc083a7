// SPDX-License-Identifier: BSL-1.0
#include <eyelet/lock.hpp>

namespace eyelet {

Future<Guard<Lock>> Lock::acquire() { return detail::wait_in<Guard<Lock>>(*loop_, *this); }

void Lock::deliver(detail::Block& waiter, detail::NoRequest) {
  locked_ = true;
  detail::set_value<Guard<Lock>>(waiter, *this);
}

}  // namespace eyelet
