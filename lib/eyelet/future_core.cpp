// SPDX-License-Identifier: BSL-1.0
#include <eyelet/future_core.hpp>

namespace eyelet {
namespace detail {

// Of the room `cancel`, to pass a request on. Weak: nobody has made one where nobody cancels, and
// such a program goes without that room.
[[gnu::weak]] bool cancel(Block& future);

namespace {

bool take_flag(Block& block, Flag flag) {
  const bool was = has_flag(block, flag);
  clear_flag(block, flag);
  return was;
}

void drop_callable(Block& block) {
  if (block.operations->drop != nullptr) block.operations->drop(block.payload);
}

void destroy_result(Block& future) {
  if (future_operations(future).result->destroy != nullptr)
    future_operations(future).result->destroy(future.payload);
}

void report_error(Block& future) {
  const Error& error = error_of(future);
  future.loop->report(error.code, error.detail);
}

void destroy(Block& future) {
  if (has_flag(future, kHoldsRequest)) {
    drop_callable(future);
  } else {
    if (future.state == State::error && !has_flag(future, kObserved)) report_error(future);
    destroy_result(future);
  }
  future.loop->release(future);
}

// What an abandoned wait waits in forgets it; no permit is spent on it.
void withdraw(Block& wait) {
  wait_operations(wait).withdraw(wait);
  wait.state = State::cancelled;
  set_flag(wait, kHoldsRequest);
}

[[gnu::noinline]] void work_off(Loop& loop) {
  if (std::exchange(loop.burying(), true)) return;
  Graveyard& graveyard = loop.graveyard();
  while (graveyard.buried != nullptr || graveyard.leaving != nullptr) {
    if (graveyard.buried != nullptr) {
      Block& next = *graveyard.buried;
      graveyard.buried = static_cast<Block*>(next.next);
      destroy(next);
    } else {
      Block& next = *graveyard.leaving;
      graveyard.leaving = std::exchange(next.upstream, nullptr);
      --next.handles;
      if (!is_done(next)) withdraw(next);
      bury(next);
    }
  }
  loop.burying() = false;
}

// A wait that nobody holds and nobody waits for leaves its place. What that lets go of may be such
// a wait, too: then one after the other, and not one inside the other. Not inline: saving registers
// for it would cost each future that goes 3 instructions.
[[gnu::noinline]] void abandon(Block& wait) {
  if (wait.upstream == nullptr) {
    Graveyard& graveyard = wait.loop->graveyard();
    ++wait.handles;  // the graveyard's
    wait.upstream = graveyard.leaving;
    graveyard.leaving = &wait;
    work_off(*wait.loop);
  } else {
    // A timer or a shield, which let go of nothing yet, and whose upstream is their own.
    withdraw(wait);
    bury(wait);
  }
}

// Not inline in release_unheld, which is for most futures: 2 instructions more for each of those.
[[gnu::noinline]] void release_other(Block& future) {
  if (has_flag(future, kRunning)) return;
  if (!is_done(future)) {
    if (future.kind == Kind::wait) abandon(future);
  } else if (future.state == State::error && has_flag(future, kObserved)) {
    future.loop->release(future);
  } else {
    bury(future);
  }
}

// Without an input it does: a task begins, or there was no block for one, and it runs on errors.
bool wants(const Block& stage, const Block* input) {
  const std::uint8_t runs_on = stage_operations(stage).runs_on;
  if (has_flag(stage, kInputCancelled)) return has_bit(runs_on, State::cancelled);
  return input == nullptr || has_bit(runs_on, input->state);
}

// Runs the callable if it wants this input, else passes the input on without calling anything.
// Null afterwards: the input was let go.
inline Block* start(Block& stage, Block*& input) {
  const StageOperations& operations = stage_operations(stage);
  if (!wants(stage, input)) {
    drop_callable(stage);
    copy_outcome(stage, input);
    return nullptr;
  }
  if ((operations.runs_on & kTakesNoInput) != 0 && input != nullptr)
    drop_dependent(*std::exchange(input, nullptr));
  return operations.run(stage, input);
}

// `stage` waits for `inner`, which its callable returned.
void await(Block& stage, Block& inner) {
  const bool runs_again = (future_operations(stage).runs_on & kRunsAgain) != 0;
  if (!runs_again) set_flag(stage, kAwaiting);
  if (&inner == &stage || inner.loop != stage.loop) {
    if (runs_again) drop_callable(stage);
    set_failed(stage, Errc::invalid_state);
  } else if (is_done(inner) && !runs_again) {
    if (take_flag(stage, kCancelRequested)) set_flag(stage, kInputCancelled);
    copy_outcome(stage, &inner);
  } else {
    attach(stage, inner);
    // What it awaits may wait for it: cancel sees the circle, and may open it here.
    clear_flag(stage, kRunning);
    clear_flag(stage, kInputCancelled);
    if (take_flag(stage, kCancelRequested)) cancel(inner);
  }
  drop_handle(inner);
}

// These two are not inline, because GCC would keep in registers for them what others have no use
// for: 2 instructions a stage.

// Whether its callable has run, and its input is what that returned.
[[gnu::noinline]] bool begin_flagged_turn(Block& stage) {
  if (take_flag(stage, kCancelRequested)) set_flag(stage, kInputCancelled);
  set_flag(stage, kRunning);
  return has_flag(stage, kAwaiting);
}

// Whether it is done.
[[gnu::noinline]] bool end_flagged_turn(Block& stage) {
  if (!is_done(stage)) return false;
  // Cancelled by itself while it ran: what it returned does not count.
  if (has_flag(stage, kCancelRequested) && stage.state == State::value) {
    destroy_result(stage);
    set_failed(stage, Errc::cancelled);
  }
  clear_flag(stage, kRunning);
  return true;
}

// The turn of a stage or task. Whether it is done; if not, it waits for what its callable returned.
bool resume(Block& stage) {
  Block* input = std::exchange(stage.upstream, nullptr);
  Block* inner = nullptr;
  bool has_run = false;
  if (stage.flags == 0)
    stage.flags = kRunning;
  else
    has_run = begin_flagged_turn(stage);
  if (has_run)
    copy_outcome(stage, input);
  else
    inner = start(stage, input);
  if (input != nullptr) drop_dependent(*input);
  if (inner != nullptr) await(stage, *inner);
  if (stage.flags != kRunning) return end_flagged_turn(stage);
  stage.flags = 0;
  return true;
}

// Tells all that wait for a future whose turn it is. A single stage is returned, to run at once.
Block* deliver(Block& future) {
  Link* const only = future.continuations.only();
  if (only != nullptr && block_of(*only).kind >= Kind::stage && future.kind != Kind::task) {
    future.continuations.clear();
    return &block_of(*only);
  }
  complete(future);
  return nullptr;
}

// What begin_stage calls last of all.

[[gnu::noinline]] Held go_without_stage(Block& source) {
  Loop& loop = *source.loop;
  drop_handle(source);
  return refuse(loop);
}

[[gnu::noinline]] Held leave_promise(Block& promise, Block& stage) {
  lose_last_handle(promise);
  return Held{*promise.loop, &stage};
}

}  // namespace

void release_unheld(Block& future) {
  if (future.state == State::value && !has_flag(future, kRunning) &&
      future_operations(future).result->destroy == nullptr)
    return future.loop->release(future);
  release_other(future);
}

void bury(Block& future) {
  // What the exception handler causes is not reported to it: it would never end.
  if (future.loop->reporting()) set_flag(future, kObserved);
  Graveyard& graveyard = future.loop->graveyard();
  future.next = graveyard.buried;
  graveyard.buried = &future;
  work_off(*future.loop);
}

void lose_last_handle(Block& future) {
  if (is_done(future) || future.kind == Kind::wait) {
    if (future.dependents == 0) release_unheld(future);
  } else if (future.kind == Kind::promise) {
    future.operations->turn(future);
  }
}

void break_promise(Block& promise) {
  // Nobody listens: then nobody misses the outcome either.
  if (promise.dependents == 0) set_flag(promise, kObserved);
  set_failed(promise, Errc::broken_promise);
  complete(promise);
}

void detach(Block& continuation) {
  Block& source = *continuation.upstream;
  source.continuations.remove(continuation);
  continuation.upstream = nullptr;
  drop_dependent(source);
}

void set_failed(Block& future, Errc code, std::int32_t detail) {
  future.state = code == Errc::cancelled ? State::cancelled : State::error;
  future_operations(future).result->fail(future, code, detail);
}

Error input_error(const Block& stage, Block* input) {
  if (has_flag(stage, kInputCancelled)) return Error{Errc::cancelled, 0};
  if (input == nullptr) return Error{Errc::out_of_blocks, 0};
  return observe_error(*input);
}

void copy_outcome(Block& stage, Block* input) {
  // Not by input_error(): an Error goes through memory, and nothing else may call for one.
  if (has_flag(stage, kInputCancelled)) return set_failed(stage, Errc::cancelled);
  if (input == nullptr) return set_failed(stage, Errc::out_of_blocks);
  if (input->state == State::value) {
    future_operations(stage).result->adopt(stage, *input);
    stage.state = State::value;
  } else {
    set_flag(*input, kObserved);
    set_failed(stage, error_of(*input).code, error_of(*input).detail);
  }
}

Held refuse(Loop& loop) {
  loop.refuse();
  return Held{loop, nullptr};
}

Held begin_future(Loop& loop, Kind kind, const FutureOperations& operations) {
  Block* const future = make_future(loop, kind, operations);
  if (future == nullptr) return refuse(loop);
  return Held{loop, future};
}

Held begin_failed(Loop& loop, const FutureOperations& operations, Errc error) {
  const Held future = begin_future(loop, Kind::promise, operations);
  if (future.block() != nullptr) set_failed(*future.block(), error);
  return future;
}

Held begin_stage(Held source, const FutureOperations& operations) {
  if (source.block() == nullptr) return source;
  Block& before = *source.block();
  Block* const stage = make_future(*before.loop, Kind::stage, operations);
  if (stage == nullptr) return go_without_stage(before);
  attach(*stage, before);
  // It holds everything by now but a promise, which breaks.
  if (--before.handles == 0 && before.kind == Kind::promise) return leave_promise(before, *stage);
  return Held{*before.loop, stage};
}

Held begin_stage_on_error(Held source, const FutureOperations& operations) {
  if (source.block() != nullptr || source.loop() == nullptr) return begin_stage(source, operations);
  const Held stage = begin_future(*source.loop(), Kind::stage, operations);
  if (Block* const block = stage.block()) block->loop->schedule(*block);
  return stage;
}

Held begin_task(Loop& loop, const FutureOperations& operations) {
  const Held task = begin_future(loop, Kind::task, operations);
  if (Block* const block = task.block()) loop.schedule(*block);
  return task;
}

Block* take_returned(Block& stage, Held returned) {
  if (returned.block() == nullptr) set_failed(stage, returned.no_block());
  return returned.block();
}

bool fail_pending(Block& promise, Errc code, std::int32_t detail) {
  if (promise.kind != Kind::promise || is_done(promise)) return false;
  set_failed(promise, code, detail);
  complete(promise);
  return true;
}

void fail_wait(Block& wait, Errc error) {
  // Pinned: a destructor of the user's may drop the last handle, or cancel.
  set_flag(wait, kRunning);
  drop_callable(wait);
  set_failed(wait, error);
  clear_flag(wait, kRunning);
  complete(wait);
}

void finish(Block& wait) {
  clear_flag(wait, kRunning);
  if (Block* const next = deliver(wait)) run_chain(*next);
}

void run_chain(Block& block) {
  Block* stage = &block;
  while (stage != nullptr) stage = resume(*stage) ? deliver(*stage) : nullptr;
}

void close_done_callback(Block& block) {
  Loop::retire(block);
  Block& source = *block.upstream;
  source.continuations.remove(block);
  drop_callable(block);
  block.loop->release(block);
  drop_dependent(source);
}

namespace {

void close_future(Block& future) {
  if (is_done(future)) return;
  if (future.kind == Kind::task) future.loop->report(Errc::broken_promise);
  // Not freed by what ends on the way.
  set_flag(future, kRunning);
  if (future.kind == Kind::wait)
    wait_operations(future).withdraw(future);
  else if (future.upstream != nullptr)
    detach(future);
  else if (future.kind >= Kind::stage)
    unlink(future);
  if (!has_flag(future, kAwaiting)) drop_callable(future);
  set_failed(future, Errc::broken_promise);
  set_flag(future, kObserved);
  clear_flag(future, kRunning);
  release_if_unheld(future);
}

}  // namespace
}  // namespace detail

Result<void> Loop::close() {
  // Nor from the exception handler: whoever reported is in the middle of something.
  if (running_ || reporting_) return failure(Errc::invalid_state);
  if (closed_) return {};
  // What was accepted is run: whoever posted it was told so.
  running_ = true;
  owner_ = port_->context();
  mailbox_.close(*port_);
  if (run_mail_ != nullptr) run_mail_(*this, mailbox_.end());
  running_ = false;
  closed_ = true;
  // By index, because what is destroyed here may end blocks before and behind it.
  for (detail::Count i = 0; i < pool_.peak(); ++i) {
    detail::Block& block = pool_[i];
    if (block.kind >= detail::Kind::promise)
      detail::close_future(block);
    else if (block.kind != detail::Kind::free)
      end(block);
  }
  return {};
}

}  // namespace eyelet
