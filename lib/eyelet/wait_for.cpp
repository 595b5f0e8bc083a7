// SPDX-License-Identifier: BSL-1.0
#include <eyelet/wait_for.hpp>

namespace eyelet {
namespace detail {
namespace {

// The stage outlives its timer, so a plain pointer is good.
Handle arm_limit(Block& stage, TimePoint when) {
  return stage.loop->call_at(when, [&stage] {
    // Without an upstream it was a circle that was opened here: it ends anyway.
    if (stage.upstream != nullptr) payload<TimeLimit>(stage).expired = cancel(*stage.upstream);
  });
}

}  // namespace

TimeLimit::~TimeLimit() {
  timer.cancel();
  if (scope == nullptr) return;
  scope->stage_ = nullptr;
  scope->expired_ = expired;
}

Block* begin_wait_for(Block& future, TimePoint when, Timeout* scope,
                      const FutureOperations& operations) {
  Loop& owner = *future.loop;
  Block* const stage = begin_future(owner, Kind::stage, operations).block();
  if (stage == nullptr) return nullptr;
  const Handle timer = arm_limit(*stage, when);
  if (!timer) {
    owner.release(*stage);
    return nullptr;
  }
  ::new (static_cast<void*>(stage->payload)) TimeLimit{timer, scope, false};
  if (scope != nullptr) {
    scope->stage_ = stage;
    scope->when_ = when;
  }
  attach(*stage, future);
  return stage;
}

Block* end_wait_for(Block& stage, Block* input) {
  TimeLimit& limit = payload<TimeLimit>(stage);
  const bool timed_out = !has_flag(stage, kInputCancelled) && limit.expired &&
                         input->state == State::cancelled && !has_flag(stage, kAsked);
  limit.~TimeLimit();
  if (timed_out)
    set_failed(stage, Errc::timed_out);
  else
    copy_outcome(stage, input);
  return nullptr;
}

}  // namespace detail

Timeout::~Timeout() {
  if (stage_ != nullptr) detail::payload<detail::TimeLimit>(*stage_).scope = nullptr;
}

bool Timeout::expired() const {
  return stage_ != nullptr ? detail::payload<detail::TimeLimit>(*stage_).expired : expired_;
}

Result<void> Timeout::reschedule(TimePoint when) {
  if (stage_ == nullptr || expired()) return failure(Errc::invalid_state);
  detail::TimeLimit& limit = detail::payload<detail::TimeLimit>(*stage_);
  const Handle timer = detail::arm_limit(*stage_, when);
  if (!timer) return failure(timer.error());
  limit.timer.cancel();
  limit.timer = timer;
  when_ = when;
  return {};
}

}  // namespace eyelet
