// SPDX-License-Identifier: BSL-1.0
// then: continuations. Floor 6.
// A stage is a future whose block holds the callable first and its result afterwards. What decides
// whether the callable runs is type-free and lives in future_core; here it is only called.
#pragma once

#include <eyelet/future.hpp>

namespace eyelet::detail {

template <class T>
struct IsFuture : std::is_base_of<AnyFuture, T> {};

/// The value type of what a callable returns: of a T, a Result<T>, a Future<T>.
template <class R, class = void>
struct ValueOf {
  using type = std::decay_t<R>;
};
template <>
struct ValueOf<void> {
  using type = void;
};
template <class R>
struct ValueOf<R, std::enable_if_t<IsResult<R>::value || IsFuture<R>::value>> {
  using type = typename R::value_type;
};
template <class R>
using value_of = typename ValueOf<std::remove_cv_t<std::remove_reference_t<R>>>::type;

/// Calls `fn(args...)` and ends `stage` with what it returned, or gives back the future to be
/// awaited. The callable goes first: the result comes to lie where it was.
template <class T, class Fn, class... Args>
Block* call_and_settle(Block& stage, Args&&... args) {
  using R = std::invoke_result_t<Fn&, Args...>;
  using Returned = std::decay_t<R>;
  Fn& fn = callable<Fn, 0>(stage);
  if constexpr (std::is_void_v<R>) {
    fn(std::forward<Args>(args)...);
    fn.~Fn();
    set_value<T>(stage);
    return nullptr;
  } else if constexpr (IsFuture<Returned>::value) {
    const Held returned = Returned(fn(std::forward<Args>(args)...)).give_away();
    fn.~Fn();
    return take_returned(stage, returned);
  } else {
    auto returned = fn(std::forward<Args>(args)...);
    fn.~Fn();
    if constexpr (IsResult<Returned>::value)
      set_outcome<T>(stage, std::move(returned));
    else
      set_value<T>(stage, std::move(returned));
    return nullptr;
  }
}

/// A stage behind `source` that holds `fn`; a future without a block if there is none. `begin`:
/// begin_stage or begin_stage_on_error.
template <class T, auto begin, class F>
Future<T> make_stage(AnyFuture&& source, F&& fn, const FutureOperations& operations) {
  using Fn = std::decay_t<F>;
  static_assert(fits<sizeof(Result<T>), kPayloadBytes>());
  static_assert(std::is_constructible_v<Fn, F>,
                "eyelet: pass a callable that cannot be copied by std::move");
  const Held stage = begin(std::move(source).give_away(), operations);
  if (Block* const block = stage.block())
    construct<Fn, kPayloadBytes>(block->payload, std::forward<F>(fn));
  return Future<T>{stage};
}

template <class T, class Fn>
constexpr bool takes_const() {
  if constexpr (std::is_void_v<T>)
    return std::is_invocable_v<Fn&>;
  else
    return std::is_invocable_v<Fn&, const T&>;
}

/// A `finally` holds the outcome of its input while its clean-up goes on, where the callable was.
inline bool holds_outcome(const Block& stage) { return stage.depth != 0; }
/// Takes that, and gives what is to be awaited; null: nothing is, and the stage is done.
Block* await_clean_up(Block& stage, Block* input, Held clean_up);
/// Ends the stage when `clean_up` has ended. Null.
Block* end_clean_up(Block& stage, Block* clean_up);

/// How a callable of then gets a value: none of void, const of what accepts const, else it takes
/// it.
template <class T, class Fn, bool TakesConst = takes_const<T, Fn>()>
struct ThenCall {
  using type = value_of<std::invoke_result_t<Fn&, const T&>>;
  static Block* run(Block& stage, Block* input) {
    return call_and_settle<type, Fn>(stage, *std::as_const(result_of<T>(*input)));
  }
};
template <class T, class Fn>
struct ThenCall<T, Fn, false> {
  static_assert(std::is_invocable_v<Fn&, T&&>,
                "eyelet: then: fn cannot be called with the value of this future");
  using type = value_of<std::invoke_result_t<Fn&, T&&>>;
  static Block* run(Block& stage, Block* input) {
    Result<T> taken = take_result<T>(*input);
    return call_and_settle<type, Fn>(stage, std::move(*taken));
  }
};
template <class Fn>
struct ThenCall<void, Fn, true> {
  using type = value_of<std::invoke_result_t<Fn&>>;
  static Block* run(Block& stage, Block*) { return call_and_settle<type, Fn>(stage); }
};
template <class Fn>
struct ThenCall<void, Fn, false> {
  static_assert(std::is_invocable_v<Fn&>,
                "eyelet: then: fn cannot be called without a value, and this future has none");
};

/// The stage of finally. `R`: what `Fn` returns.
template <class T, class Fn, class R>
struct Finally {
  static Block* run(Block& stage, Block* input) {
    Fn& fn = callable<Fn, 0>(stage);
    if constexpr (std::is_void_v<R>) {
      fn();
      fn.~Fn();
      copy_outcome(stage, input);
      return nullptr;
    } else if constexpr (IsResult<R>::value) {
      const R returned = fn();
      fn.~Fn();
      if (returned)
        copy_outcome(stage, input);
      else
        set_failed(stage, returned.error().code, returned.error().detail);
      return nullptr;
    } else {
      if (holds_outcome(stage)) return end_clean_up(stage, input);
      const Held clean_up = R(fn()).give_away();
      fn.~Fn();
      return await_clean_up(stage, input, clean_up);
    }
  }

  /// Of the callable, or the outcome that came to lie where it was.
  static constexpr auto drop() -> void (*)(void*) {
    constexpr bool kNothingToDo =
        std::is_trivially_destructible_v<Fn> && std::is_trivially_destructible_v<Result<T>>;
    if constexpr (!IsFuture<R>::value || kNothingToDo)
      return destructor<Fn>();
    else
      return [](void* payload) {
        const bool holds = holds_outcome(block_around(payload));
        const auto drop = holds ? destructor<Result<T>>() : destructor<Fn>();
        if (drop != nullptr) drop(payload);
      };
  }

  static constexpr StageOperations kOperations{
      {{run_chain, drop()},
       &kResultOperations<T>,
       static_cast<std::uint8_t>(bit(State::value) | bit(State::error) | bit(State::cancelled) |
                                 (IsFuture<R>::value ? kRunsAgain : 0))},
      run};
};

}  // namespace eyelet::detail

namespace eyelet {

template <class T>
template <class F>
auto Future<T>::then(F&& fn) && {
  using namespace detail;
  using Fn = std::decay_t<F>;
  using Call = ThenCall<T, Fn>;
  using U = typename Call::type;
  static constexpr StageOperations kOperations{
      {{run_chain, destructor<Fn>()},
       &kResultOperations<U>,
       std::is_void_v<T> ? bit(State::value) | kTakesNoInput : bit(State::value)},
      Call::run};
  return make_stage<U, begin_stage>(std::move(*this), std::forward<F>(fn), kOperations);
}

template <class T>
template <class F>
Future<T> Future<T>::or_else(F&& fn) && {
  using namespace detail;
  using Fn = std::decay_t<F>;
  static_assert(std::is_invocable_v<Fn&, Error>, "eyelet: or_else: fn is called with an Error");
  using R = std::invoke_result_t<Fn&, Error>;
  static_assert(std::is_same_v<value_of<R>, T> || std::is_convertible_v<R, T>,
                "eyelet: or_else: fn returns what this future does");
  static constexpr StageOperations kOperations{{{run_chain, destructor<Fn>()},
                                                &kResultOperations<T>,
                                                bit(State::error) | bit(State::cancelled)},
                                               [](Block& stage, Block* input) {
                                                 return call_and_settle<T, Fn>(
                                                     stage, input_error(stage, input));
                                               }};
  return make_stage<T, begin_stage_on_error>(std::move(*this), std::forward<F>(fn), kOperations);
}

template <class T>
template <class F>
Future<T> Future<T>::finally(F&& fn) && {
  using namespace detail;
  using Fn = std::decay_t<F>;
  static_assert(std::is_invocable_v<Fn&>, "eyelet: finally: fn is called without arguments");
  using R = std::decay_t<std::invoke_result_t<Fn&>>;
  static_assert(std::is_same_v<value_of<R>, void>,
                "eyelet: finally: fn returns nothing, a Result<void> or a Future<void>");
  return make_stage<T, begin_stage_on_error>(std::move(*this), std::forward<F>(fn),
                                             Finally<T, Fn, R>::kOperations);
}

}  // namespace eyelet
