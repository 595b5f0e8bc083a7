// SPDX-License-Identifier: BSL-1.0
// future: a value that is there later. Floor 5.
// A handle of one pointer to one block. then, or_else and finally are declared here and defined in
// then.hpp. Unless a function says otherwise: loop's thread only, O(1), allocates nothing.
#pragma once

#include <eyelet/cancel.hpp>

namespace eyelet {

/// A handle to a future whatever its type. Copies are handles to the same future.
/// A call that finds no block gives a future without one: it is done, with the error out_of_blocks.
class [[nodiscard]] AnyFuture {
 public:
  /// Of nothing: done, with the error invalid_state.
  AnyFuture() = default;
  AnyFuture(const AnyFuture& other) : held_{other.held_} {
    if (detail::Block* b = block()) detail::add_handle(*b);
  }
  AnyFuture(AnyFuture&& other) noexcept : held_{std::move(other).give_away()} {}
  AnyFuture& operator=(AnyFuture other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  /// The last handle to a pending future: a wait withdraws unless somebody waits for it, a promise
  /// ends broken_promise, a stage or task runs on.
  /// Inline, so that nothing is left of it where the handle was given away.
  [[gnu::always_inline]] ~AnyFuture() {
    if (detail::Block* b = block()) detail::drop_handle(*b);
  }

  /// Whether there is an outcome.
  bool done() const { return block() == nullptr || detail::is_done(*block()); }

  /// Whether it ended cancelled.
  bool cancelled() const {
    return block() != nullptr && block()->state == detail::State::cancelled;
  }

  /// The error that it ended with; `none` for a value, invalid_state while pending.
  Error error() const;

  /// Asks it to end cancelled, and with it what it waits for. False: it is done already.
  /// A promise or a pending wait ends now. A stage or task is told when its turn comes: once this
  /// has returned true, none of its success continuations runs, unless an or_else recovers. Cost:
  /// O(n), n = length of the chain that it waits for; constant stack, circles included.
  bool cancel() const { return block() != nullptr && detail::cancel(*block()); }

  /// The name that create_task() was given, "" if none.
  const char* get_name() const { return block() != nullptr ? detail::name_of(*block()) : ""; }

  // --- For the rooms above; programs do without ---

  /// One more handle of `block`.
  static AnyFuture of(detail::Block& block) {
    detail::add_handle(block);
    return AnyFuture{*block.loop, &block};
  }
  /// Takes over one handle of `block`; null: there was none to be had in `loop`.
  AnyFuture(Loop& loop, detail::Block* block) : held_{loop, block} {}
  /// The same of what such a handle held.
  explicit AnyFuture(detail::Held held) : held_{held} {}
  /// Null if there is none.
  [[gnu::always_inline]] detail::Block* block() const { return held_.block(); }
  /// Null for a future of nothing.
  [[gnu::always_inline]] Loop* loop() const { return held_.loop(); }
  /// What it holds, and keeps.
  [[gnu::always_inline]] detail::Held held() const { return held_; }
  /// Gives the handle away; whoever gets it drops it, or hands it on.
  [[gnu::always_inline]] detail::Held give_away() && { return std::exchange(held_, {}); }
  /// Why there is no block.
  Errc no_block() const { return held_.no_block(); }
  /// What set_result and set_error say if it is no pending promise.
  Result<void> refuse() const;

 private:
  detail::Held held_;
};

/// The outcome of type T of an operation that may still be going on.
template <class T>
class [[nodiscard]] Future : public AnyFuture {
 public:
  using value_type = T;

  Future() = default;

  /// The outcome; invalid_state while pending and after its value was taken. The reference is good
  /// for as long as a handle is kept and nobody takes.
  const Result<T>& result() const;

  /// Moves the value out; from then on the outcome is invalid_state. An error is copied and stays.
  /// While pending: invalid_state.
  Result<T> take() const;

  /// Completes a promise with a value made from `args`. Whoever waits has its turn in the next
  /// pass. Errors: invalid_state (done already, or not made by create_future). One that its
  /// consumer has cancelled takes the value quietly and drops it.
  template <class... Args>
  Result<void> set_result(Args&&... args) const;

  /// Completes a promise with an error; otherwise as set_result. Errors: invalid_argument (`none`).
  Result<void> set_error(Error error) const;
  Result<void> set_error(Errc code, std::int32_t detail = 0) const {
    return set_error(Error{code, detail});
  }

  /// Calls `fn(value)` on success; an error passes by. `fn` returns nothing, a value, a Result, or
  /// a Future, which is awaited. It sees the value as const; one that wants a T&&, or a move-only
  /// T, takes it, and whoever looks later finds invalid_state. Memory: one block until the returned
  /// future goes. Errors: out_of_blocks, and those of this future and of `fn`. Cancelling the
  /// returned future cancels this one while it is pending.
  template <class F>
  [[nodiscard]] auto then(F&& fn) const& {
    return Future{*this}.then(std::forward<F>(fn));
  }
  template <class F>
  [[nodiscard]] auto then(F&& fn) &&;

  /// Calls `fn(Error)` on an error, cancellation included; a value passes by. `fn` returns as for
  /// then, with the type of this future. Memory, cancelling: as then.
  template <class F>
  [[nodiscard]] Future<T> or_else(F&& fn) const& {
    return Future{*this}.or_else(std::forward<F>(fn));
  }
  template <class F>
  [[nodiscard]] Future<T> or_else(F&& fn) &&;

  /// Calls `fn()` in any case and passes the outcome on. `fn` returns nothing, or a Result<void> or
  /// Future<void> whose error takes the outcome's place; an error that gives way is reported.
  /// Memory, cancelling: as then.
  template <class F>
  [[nodiscard]] Future<T> finally(F&& fn) const& {
    return Future{*this}.finally(std::forward<F>(fn));
  }
  template <class F>
  [[nodiscard]] Future<T> finally(F&& fn) &&;

  /// Calls `fn(Future<T>)` in a pass after it is done; callbacks run in the order they were added.
  /// Memory: one block until it runs. Errors: out_of_blocks, closed: in the handle.
  template <class F>
  Handle add_done_callback(F&& fn) const;

  /// Takes a callback back that add_done_callback of this future named. False: it has run or was
  /// removed. One that is due, but has not run, does not run.
  bool remove_done_callback(Handle handle) const;

  // --- For the rooms above; programs do without ---

  /// Takes over one handle of `block`, which has a result of this type; null: none in `loop`.
  Future(Loop& loop, detail::Block* block) : AnyFuture{loop, block} {}
  /// The same of what such a handle held.
  explicit Future(detail::Held held) : AnyFuture{held} {}
};

namespace detail {

template <class T>
Result<T>& result_of(Block& future) {
  return payload<Result<T>>(future);
}

/// Moves a value out and leaves invalid_state behind; an error stays for all to see.
template <class T>
Result<T> take_result(Block& future) {
  Result<T>& there = result_of<T>(future);
  set_flag(future, kObserved);
  if (!there) return failure(there.error());
  Result<T> taken{std::move(there)};
  there = failure(Errc::invalid_state);
  future.state = State::error;
  return taken;
}

template <class T>
inline constexpr ResultOperations kResultOperations{
    [](Block& future, Errc code, std::int32_t detail) {
      construct<Result<T>, kPayloadBytes>(future.payload, tl::unexpect, Error{code, detail});
    },
    [](Block& to, Block& from) {
      if constexpr (std::is_copy_constructible_v<Result<T>>)
        construct<Result<T>, kPayloadBytes>(to.payload, std::as_const(result_of<T>(from)));
      else
        construct<Result<T>, kPayloadBytes>(to.payload, take_result<T>(from));
    },
    destructor<Result<T>>()};

/// A result that belongs to no block. In place, because a static with a destructor would need
/// atexit, which firmware has not.
template <class T, Errc code>
const Result<T>& constant_failure() {
  alignas(Result<T>) static unsigned char memory[sizeof(Result<T>)];
  static const Result<T>& result =
      *::new (static_cast<void*>(memory)) Result<T>(tl::unexpect, Error{code, 0});
  return result;
}

template <class T, class... Args>
constexpr bool can_make() {
  if constexpr (std::is_void_v<T>)
    return sizeof...(Args) == 0;
  else
    return std::is_constructible_v<T, Args...>;
}

/// Ends `future` with a value made from `args`; whoever waits is not told yet.
template <class T, class... Args>
void set_value(Block& future, Args&&... args) {
  if constexpr (std::is_void_v<T>)
    construct<Result<void>, kPayloadBytes>(future.payload);
  else
    construct<Result<T>, kPayloadBytes>(future.payload, tl::in_place, std::forward<Args>(args)...);
  future.state = State::value;
}

/// Ends `future` with `result`; whoever waits is not told yet.
template <class T, class R>
void set_outcome(Block& future, R&& result) {
  const auto& there = construct<Result<T>, kPayloadBytes>(future.payload, std::forward<R>(result));
  future.state = there                                   ? State::value
                 : there.error().code == Errc::cancelled ? State::cancelled
                                                         : State::error;
}

template <class T>
inline constexpr FutureOperations kPromiseOperations{
    {break_promise, nullptr}, &kResultOperations<T>, 0};

}  // namespace detail

// By name inline, or GCC would call it: 7 instructions.
template <class T>
inline Future<T> Loop::create_future() {
  static_assert(detail::fits<sizeof(Result<T>), detail::kPayloadBytes>());
  detail::Block* const promise =
      detail::make_future(*this, detail::Kind::promise, detail::kPromiseOperations<T>);
  if (promise == nullptr) refuse();
  return {*this, promise};
}

namespace detail {

/// A future that failed at once, for a call that cannot begin.
template <class T>
Future<T> failed_future(Loop& owner, Errc code) {
  return Future<T>{begin_failed(owner, kPromiseOperations<T>, code)};
}

}  // namespace detail

template <class T>
const Result<T>& Future<T>::result() const {
  if (detail::Block* const b = block()) {
    if (!detail::is_done(*b)) return detail::constant_failure<T, Errc::invalid_state>();
    detail::set_flag(*b, detail::kObserved);
    return detail::result_of<T>(*b);
  }
  switch (no_block()) {
    case Errc::out_of_blocks: return detail::constant_failure<T, Errc::out_of_blocks>();
    case Errc::closed: return detail::constant_failure<T, Errc::closed>();
    default: return detail::constant_failure<T, Errc::invalid_state>();
  }
}

template <class T>
Result<T> Future<T>::take() const {
  if (block() == nullptr) return failure(no_block());
  if (!done()) return failure(Errc::invalid_state);
  return detail::take_result<T>(*block());
}

// Inline, because its Result is mostly dropped: 19 instructions less.
template <class T>
template <class... Args>
[[gnu::always_inline]] inline Result<void> Future<T>::set_result(Args&&... args) const {
  static_assert(detail::can_make<T, Args...>(),
                "eyelet: set_result: no value of this future can be made from these arguments");
  detail::Block* const b = block();
  if (b == nullptr || b->kind != detail::Kind::promise || b->state != detail::State::pending)
    return refuse();
  detail::set_value<T>(*b, std::forward<Args>(args)...);
  detail::complete(*b);
  return {};
}

template <class T>
Result<void> Future<T>::set_error(Error error) const {
  if (error.code == Errc::none) return failure(Errc::invalid_argument);
  if (block() == nullptr || !detail::fail_pending(*block(), error.code, error.detail))
    return refuse();
  return {};
}

template <class T>
template <class F>
Handle Future<T>::add_done_callback(F&& fn) const {
  using Fn = std::decay_t<F>;
  static_assert(std::is_invocable_v<Fn&, Future<T>>,
                "eyelet: add_done_callback: fn is called with the future");
  static constexpr detail::ContinuationOperations kOperations{
      {[](detail::Block& b) {
         Loop::retire(b);
         detail::Block& source = *b.upstream;
         Fn callback = detail::move_out<Fn, 0>(b);
         b.loop->release(b);
         // Its hold on the future becomes the handle that it gets.
         --source.dependents;
         // Or GCC would alter both counts as one vector: 2 instructions more.
         std::atomic_signal_fence(std::memory_order_acq_rel);
         ++source.handles;
         static_cast<void>(callback(Future<T>{*source.loop, &source}));
       },
       detail::destructor<Fn>()},
      detail::close_done_callback};
  if (block() == nullptr) return Handle{no_block()};
  Loop& there = *loop();
  detail::Block* const b = there.acquire();
  if (b == nullptr) {
    there.refuse();  // the user hears of it, and may drop this very future
    return Handle{there.why_refused()};
  }
  b->operations = &kOperations;
  b->kind = detail::Kind::done_callback;
  detail::construct<Fn, detail::kPayloadBytes>(b->payload, std::forward<F>(fn));
  detail::attach(*b, *block());
  return Handle{*b};
}

template <class T>
bool Future<T>::remove_done_callback(Handle handle) const {
  if (handle.block_ == nullptr || handle.block_->generation != handle.generation_ ||
      handle.block_->kind != detail::Kind::done_callback || handle.block_->upstream != block())
    return false;
  detail::close_done_callback(*handle.block_);
  return true;
}

}  // namespace eyelet
