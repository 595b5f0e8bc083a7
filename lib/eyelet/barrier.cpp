// SPDX-License-Identifier: BSL-1.0
#include <eyelet/barrier.hpp>

namespace eyelet {

using detail::Block;

Future<std::size_t> Barrier::wait() {
  return detail::wait_in<std::size_t>(*loop_, *this, Place{0});
}

void Barrier::join(Block& waiter) {
  if (broken_) return detail::fail_wait(waiter, Errc::broken_barrier);
  WaitList::join(waiter);
  if (++waiting_ == parties_) let_go();
}

Result<std::size_t> Barrier::try_wait() {
  if (broken_) return failure(Errc::broken_barrier);
  if (waiting_ + 1 != parties_) return failure(Errc::invalid_state);
  let_go();
  return parties_ - 1;
}

// The places are given when the barrier is full: those who left before have none.
void Barrier::let_go() {
  waiting_ = 0;
  for (std::size_t place = 0; !empty(); ++place) {
    detail::payload<detail::Waiter<Place>>(*front()).request.index = place;
    grant_front();
  }
}

bool Barrier::leave(Block& waiter) {
  const bool granted = WaitList::leave(waiter);
  if (!granted) --waiting_;
  return granted;
}

void Barrier::fail_waiters() {
  waiting_ = 0;
  fail_all(*loop_, Errc::broken_barrier);
}

void Barrier::abort() {
  broken_ = true;
  fail_waiters();
}

void Barrier::reset() {
  broken_ = false;
  fail_waiters();
}

}  // namespace eyelet
