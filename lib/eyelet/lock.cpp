// SPDX-License-Identifier: BSL-1.0
#include <eyelet/lock.hpp>

namespace eyelet {

detail::Held Lock::begin_acquire() {
  return detail::Waiting<Guard<Lock>, Lock, detail::NoRequest>::join(*loop_, *this, {});
}

void Lock::deliver(detail::Block& waiter, detail::NoRequest) {
  locked_ = true;
  detail::set_value<Guard<Lock>>(waiter, *this);
}

}  // namespace eyelet
