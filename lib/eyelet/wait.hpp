// SPDX-License-Identifier: BSL-1.0
// wait: until some of several futures are done, without touching them. Floor 7.
#pragma once

#include <array>
#include <eyelet/children.hpp>
#include <optional>

namespace eyelet {

/// When wait() is satisfied; all_completed in any case.
enum class ReturnWhen : std::uint8_t {
  first_completed,
  first_error,  ///< cancelled ones do not count
  all_completed,
};

/// Which of the futures that wait() was given are done, by their place among its arguments.
class Done {
 public:
  constexpr Done() = default;
  constexpr explicit Done(std::uint64_t bits) : bits_{bits} {}
  constexpr bool operator[](std::size_t place) const { return (bits_ >> place & 1) != 0; }
  constexpr std::uint64_t bits() const { return bits_; }
  constexpr std::size_t count() const {
    std::size_t n = 0;
    for (std::uint64_t rest = bits_; rest != 0; rest &= rest - 1) ++n;
    return n;
  }

 private:
  std::uint64_t bits_ = 0;
};

namespace detail {

/// A wait for `count` children that tells which are done.
Future<Done> wait_for_children(Loop& owner, ReturnWhen when, std::optional<Delay> limit,
                               const Held* children, std::size_t count);

/// The same for any number, without telling.
Future<void> wait_for_many(Loop& owner, ReturnWhen when, std::optional<Delay> limit,
                           const Held* children, std::size_t count);

template <class T, class... Ts>
Future<Done> wait_for_arguments(ReturnWhen when, std::optional<Delay> limit, const Future<T>& first,
                                const Future<Ts>&... futures) {
  static_assert(sizeof...(Ts) < 64, "eyelet: wait: at most 64 futures");
  Loop* const owner = common_loop(first, futures...);
  if (owner == nullptr) return {};
  const Held children[] = {first.held(), futures.held()...};
  return wait_for_children(*owner, when, limit, children, 1 + sizeof...(Ts));
}

template <class F, std::size_t N>
Future<Done> wait_for_array(ReturnWhen when, std::optional<Delay> limit,
                            const std::array<F, N>& futures) {
  static_assert(N != 0, "eyelet: wait: nothing to wait for");
  static_assert(N <= 64, "eyelet: wait: at most 64 futures; more by a pointer and their number");
  for (const AnyFuture& future : futures)
    if (future.loop() == nullptr) return {};
  return wait_for_children(*futures[0].loop(), when, limit, held_by(futures.data()), N);
}

}  // namespace detail

/// Ends when `when` is satisfied, and tells which `futures` are done; the others go on. Their
/// outcomes stay in them. Cancelled, it ends at once and leaves nothing behind; it never cancels a
/// future.
/// @param limit  optional, behind `when`: then it ends at the latest, with those done that are.
/// Memory: one block, one for each future, one for the limit, until it ends. If one is missing:
/// out_of_blocks. Cost: O(n). Errors: cancelled, out_of_blocks, invalid_argument (a negative
/// limit), invalid_state (futures of two loops).
template <class T, class... Ts>
Future<Done> wait(ReturnWhen when, const Future<T>& first, const Future<Ts>&... futures) {
  return detail::wait_for_arguments(when, std::nullopt, first, futures...);
}
template <class T, class... Ts>
Future<Done> wait(ReturnWhen when, Delay limit, const Future<T>& first,
                  const Future<Ts>&... futures) {
  return detail::wait_for_arguments(when, limit, first, futures...);
}

/// The same for an array of `N` handles, 64 at most: Futures, Tasks or, of several types,
/// AnyFutures.
template <class F, std::size_t N>
Future<Done> wait(ReturnWhen when, const std::array<F, N>& futures) {
  return detail::wait_for_array(when, std::nullopt, futures);
}
template <class F, std::size_t N>
Future<Done> wait(ReturnWhen when, Delay limit, const std::array<F, N>& futures) {
  return detail::wait_for_array(when, limit, futures);
}

/// The same for a number known at run time, however large: the futures themselves tell which are
/// done. Their array need not outlive the call. Errors besides: invalid_argument (none at all).
template <class F>
Future<void> wait(ReturnWhen when, Loop& owner, const F* futures, std::size_t count) {
  return detail::wait_for_many(owner, when, std::nullopt, detail::held_by(futures), count);
}
template <class F>
Future<void> wait(ReturnWhen when, Delay limit, Loop& owner, const F* futures, std::size_t count) {
  return detail::wait_for_many(owner, when, limit, detail::held_by(futures), count);
}

}  // namespace eyelet
