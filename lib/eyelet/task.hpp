// SPDX-License-Identifier: BSL-1.0
// task: a body that the loop runs, with or without somebody waiting. Floor 6.
// A task is a boundary: what waits for it has a turn of its own when it ends.
#pragma once

#include <eyelet/then.hpp>

namespace eyelet {

/// The outcome of a task, and its requests to cancel. Dropping the last handle does not end it.
template <class T>
class [[nodiscard]] Task : public Future<T> {
 public:
  using Future<T>::Future;

  /// How often cancel() was called on it and not taken back, 255 at most.
  unsigned cancelling() const { return this->block() == nullptr ? 0U : this->block()->depth; }

  /// Takes one request back and tells how many are left; a request that has not reached the body
  /// yet is then forgotten, if it was the last.
  unsigned uncancel() const;
};

template <class T>
unsigned Task<T>::uncancel() const {
  if (cancelling() == 0) return 0;
  detail::Block& b = *this->block();
  if (--b.depth == 0) detail::clear_flag(b, detail::kCancelRequested);
  return b.depth;
}

namespace detail {

/// A task with `Bytes` of payload, all of it or all but a name.
template <std::size_t Bytes, std::uint8_t Naming, class F>
auto make_task(Loop& owner, F&& body) {
  using Fn = std::decay_t<F>;
  static_assert(std::is_invocable_v<Fn&>,
                "eyelet: create_task: a body is called without arguments");
  static_assert(std::is_constructible_v<Fn, F>,
                "eyelet: pass a callable that cannot be copied by std::move");
  using T = value_of<std::invoke_result_t<Fn&>>;
  static_assert(fits<sizeof(Result<T>), Bytes>());
  static constexpr StageOperations kOperations{
      {{run_chain, destructor<Fn>()},
       &kResultOperations<T>,
       static_cast<std::uint8_t>(bit(State::value) | Naming)},
      [](Block& task, Block*) { return call_and_settle<T, Fn>(task); }};
  const Held task = begin_task(owner, kOperations);
  if (Block* const block = task.block())
    construct<Fn, Bytes>(block->payload, std::forward<F>(body));
  return Task<T>{task};
}

}  // namespace detail

template <class F>
auto Loop::create_task(F&& body) {
  return detail::make_task<detail::kPayloadBytes, 0>(*this, std::forward<F>(body));
}

template <class F>
auto Loop::create_task(F&& body, const char* name) {
  using namespace detail;
  const auto task = make_task<kNamedPayloadBytes, kNamed>(*this, std::forward<F>(body));
  if (task.block() != nullptr)
    ::new (static_cast<void*>(task.block()->payload + kNamedPayloadBytes)) const char*(name);
  return task;
}

/// A future of `x`: of a future itself, of a callable a task that runs it, of a value or a Result
/// one that is done with it. Memory: none for a future, else one block. Errors: out_of_blocks,
/// closed.
template <class X>
[[nodiscard]] auto ensure_future(Loop& owner, X&& x) {
  using Plain = std::decay_t<X>;
  if constexpr (detail::IsFuture<Plain>::value) {
    return Plain{std::forward<X>(x)};
  } else if constexpr (std::is_invocable_v<Plain&>) {
    return owner.create_task(std::forward<X>(x));
  } else {
    using T = detail::value_of<Plain>;
    Future<T> future = owner.create_future<T>();
    if constexpr (!detail::IsResult<Plain>::value)
      future.set_result(std::forward<X>(x));
    else if (!x)
      future.set_error(x.error());
    else if constexpr (std::is_void_v<T>)
      future.set_result();
    else
      future.set_result(*std::forward<X>(x));
    return future;
  }
}

template <class Visit>
void Loop::for_each_task(Visit&& visit) {
  using namespace detail;
  // Marked first, because the visitor may end tasks and begin others in their blocks.
  for (Count i = 0; i < pool_.peak(); ++i)
    if (pool_[i].kind == Kind::task && !is_done(pool_[i])) set_flag(pool_[i], kListed);
  for (Count i = 0; i < pool_.peak(); ++i) {
    Block& block = pool_[i];
    if (block.kind != Kind::task || !has_flag(block, kListed)) continue;
    clear_flag(block, kListed);
    if (!is_done(block)) visit(AnyFuture::of(block));
  }
}

}  // namespace eyelet
