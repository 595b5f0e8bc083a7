// SPDX-License-Identifier: BSL-1.0
#include <tests/simulate/limits.hpp>

namespace simulate {

template <class F>
void LimitPart::begin(std::size_t slot, TimePoint when, std::size_t into, F run) {
  const Slot source = scene_.slots[slot];
  if (source.node == kNoNode) return;
  const bool busy = limits();
  ++scene_.disturbances;
  Slot limited{run(source.future), scene_.nodes.add(Kind::wait_for, 2, source.node)};
  expect(!busy || limited.future.done(), "a timeout limits two things at a time");
  if (!limited.future.done()) {
    limited_ = limited;
    move(when);
    expect(!timeout_->expired(), "a timeout expires before it begins");
  }
  scene_.keep(into, std::move(limited.future), limited.node);
}

void LimitPart::run(std::size_t slot, eyelet::Duration limit, std::size_t into) {
  begin(slot, scene_.after(limit), into,
        [&](const Future<Value>& future) { return timeout_->run(future, limit); });
}

void LimitPart::run_at(std::size_t slot, TimePoint when, std::size_t into) {
  begin(slot, when, into,
        [&](const Future<Value>& future) { return timeout_->run_at(future, when); });
}

void LimitPart::reschedule(TimePoint when) {
  const bool moves = limits() && !timeout_->expired();
  const bool lacks = scene_.may_lack(1);
  const Result<void> moved = timeout_->reschedule(when);
  if (moves && moved) return move(when);
  expect(!moved && moved.error().code == (moves ? scene_.loop.why_refused() : Errc::invalid_state),
         "reschedule() says wrongly");
  expect(!moves || lacks, "reschedule() needs more than one block");
}

void LimitPart::move(TimePoint when) { alarm_ = Alarm{when, 0, scene_.pass + 1}; }

void LimitPart::renew() {
  timeout_.emplace();
  const Slot goes = std::exchange(limited_, Slot{});
}

void LimitPart::check() const {
  if (limited_.node == kNoNode) return;
  expect(timeout_->when() == alarm_.when, "a timeout is not where it was put");
  expect(!timeout_->expired() || scene_.overdue(alarm_), "a timeout expires early");
  const bool of_promise =
      scene_.nodes[scene_.nodes[limited_.node].sources[0]].kind == Kind::promise;
  const bool timed_out = limited_.future.error().code == Errc::timed_out;
  expect(!of_promise || !timed_out || timeout_->expired(), "timed out by what has not expired");
}

void LimitPart::check_quiet() const {
  expect(!limits() || timeout_->expired() == scene_.overdue(alarm_), "a timeout does not expire");
}

}  // namespace simulate
