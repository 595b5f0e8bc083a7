// SPDX-License-Identifier: BSL-1.0
// loop: callbacks, one after the other, now or at a time. Floor 3.
// It knows blocks, timers and its port; futures are a room above, and only declared here.
// Unless a function says otherwise: called from the loop's thread only, O(1), allocates nothing.
#pragma once

#include <eyelet/mailbox.hpp>
#include <eyelet/result.hpp>
#include <eyelet/timer_wheel.hpp>

namespace eyelet {

class Loop;
class AnyFuture;
template <class T>
class Future;

/// A callback that was scheduled. Copyable, and safe to use for as long as its loop exists: it
/// names the callback by block and generation, and never another that came into the same block.
class Handle {
 public:
  /// Names nothing.
  constexpr Handle() = default;

  /// Takes the callback back. True: it was pending, will not run, and its captures are destroyed.
  /// False: it has run, is running, was cancelled before, or there is none.
  /// Cost: O(1), with a timer O(log t), t = armed timers.
  bool cancel() const;

  /// Whether scheduling succeeded.
  explicit operator bool() const { return block_ != nullptr; }
  /// Why it did not: out_of_blocks, invalid_argument or closed. none if it did.
  Errc error() const { return block_ != nullptr ? Errc::none : static_cast<Errc>(generation_); }

 private:
  friend class Loop;
  template <class T>
  friend class Future;
  explicit Handle(detail::Block& block) : block_{&block}, generation_{block.generation} {}
  explicit Handle(Errc error) : generation_{static_cast<std::uint32_t>(error)} {}

  detail::Block* block_ = nullptr;
  std::uint32_t generation_ = 0;  // without a block: the Errc
};

/// What a loop has used; Loop::stats().
struct Stats {
  std::size_t capacity;       ///< blocks there are
  std::size_t in_use;         ///< blocks in use now
  std::size_t peak;           ///< blocks in use at the worst
  std::size_t failures;       ///< times that no block was left
  std::size_t ready;          ///< in the ready queue
  std::size_t timers;         ///< armed
  std::size_t callbacks_run;  ///< wraps with 32-bit pointers
  std::size_t mail_refused;   ///< call_soon_threadsafe: the mailbox was full, or closed
  Duration longest_callback;  ///< 0 until set_slow_callback_duration() was called
};

/// One block in use, as Loop::for_each_block() shows it.
struct BlockInfo {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t index;  ///< its place in the pool
  detail::Kind kind;
  detail::State state;    ///< of a future
  std::size_t waits_for;  ///< index of the future that it waits for, kNone if for none
  const char* name;       ///< of a task, "" if it has none
};

namespace detail {

/// Futures that nobody needs. Ending one may end further futures; they are collected here and ended
/// one after the other, not one inside the other.
struct Graveyard {
  Block* buried = nullptr;   ///< done, or withdrawn: linked by `next`
  Block* leaving = nullptr;  ///< waits that are still to be withdrawn: linked by `upstream`
};

/// Futures of many that were asked to cancel what they wait for; worked off in the same way, by
/// the outermost who asks, on whose stack this lies.
struct Cancelling {
  Ring parents;
  Ring through;  ///< have been worked off: a circle that leads back to one of them is opened
};

/// What threads and interrupts signal without a block: a flag, a queue. Whoever signals it wakes
/// the port afterwards; the loop looks at it whenever it has asked the port.
struct Source {
  void (*look)(Source&) = nullptr;  ///< schedules those who waited for what is there now
  Source* next = this;              // in the list of its loop; itself: in none
};

template <std::size_t Blocks, std::size_t Mail>
struct LoopStorage {
  BlockStorage<Blocks> blocks;
  SmallCallback mail[Mail] = {};
};

template <std::size_t Blocks>
struct LoopStorage<Blocks, 0> {
  static constexpr SmallCallback* mail = nullptr;
  BlockStorage<Blocks> blocks;
};

/// Where in a payload the callable of call_later lies: behind the timer, aligned.
template <class F>
inline constexpr std::size_t kAfterTimer = (sizeof(TimePoint) + sizeof(std::size_t) + alignof(F) -
                                            1) /
                                           alignof(F) * alignof(F);

template <class F, std::size_t Offset>
F& callable(Block& block) {
  return *std::launder(reinterpret_cast<F*>(block.payload + Offset));
}

/// The same, and nothing is left in the block.
template <class F, std::size_t Offset>
F move_out(Block& block) {
  F& there = callable<F, Offset>(block);
  F moved{std::move(there)};
  there.~F();
  return moved;
}

}  // namespace detail

/// An event loop. All memory is in the blocks that it is given.
class Loop {
 public:
  /// Hears of what has nowhere else to go, see set_exception_handler().
  using ExceptionHandler = void (*)(Loop& loop, Error error, void* context);

  /// `port` and `storage` must outlive the loop. Constant-initialised where they are global.
  template <std::size_t Blocks>
  constexpr Loop(Port& port, BlockStorage<Blocks>& storage)
      : Loop{port, storage.blocks(), Blocks, nullptr, 0} {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // --- Scheduling ---

  /// Runs `fn()` in the next pass, after all that was scheduled before.
  /// Memory: one block until it runs. Errors: out_of_blocks, closed: in the handle.
  template <class F>
  Handle call_soon(F&& fn);

  /// Runs `fn()` once `delay` is over, never earlier; zero means in the next pass. A delay that
  /// leads past the end of time ends there. Errors: as call_soon, and invalid_argument for a
  /// negative one. Memory: one block until it runs. Cost: O(log t), t = armed timers.
  template <class F>
  Handle call_later(Delay delay, F&& fn);

  /// Runs `fn()` at `when` on the clock of time(), or in the next pass if that is past; never, if
  /// it is kNever. Otherwise as call_later.
  template <class F>
  Handle call_at(TimePoint when, F&& fn);

  /// Runs `fn()` in a later pass, and wakes the loop. `fn` holds plain data, three pointers at
  /// most. False: the mailbox is full (counted in stats()) or the loop is closed, and `fn` will not
  /// run. Context: any thread or interrupt; signal handlers only where the port's critical section
  /// allows.
  template <class F>
  [[nodiscard]] bool call_soon_threadsafe(F fn);

  /// A future that someone completes with set_result() or set_error(). Memory: one block.
  /// Defined in future.hpp.
  template <class T>
  [[nodiscard]] Future<T> create_future();

  /// Runs `body()`, which returns nothing, a value, a Result or a Future, as a task that begins in
  /// the next pass. Memory: one block. Defined in task.hpp.
  template <class F>
  [[nodiscard]] auto create_task(F&& body);

  /// The same with a name for AnyFuture::get_name() and for_each_block(). `name` must outlive the
  /// task; of what `body` captures and returns, a pointer less fits.
  template <class F>
  [[nodiscard]] auto create_task(F&& body, const char* name);

  /// The time on the port's clock. Context: any.
  TimePoint time() const { return port_->now(); }

  // --- Running ---

  /// Runs until `future` is done and its callbacks have run, and gives its outcome:
  /// `future.take()`. Errors besides those of the future: invalid_state (called from a callback; of
  /// another loop; stop() came first), deadlock (nothing can run any more), closed.
  template <class T>
  Result<T> run_until_complete(Future<T> future);

  /// Runs until stop(). Errors: invalid_state (called from a callback), deadlock, closed.
  Result<void> run_forever();

  /// Ends the run when its current batch of callbacks is through; the rest waits for the next run.
  /// Before a run: that run does one pass without sleeping.
  void stop() { stopping_ = true; }

  /// Runs one pass without sleeping, for a host that has a loop of its own. Returns when to call
  /// again at the latest: kAtOnce if something is ready, kNever if nothing is armed or it is
  /// closed. Context: the loop's thread, not from a callback (does nothing, reports invalid_state).
  TimePoint poll();

  bool running() const { return running_; }
  bool closed() const { return closed_; }

  /// Ends everything: what call_soon_threadsafe accepted is run, no other callback runs any more,
  /// captures are destroyed, pending futures end with broken_promise, every task among them is
  /// reported. Calls on a closed loop fail with `closed`. A loop has no destructor, so that a
  /// global one needs no start-up code: it ends here. Errors: invalid_state while running or
  /// reporting. Cost: O(blocks used). Defined in future_core.cpp.
  Result<void> close();

  // --- Explaining ---

  /// Cost: O(blocks used), it counts.
  Stats stats() const;

  /// Calls `visit(const BlockInfo&)` for each block in use. `visit` must not schedule or complete
  /// anything. Cost: O(blocks used), and constant stack also where futures wait in a circle.
  template <class Visit>
  void for_each_block(Visit&& visit) const;

  /// Calls `visit(AnyFuture)` for each task that was pending when this was called, if it still is
  /// when its turn comes. `visit` may do anything but enumerate tasks. Cost: O(blocks used).
  /// Defined in task.hpp.
  template <class Visit>
  void for_each_task(Visit&& visit);

  /// `handler` hears of errors that nobody looked at, of calls that found no block, of slow
  /// callbacks, of deadlocks and of tasks that close() ended. What it causes itself is not reported
  /// to it.
  void set_exception_handler(ExceptionHandler handler, void* context = nullptr) {
    handler_ = handler;
    handler_context_ = context;
  }

  /// From now on callbacks are timed, and one that takes longer than `limit` is reported with its
  /// microseconds; a negative limit ends that. Costs two looks at the clock for each callback.
  /// Limits and durations saturate at 71 minutes.
  void set_slow_callback_duration(Delay limit);

  // --- For ports and the rooms above; programs do without ---

  /// A block. Null: none is left, or the loop is closed, and whoever asked calls refuse(). Who does
  /// that last of all needs to save no registers for it: 7 instructions a stage. Inline by force,
  /// as what it calls: 8 instructions a callback on a Cortex-M3.
  [[gnu::always_inline]] detail::Block* acquire() {
    check_context();
    return closed_ ? nullptr : pool_.acquire(*this);
  }
  /// Counts and reports that there was no block, unless the loop is closed.
  void refuse() { refuse<kBlockBytes, kFaultInjection, kTimerWheelLevels>(); }
  void release(detail::Block& block) { pool_.release(block); }
  /// Why acquire() gave nothing.
  Errc why_refused() const { return closed_ ? Errc::closed : Errc::out_of_blocks; }
  /// Puts `block` at the end of the ready queue.
  void schedule(detail::Block& block) {
    check_context();
    ready_->push_back(block);
  }
  /// The same with those that a Ring has released.
  void schedule_ring(detail::Link& first) {
    check_context();
    ready_->push_back_ring(first);
  }
  /// time(), which the loop remembers: what is armed for then is due without another look.
  TimePoint look_at_clock() { return latest_ = port_->now(); }
  /// Ends a callback's identity: from now on its handles name nothing.
  static void retire(detail::Block& block) { ++block.generation; }
  detail::Timers& timers() { return timers_; }
  detail::BlockPool& pool() { return pool_; }
  Port& port() { return *port_; }
  /// From now on `source` is looked at by `look`, which a program in which nobody waits for it does
  /// not link. It outlives the loop; once more changes nothing.
  void add_source(detail::Source& source, void (*look)(detail::Source&)) {
    if (source.next != &source) return;
    source.look = look;
    source.next = sources_;
    sources_ = &source;
  }
  void report(Errc code, std::int32_t detail = 0);
  /// Whether the exception handler is running.
  bool reporting() const { return reporting_; }
  detail::Graveyard& graveyard() { return graveyard_; }
  /// Whether that is being worked off.
  bool& burying() { return burying_; }
  /// Null: nothing is.
  detail::Cancelling*& cancelling() { return cancelling_; }
  /// Runs until stop(), and if it `Awaits`, until `awaited` is done, to which the caller holds a
  /// handle; null: does not run. Two functions, because whoever awaits asks once a pass.
  template <bool Awaits>
  RunEnd run(const detail::Block* awaited = nullptr);
  /// What a port answers that nobody can wake any more: reported, with the futures that are
  /// pending. Cost: O(blocks used).
  RunEnd deadlock();
  /// Traps when the loop runs in another thread. Debug builds only.
  void check_context() const { EYELET_ASSERT(!running_ || port_->context() == owner_); }

 protected:
  constexpr Loop(Port& port, detail::Block* blocks, std::size_t block_count,
                 detail::SmallCallback* mail, std::size_t mail_count,
                 std::size_t first_timer_order = 0)
      : pool_{blocks, static_cast<detail::Count>(block_count)},
        port_{&port},
        mailbox_{mail, mail_count},
        run_mail_{mail_count != 0 ? run_mail : nullptr},
        timers_{port, first_timer_order} {}

 private:
  template <std::size_t Offset, class F>
  detail::Block* new_callback(F&& fn);
  // Its template arguments are the link-time tag: code that was built with another layout asks for
  // a function that the library does not have.
  template <std::size_t BlockBytes, bool FaultInjection, unsigned TimerWheelLevels>
  [[gnu::cold]] void refuse();
  RunEnd wait();
  void schedule_due();
  void ask_port(TimePoint deadline);
  void look_at_sources();
  template <auto call, class T>
  void run_one(T& what);
  template <auto call, class T>
  void run_after_pause(T& what);
  void pause(void (*call)(void*), void* callback);
  void plan_pause();
  std::size_t callbacks_run() const { return callbacks_planned_ - until_pause_; }
  static void run_mail(Loop& loop, detail::Mailbox::Position end);
  static void run_timed(Loop& loop, void (*call)(void*), void* callback);
  static void end(detail::Block& block);

  friend class Handle;

  // The smallest first: what lies near the beginning is reached by shorter instructions.
  bool running_ = false;
  bool stopping_ = false;
  bool closed_ = false;
  bool reporting_ = false;
  bool burying_ = false;
  // Callbacks until the loop pauses, to ask the port, or to time the next one: one look for both.
  std::uint16_t until_pause_ = kCallbacksPerPoll;
  TimePoint latest_ = kAtOnce;        // that the clock has shown
  detail::List* ready_ = &lists_[0];  // the other one is the batch of the pass that is going on
  detail::List lists_[2];
  detail::BlockPool pool_;
  // Threads that post read it: not on a cache line that each callback writes.
  alignas(detail::kApart<Port*>) Port* port_;
  detail::Mailbox mailbox_;
  // What not every program uses is called by pointer, so that the linker drops it from the others.
  void (*run_mail_)(Loop&, detail::Mailbox::Position end);
  void (*run_timed_)(Loop&, void (*call)(void*), void* callback) = nullptr;
  detail::Source* sources_ = nullptr;
  ExceptionHandler handler_ = nullptr;
  void* handler_context_ = nullptr;
  std::uint32_t failures_ = 0;
  detail::Graveyard graveyard_;
  detail::Cancelling* cancelling_ = nullptr;
  std::uintptr_t owner_ = 0;                           // context of the current run
  std::size_t callbacks_planned_ = kCallbacksPerPoll;  // will have run when it pauses
  // Microseconds; both saturate after 71 minutes.
  std::uint32_t slow_limit_ = 0;
  std::uint32_t longest_ = 0;
  // Last, because of its buckets.
  detail::Timers timers_;
};

/// A loop with its memory: `Blocks` blocks, and room for `Mail` calls of call_soon_threadsafe.
/// `sizeof` tells the whole price. A global one lies in .data, and so in the image, too; where
/// flash is short, a Loop beside a global BlockStorage keeps the blocks in .bss.
template <std::size_t Blocks, std::size_t Mail = 0>
class StaticLoop : private detail::LoopStorage<Blocks, Mail>, public Loop {
 public:
  static_assert(Mail <= detail::Mailbox::kMostPlaces, "eyelet: a mailbox has at most 32767 places");
  constexpr explicit StaticLoop(Port& port)
      : Loop{port, Storage::blocks.blocks(), Blocks, Storage::mail, Mail} {}

 private:
  using Storage = detail::LoopStorage<Blocks, Mail>;
};

inline bool Handle::cancel() const {
  if (block_ == nullptr || block_->generation != generation_) return false;
  block_->loop->check_context();
  Loop::end(*block_);
  return true;
}

template <std::size_t Offset, class F>
detail::Block* Loop::new_callback(F&& fn) {
  using Fn = std::decay_t<F>;
  static_assert(std::is_invocable_v<Fn&>, "eyelet: a callback is called without arguments");
  static_assert(std::is_constructible_v<Fn, F>,
                "eyelet: pass a callable that cannot be copied by std::move");
  static constexpr detail::Operations kOperations{[](detail::Block& block) {
                                                    retire(block);
                                                    Fn callback =
                                                        detail::move_out<Fn, Offset>(block);
                                                    // First, so that what schedules itself again
                                                    // needs no second block.
                                                    block.loop->release(block);
                                                    static_cast<void>(callback());
                                                  },
                                                  detail::destructor<Fn, Offset>()};
  detail::Block* const block = acquire();
  if (block == nullptr) {
    refuse();
    return nullptr;
  }
  block->operations = &kOperations;
  block->kind = detail::Kind::callback;
  detail::construct<Fn, detail::kPayloadBytes - Offset>(block->payload + Offset,
                                                        std::forward<F>(fn));
  return block;
}

template <class F>
Handle Loop::call_soon(F&& fn) {
  // Where a timer would have it, if it fits there: one function for either way of scheduling it.
  using Fn = std::decay_t<F>;
  constexpr std::size_t kAfter = detail::kAfterTimer<Fn>;
  constexpr std::size_t kOffset = kAfter + sizeof(Fn) <= detail::kPayloadBytes ? kAfter : 0;
  detail::Block* const block = new_callback<kOffset>(std::forward<F>(fn));
  if (block == nullptr) return Handle{why_refused()};
  ready_->push_back(*block);
  return Handle{*block};
}

template <class F>
Handle Loop::call_at(TimePoint when, F&& fn) {
  detail::Block* const block =
      new_callback<detail::kAfterTimer<std::decay_t<F>>>(std::forward<F>(fn));
  if (block == nullptr) return Handle{why_refused()};
  timers_.arm(*block, when);
  return Handle{*block};
}

template <class F>
Handle Loop::call_later(Delay delay, F&& fn) {
  if (!delay.valid()) return Handle{Errc::invalid_argument};
  return call_at(saturating_add(look_at_clock(), delay.value()), std::forward<F>(fn));
}

template <class F>
bool Loop::call_soon_threadsafe(F fn) {
  if (!mailbox_.post(*port_, detail::SmallCallback{fn})) return false;
  port_->wake();
  return true;
}

template <class T>
Result<T> Loop::run_until_complete(Future<T> future) {
  const RunEnd ended = run<true>(future.block());
  if (ended.failed()) return failure(ended.error());
  return future.take();
}

template <class Visit>
void Loop::for_each_block(Visit&& visit) const {
  for (detail::Count i = 0; i < pool_.peak(); ++i) {
    const detail::Block& block = pool_[i];
    if (block.kind == detail::Kind::free) continue;
    const bool waits =
        block.upstream != nullptr && !armed(block) && block.kind >= detail::Kind::done_callback;
    visit(BlockInfo{i, block.kind, block.state,
                    waits ? pool_.index(*block.upstream) : BlockInfo::kNone,
                    block.kind == detail::Kind::task ? detail::name_of(block) : ""});
  }
}

}  // namespace eyelet
