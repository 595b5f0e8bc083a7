// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
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

void give_turn(Block& block) { block.operations->turn(block); }

void call_back(detail::SmallCallback& callback) { callback(); }

}  // namespace

// --- Running ---

// In passes: outside events, if nothing is ready and no timer known to be due; due timers; the
// batch that is ready then; mail.
template <bool Awaits>
RunEnd Loop::run(const Block* awaited) {
  if (Awaits && awaited == nullptr) return Errc::none;
  if (Awaits && awaited->loop != this) return Errc::invalid_state;
  if (closed_) return Errc::closed;
  if (running_) return Errc::invalid_state;
  RunEnd ended = Errc::none;
  running_ = true;
  owner_ = port_->context();
  detail::List* batch = ready_ == lists_ ? lists_ + 1 : lists_;
  do {
    if (Awaits && awaited->state != State::pending) {
      if (ready_->empty()) break;
      stop();  // after one more pass: the callbacks of what was awaited are ready by now
    }
    if (ready_->empty()) {
      ended = wait();
      if (ended.failed()) break;
    }
    if (!timers_.empty()) schedule_due();
    const detail::Mailbox::Position mail = mailbox_.end();
    std::swap(ready_, batch);
    while (!batch->empty()) {
      Block& block = detail::block_of(batch->pop_front());
      run_one<give_turn>(block);
    }
    if (mail != mailbox_.begin()) run_mail_(*this, mail);
  } while (!stopping_);
  // A stop that came too late must not end the next run.
  stopping_ = false;
  running_ = false;
  return ended;
}

template RunEnd Loop::run<true>(const Block*);

Result<void> Loop::run_forever() {
  const RunEnd ended = run<false>();
  if (ended.failed()) return failure(ended.error());
  return {};
}

TimePoint Loop::poll() {
  if (closed_) return kNever;
  if (running_) {
    report(Errc::invalid_state);
    return kAtOnce;
  }
  stop();
  static_cast<void>(run<false>());
  look_at_sources();  // for a host that the wake itself made call: it may not ask the port again
  return ready_->empty() && mailbox_.empty() ? timers_.next() : kAtOnce;
}

// What a pass calls is inline, though it is long: 12 instructions less for each event. What is
// called from several places but mostly linked in one is so by force: 20 bytes less on a Cortex-M.

// Until something may be ready or due; fails if nothing can be, ever.
[[gnu::always_inline]] inline RunEnd Loop::wait() {
  TimePoint until = timers_.next();
  if (until <= latest_) return Errc::none;  // it is due for sure, without a look at the port
  if (stopping_ || !mailbox_.empty()) {
    until = kAtOnce;
  } else if (until == kNever) {
    const RunEnd ended = port_->check_deadlock(*this);
    if (ended.failed()) return ended;
  }
  ask_port(until);
  return Errc::none;
}

void Loop::schedule_due() {
  const TimePoint now = look_at_clock();
  while (Block* due = timers_.pop_due(now)) ready_->push_back(*due);
}

// The sources after the wait: a signal that comes too late for this look ends the next wait.
inline void Loop::ask_port(TimePoint deadline) {
  port_->wait_until(deadline);
  plan_pause();
  look_at_sources();
}

[[gnu::always_inline]] inline void Loop::look_at_sources() {
  for (detail::Source* source = sources_; source != nullptr; source = source->next)
    source->look(*source);
}

// At most what was there when the pass began: a flood of mail must not keep the pass from ending.
void Loop::run_mail(Loop& loop, detail::Mailbox::Position end) {
  detail::SmallCallback callback;
  loop.mailbox_.open();
  while (loop.mailbox_.take(end, callback)) loop.run_one<call_back>(callback);
}

template <auto call, class T>
void Loop::run_one(T& what) {
  // GCC takes what is mostly so for seldom: 2 instructions.
  if (__builtin_expect(--until_pause_ != 0, 1)) return call(what);
  run_after_pause<call>(what);
}

void Loop::pause(void (*call)(void*), void* callback) {
  if (run_timed_ != nullptr) return run_timed_(*this, call, callback);
  // As a number: GCC would load kAtOnce from flash, and keep a copy there.
  ask_port(TimePoint::min());
  call(callback);
}

// Not inline: a Cortex-M would keep in a register for it where the function lies.
template <auto call, class T>
[[gnu::noinline]] void Loop::run_after_pause(T& what) {
  pause([](void* context) { call(*static_cast<T*>(context)); }, &what);
}

[[gnu::always_inline]] inline void Loop::plan_pause() {
  const std::size_t have_run = callbacks_run();
  until_pause_ = run_timed_ == nullptr ? kCallbacksPerPoll : 1;
  callbacks_planned_ = have_run + until_pause_;
}

void Loop::run_timed(Loop& loop, void (*call)(void*), void* callback) {
  if (loop.callbacks_run() % kCallbacksPerPoll == 0) loop.ask_port(kAtOnce);
  loop.plan_pause();
  const TimePoint start = loop.port_->now();
  call(callback);
  const std::int64_t taken = (loop.port_->now() - start).count();
  loop.longest_ = std::max(loop.longest_, saturate<std::uint32_t>(taken));
  if (taken > loop.slow_limit_) loop.report(Errc::slow_callback, saturate<std::int32_t>(taken));
}

void Loop::set_slow_callback_duration(Delay limit) {
  slow_limit_ = saturate<std::uint32_t>(limit.value().count());
  run_timed_ = limit.valid() ? run_timed : nullptr;
  plan_pause();
}

// --- Ending ---

// Ends what has not had its turn.
void Loop::end(Block& block) {
  if (block.kind != Kind::callback)
    return static_cast<const detail::ContinuationOperations*>(block.operations)->close(block);
  retire(block);
  block.loop->timers_.remove(block);
  if (block.operations->drop != nullptr) {
    // The captures go last, their destructors may call into the loop: even close() passes by here.
    block.kind = Kind::free;
    block.operations->drop(block.payload);
  }
  block.loop->release(block);
}

// --- Explaining ---

template <std::size_t BlockBytes, bool FaultInjection, unsigned TimerWheelLevels>
void Loop::refuse() {
  if (closed_) return;
  ++failures_;
  report(Errc::out_of_blocks);
}

template void Loop::refuse<kBlockBytes, kFaultInjection, kTimerWheelLevels>();

void Loop::report(Errc code, std::int32_t detail) {
  if (handler_ == nullptr || reporting_) return;
  reporting_ = true;
  handler_(*this, Error{code, detail}, handler_context_);
  reporting_ = false;
}

RunEnd Loop::deadlock() {
  std::int32_t pending = 0;
  for (Count i = 0; i < pool_.peak(); ++i)
    if (pool_[i].kind >= Kind::promise && pool_[i].state == State::pending) ++pending;
  report(Errc::deadlock, pending);
  return RunEnd::deadlock(pending);
}

Stats Loop::stats() const {
  Stats stats{};
  stats.capacity = pool_.capacity();
  stats.peak = pool_.peak();
  stats.failures = failures_;
  for (Count i = 0; i < pool_.peak(); ++i) {
    if (pool_[i].kind == Kind::free) continue;
    ++stats.in_use;
    if (armed(pool_[i])) ++stats.timers;
  }
  for (const detail::List& list : lists_)
    for (const detail::Link* link = list.front(); link != list.end(); link = link->next)
      ++stats.ready;
  stats.callbacks_run = callbacks_run();
  stats.mail_refused = mailbox_.refused();
  stats.longest_callback = Duration{longest_};
  return stats;
}

}  // namespace eyelet
