// SPDX-License-Identifier: BSL-1.0
// future_core: what a future does whatever its value: the states, who keeps whom alive, how
// outcomes travel. Floor 4. No value types here; the rooms above are thin skins.
//
//                        +-----(5)----+
//                        v            |
//   (1) --> pending: waiting --(2)--> pending: its turn is scheduled --(3)--> value | error |
//   cancelled
//              |                                                                      |
//              +-----------------------------(4)--------------------------------------+--(6)-->
//              free
//
//   (1) make_future                 (4) complete, fail_pending (promise), cancel (promise, wait),
//                                       break_promise
//   (2) upstream's complete or      (5) run_chain: the callable returned a future that is pending
//       deliver, WaitList::grant    (6) drop_handle, drop_dependent
//   (3) run_chain, finish
//
// Who keeps what alive. A source counts its continuations (`dependents`) and so outlives them; they
// hold it from being attached to having run. A pending stage or task lives without handles: its
// upstream or the loop will come to it. A pending wait lives without handles only while it has
// dependents. A pending promise without handles is broken.
#pragma once

#include <eyelet/loop.hpp>

namespace eyelet::detail {

inline const FutureOperations& future_operations(const Block& block) {
  return static_cast<const FutureOperations&>(*block.operations);
}

/// Of one that ended with an error, or cancelled: a result begins with it, whatever its type.
inline const Error& error_of(const Block& future) { return payload<Error>(future); }

/// Of a stage or task.
inline const StageOperations& stage_operations(const Block& block) {
  return static_cast<const StageOperations&>(*block.operations);
}

/// Of a wait.
inline const WaitOperations& wait_operations(const Block& block) {
  return static_cast<const WaitOperations&>(*block.operations);
}

inline bool is_done(const Block& block) { return block.state != State::pending; }

inline void set_flag(Block& block, Flag flag) { block.flags |= flag; }
inline void clear_flag(Block& block, Flag flag) {
  block.flags = static_cast<std::uint8_t>(block.flags & ~flag);
}
inline bool has_flag(const Block& block, Flag flag) { return (block.flags & flag) != 0; }

constexpr std::uint8_t bit(State state) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(state));
}
inline bool has_bit(std::uint8_t bits, State state) {
  return (bits >> static_cast<unsigned>(state) & 1U) != 0;
}

/// What a handle holds: a future, or else the loop that had no block for it, or nothing. It counts
/// nothing, so that it goes through a register where a handle would go through memory.
class Held {
 public:
  /// Nothing.
  Held() = default;
  Held(Loop& loop, Block* block)
      : word_{block != nullptr ? reinterpret_cast<std::uintptr_t>(
                                     __builtin_assume_aligned(block, alignof(Block)))
                               : reinterpret_cast<std::uintptr_t>(&loop) | kNoBlock} {}

  /// Null if there is none.
  [[gnu::always_inline]] Block* block() const {
    if ((word_ & kNoBlock) != 0) return nullptr;
    // The compiler cannot know, and would look again whether it is null.
    if (word_ == 0) __builtin_unreachable();
    return reinterpret_cast<Block*>(word_);
  }
  /// Null for nothing.
  [[gnu::always_inline]] Loop* loop() const {
    return block() != nullptr ? block()->loop : reinterpret_cast<Loop*>(word_ & ~kNoBlock);
  }
  /// Why there is no block.
  Errc no_block() const { return loop() == nullptr ? Errc::invalid_state : loop()->why_refused(); }

 private:
  // Beside the loop in which there was none, or beside null: nothing.
  static constexpr std::uintptr_t kNoBlock = 1;

  std::uintptr_t word_ = kNoBlock;
};

/// A pending future with one handle. Null: there is no block, and whoever makes it calls refuse().
inline Block* make_future(Loop& loop, Kind kind, const FutureOperations& operations) {
  Block* const block = loop.acquire();
  if (block == nullptr) return nullptr;
  block->operations = &operations;
  block->kind = kind;
  block->upstream = nullptr;
  block->handles = 1;
  return block;
}

/// Reports that there was no block for a future, and gives what is held instead.
Held refuse(Loop& loop);

/// make_future, and if need be refuse(), for whoever can spare a call.
Held begin_future(Loop& loop, Kind kind, const FutureOperations& operations);

/// Destroys what a future holds that nobody needs, reports its error if nobody looked at it, and
/// frees the block. What holds futures is destroyed one after the other, not one inside the other.
void bury(Block& future);

/// What becomes of a future that no handle and no continuation holds: one that is done is freed, a
/// pending wait withdrawn.
void release_unheld(Block& future);

/// Somebody who held `future` or waited for it has let go.
inline void release_if_unheld(Block& future) {
  if (future.handles == 0 && future.dependents == 0) release_unheld(future);
}

inline void add_handle(Block& future) {
  future.loop->check_context();
  ++future.handles;
}

/// Operations::turn of promises: nobody can complete it any more.
void break_promise(Block& promise);

/// What becomes of a future that its last handle left.
void lose_last_handle(Block& future);

inline void drop_handle(Block& future) {
  future.loop->check_context();
  if (--future.handles == 0) lose_last_handle(future);
}

/// Makes `continuation` wait for `source`; if that is done already, schedules it.
inline void attach(Block& continuation, Block& source) {
  ++source.dependents;
  continuation.upstream = &source;
  // Mostly not: 1 instruction.
  if (__builtin_expect(is_done(source), 0))
    source.loop->schedule(continuation);
  else
    source.continuations.push_back(continuation);
}

/// Undoes attach(), before or after the continuation's turn.
void detach(Block& continuation);

/// A continuation needs its source no more, its turn is over.
inline void drop_dependent(Block& source) {
  if (--source.dependents == 0 && source.handles == 0) release_unheld(source);
}

/// Ends a pending future with an error. Its callable must be dropped; whoever waits is not told
/// yet.
void set_failed(Block& future, Errc code, std::int32_t detail = 0);

/// The error of one that failed, which from now on counts as looked at.
inline Error observe_error(Block& future) {
  set_flag(future, kObserved);
  return error_of(future);
}

/// The error of a failed input as the callable of `stage` gets it: kInputCancelled overrides, and
/// no input means that there was no block for one.
Error input_error(const Block& stage, Block* input);

/// Ends `stage`, whose callable must be dropped, with the outcome of `input`; the same holds.
void copy_outcome(Block& stage, Block* input);

/// Tells all that wait: a future completed outside of a chain. Each has its turn in the next pass.
inline void complete(Block& future) {
  if (Link* const first = future.continuations.release())
    future.loop->schedule_ring(*first);
  else
    release_if_unheld(future);
}

/// set_failed and complete for a promise; false if it is none, or done.
bool fail_pending(Block& promise, Errc code, std::int32_t detail = 0);

/// Tells all that wait: a wait whose turn has come. A single stage runs in the same dispatch.
void finish(Block& wait);

/// Ends a wait that is out of what it waited in, and tells all that wait for it.
void fail_wait(Block& wait, Errc error);

/// A promise of `operations` that has failed already, for a call that cannot begin.
Held begin_failed(Loop& loop, const FutureOperations& operations, Errc error);

/// A stage that is to run on the outcome of `source`, whose handle it takes; its callable is still
/// to be constructed. An error that has no block needs none to pass by.
Held begin_stage(Held source, const FutureOperations& operations);
/// The same for one that runs on errors, also on one that has no block.
Held begin_stage_on_error(Held source, const FutureOperations& operations);
/// A task that is ready to run, but for its callable.
Held begin_task(Loop& loop, const FutureOperations& operations);

/// The future that the callable of `stage` has returned, to be awaited. Null: there is none, and
/// `stage`, whose callable must be dropped, has failed.
Block* take_returned(Block& stage, Held returned);

/// Operations::turn of stages and tasks: runs it, and then whatever stages follow it, on this stack
/// frame.
void run_chain(Block& block);

/// ContinuationOperations::close of done callbacks.
void close_done_callback(Block& block);

}  // namespace eyelet::detail
