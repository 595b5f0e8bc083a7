// SPDX-License-Identifier: BSL-1.0
// repeat: loops, in constant memory. Floor 7.
#pragma once

#include <eyelet/task.hpp>
#include <optional>

namespace eyelet {
namespace detail {

/// A task that holds a `Body`. Each round, and what a round awaited, comes back to it:
/// `over(input)` says whether that was the last, `next(input)` gives what is awaited then.
template <class Body>
struct Repeating {
  static Block* run(Block& task, Block* input) {
    Body& body = callable<Body, 0>(task);
    if (body.over(input)) {
      body.~Body();
      set_value<void>(task);
      return nullptr;
    }
    const Held next = body.next(input).give_away();
    if (next.block() == nullptr) body.~Body();
    return take_returned(task, next);
  }

  static constexpr StageOperations kOperations{{{run_chain, destructor<Body>()},
                                                &kResultOperations<void>,
                                                Body::kInput | bit(State::value) | kRunsAgain},
                                               run};

  static Task<void> begin(Loop& owner, Body&& body) {
    const Held task = begin_task(owner, kOperations);
    if (Block* const block = task.block())
      construct<Body, kPayloadBytes>(block->payload, std::move(body));
    return Task<void>{task};
  }
};

template <class Fn>
struct RepeatBody {
  using Returned = std::remove_cv_t<std::invoke_result_t<Fn&>>;
  static_assert(IsFuture<Returned>::value, "eyelet: repeat: the body returns a future");
  using T = value_of<Returned>;
  static_assert(std::is_void_v<T> || std::is_same_v<T, bool>,
                "eyelet: repeat: the body returns a Future<void> or a Future<bool>");
  static constexpr std::uint8_t kInput = std::is_void_v<T> ? kTakesNoInput : 0;
  Fn fn;

  bool over(Block* input) const {
    if constexpr (std::is_same_v<T, bool>)
      return input != nullptr && !*result_of<bool>(*input);
    else
      return false;
  }

  Returned next(Block*) { return fn(); }
};

template <class Source, class Fn>
struct ForEachBody {
  using Item = typename value_of<decltype(std::declval<Source&>().next())>::value_type;
  static_assert(std::is_invocable_v<Fn&, Item&&>, "eyelet: for_each: fn is called with an item");
  static constexpr std::uint8_t kInput = 0;
  Source* source;
  Fn fn;
  bool pulling = false;

  bool over(Block* input) const { return pulling && !*result_of<std::optional<Item>>(*input); }

  AnyFuture next(Block* input) {
    if (std::exchange(pulling, !pulling)) {
      auto pulled = take_result<std::optional<Item>>(*input);
      Item& item = **pulled;
      if constexpr (!std::is_void_v<std::invoke_result_t<Fn&, Item&&>>)
        return fn(std::move(item));
      else
        fn(std::move(item));
      pulling = true;
    }
    return source->next();
  }
};

}  // namespace detail

/// Runs `body()` again and again, each time when the future it returned has ended, beginning in the
/// next pass. `body` returns a Future<void>, and the loop ends only by an error or a cancel; or a
/// Future<bool>, and `false` ends it well. Each round has a turn of its own, so that a body that
/// never waits starves nobody. Memory: one block, besides what `body` uses; the last Future<bool>
/// is there while `body` makes the next. Errors: those of what `body` returns, cancelled,
/// out_of_blocks. Cancelled: so is what it waits for. Like any task it runs without handles, too.
template <class F>
Task<void> repeat(Loop& owner, F&& body) {
  using Body = detail::RepeatBody<std::decay_t<F>>;
  return detail::Repeating<Body>::begin(owner, Body{std::forward<F>(body)});
}

/// Calls `body(item)` for each item of an asynchronous source, one after the other, until it has no
/// more: the async for. `source.next()` gives a Future<std::optional<T>>, empty at the end;
/// `source` must outlive the loop. `body` returns nothing, or a Future, which ends before the next
/// item. Memory, errors, cancelling: as repeat; `source.next()` is what it waits for, too, and is
/// there while `body` is called.
template <class Source, class F>
Task<void> for_each(Loop& owner, Source& source, F&& body) {
  using Body = detail::ForEachBody<Source, std::decay_t<F>>;
  return detail::Repeating<Body>::begin(owner, Body{&source, std::forward<F>(body)});
}

}  // namespace eyelet
