// SPDX-License-Identifier: BSL-1.0
// wait: until some of several futures are done, without touching them. Floor 7.
#pragma once

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

Future<Done> wait_for_children(Loop& owner, ReturnWhen when, std::optional<Delay> limit,
                               Block* const* children, std::size_t count);

}  // namespace detail

/// Ends when `when` is satisfied, and tells which `futures` are done; the others go on. Their
/// outcomes stay in them. Cancelled, it ends at once and leaves nothing behind; it never cancels a
/// future.
/// @param limit  optional, behind `when`: then it ends at the latest, with those done that are.
/// Memory: one block, one for each future, one for the limit, until it ends. If one is missing:
/// out_of_blocks. Cost: O(n). Errors: cancelled, out_of_blocks, invalid_argument (a negative
/// limit).
template <class T, class... Ts>
Future<Done> wait(ReturnWhen when, const Future<T>& first, const Future<Ts>&... futures) {
  static_assert(sizeof...(Ts) < 64, "eyelet: wait: at most 64 futures");
  Loop* const owner = detail::common_loop(first, futures...);
  if (owner == nullptr) return {};
  detail::Block* const children[] = {first.block(), futures.block()...};
  return detail::wait_for_children(*owner, when, std::nullopt, children, 1 + sizeof...(Ts));
}

template <class T, class... Ts>
Future<Done> wait(ReturnWhen when, Delay limit, const Future<T>& first,
                  const Future<Ts>&... futures) {
  static_assert(sizeof...(Ts) < 64, "eyelet: wait: at most 64 futures");
  Loop* const owner = detail::common_loop(first, futures...);
  if (owner == nullptr) return {};
  detail::Block* const children[] = {first.block(), futures.block()...};
  return detail::wait_for_children(*owner, when, limit, children, 1 + sizeof...(Ts));
}

}  // namespace eyelet
