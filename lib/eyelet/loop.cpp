// SPDX-License-Identifier: BSL-1.0
#include <eyelet/loop.hpp>

namespace eyelet {

using detail::Block;
using detail::Count;
using detail::Kind;
using detail::State;

namespace {

template <class Integer>
Integer saturate(std::int64_t value) {
  constexpr std::int64_t kMax = std::numeric_limits<Integer>::max();
  return static_cast<Integer>(value < kMax ? value : kMax);
}

std::size_t length(const detail::List& list) {
  std::size_t n = 0;
  for (const detail::Link* link = list.front(); link != list.end(); link = link->next) ++n;
  return n;
}

}  // namespace

bool Handle::cancel() {
  if (block_ == nullptr || block_->generation != generation_) return false;
  block_->loop->check_context();
  block_->loop->drop_callback(*block_);
  return true;
}

// --- Running ---

Result<void> Loop::run_forever() { return run(nullptr); }

Result<void> Loop::run_until_done(const Block* awaited) {
  if (awaited == nullptr) return {};
  if (awaited->loop != this) return failure(Errc::invalid_state);
  return run(awaited);
}

Result<void> Loop::run(const Block* awaited) {
  if (closed_) return failure(Errc::closed);
  if (running_) return failure(Errc::invalid_state);
  running_ = true;
  owner_ = port_->context();
  Result<void> outcome;
  for (;;) {
    if (awaited != nullptr && awaited->state != State::pending) break;
    if (!pass(!stopping_)) {
      outcome = failure(Errc::deadlock, count_pending());
      report(outcome.error());
      break;
    }
    if (stopping_) {
      if (awaited != nullptr && awaited->state == State::pending)
        outcome = failure(Errc::invalid_state);
      break;
    }
  }
  // A stop that came too late must not end the next run.
  stopping_ = false;
  running_ = false;
  return outcome;
}

TimePoint Loop::poll() {
  if (closed_) return kNever;
  if (running_) {
    report(Error{Errc::invalid_state, 0});
    return kAtOnce;
  }
  running_ = true;
  owner_ = port_->context();
  pass(false);
  stopping_ = false;
  running_ = false;
  return ready_.empty() && mailbox_.size() == 0 ? timers_.next() : kAtOnce;
}

// One pass: outside events, if the ready queue is dry; mail; due timers; the batch that is then
// ready. False if there is nothing to run, now or ever.
bool Loop::pass(bool may_sleep) {
  if (ready_.empty()) {
    const bool idle = may_sleep && mailbox_.size() == 0;
    const TimePoint next = timers_.next();
    if (idle && next == kNever && !port_->can_be_woken()) return false;
    port_->wait_until(idle ? next : kAtOnce);
    until_poll_ = kCallbacksPerPoll;
  }
  if (mailbox_.size() != 0) run_mail();
  if (timers_.next() != kNever) {
    const TimePoint now = port_->now();
    while (Block* due = timers_.pop_due(now)) ready_.push_back(*due);
  }
  run_batch();
  return true;
}

// At most what is there now: a flood of mail must not keep the pass from ending.
void Loop::run_mail() {
  detail::SmallCallback callback;
  for (unsigned n = mailbox_.size(); n > 0 && mailbox_.take(*port_, callback); --n) {
    ++callbacks_run_;
    callback();
  }
}

void Loop::run_batch() {
  batch_.splice_back(ready_);
  while (!batch_.empty()) {
    Block& block = detail::block_of(batch_.pop_front());
    if (--until_poll_ == 0) {
      until_poll_ = kCallbacksPerPoll;
      port_->wait_until(kAtOnce);
    }
    ++callbacks_run_;
    if (timing_)
      run_timed(block);
    else
      block.operations->turn(block);
  }
}

void Loop::run_timed(Block& block) {
  const TimePoint start = port_->now();
  block.operations->turn(block);
  const std::int64_t taken = (port_->now() - start).count();
  longest_ = std::max(longest_, saturate<std::uint32_t>(taken));
  if (taken > slow_limit_) report(Error{Errc::slow_callback, saturate<std::int32_t>(taken)});
}

void Loop::set_slow_callback_duration(Delay limit) {
  slow_limit_ = saturate<std::uint32_t>(limit.value().count());
  timing_ = limit.valid();
}

// --- Ending ---

void Loop::drop_callback(Block& block) {
  retire(block);
  if ((block.flags & detail::kArmed) != 0)
    timers_.remove(block);
  else
    unlink(block);
  // Out of every list before the captures go: their destructors may call into the loop.
  if (block.operations->drop != nullptr) block.operations->drop(block.payload);
  release(block);
}

Result<void> Loop::close() {
  if (running_) return failure(Errc::invalid_state);
  if (closed_) return {};
  closed_ = true;
  mailbox_.close(*port_);
  // By index, because what is destroyed here may end blocks before and behind it.
  for (Count i = 0; i < pool_.peak(); ++i) {
    Block& block = pool_[i];
    if (block.kind == Kind::callback)
      drop_callback(block);
    else if (block.kind != Kind::free)
      static_cast<const detail::ContinuationOperations*>(block.operations)->close(block);
  }
  return {};
}

// --- Explaining ---

Block* Loop::refuse() {
  report(Error{Errc::out_of_blocks, 0});
  return nullptr;
}

void Loop::report(Error error) {
  if (handler_ == nullptr || reporting_) return;
  reporting_ = true;
  handler_(*this, error, handler_context_);
  reporting_ = false;
}

std::int32_t Loop::count_pending() const {
  std::int32_t pending = 0;
  for (Count i = 0; i < pool_.peak(); ++i)
    if (pool_[i].kind >= Kind::promise && pool_[i].state == State::pending) ++pending;
  return pending;
}

Stats Loop::stats() const {
  Stats stats{};
  stats.capacity = pool_.capacity();
  stats.peak = pool_.peak();
  stats.failures = pool_.failures();
  for (Count i = 0; i < pool_.peak(); ++i) {
    if (pool_[i].kind == Kind::free) continue;
    ++stats.in_use;
    if ((pool_[i].flags & detail::kArmed) != 0) ++stats.timers;
  }
  stats.ready = length(ready_) + length(batch_);
  stats.callbacks_run = callbacks_run_;
  stats.mail_refused = mailbox_.refused();
  stats.longest_callback = Duration{longest_};
  return stats;
}

}  // namespace eyelet
