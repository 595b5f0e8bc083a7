// SPDX-License-Identifier: BSL-1.0
// gather: the results of several futures, in argument order. Floor 7.
#pragma once

#include <array>
#include <eyelet/children.hpp>
#include <tuple>
#include <variant>

namespace eyelet {

/// First argument of gather(): every outcome is wanted, errors too.
struct ReturnErrors {};
inline constexpr ReturnErrors kReturnErrors{};

namespace detail {

/// The payload of a gather.
struct GatherState : Parent {
  bool cancelled;
};

void cancel_gathered(Block& gather);
void cancel_gather(Block& gather);
bool child_of_gather_ended(Block& gather, Block& child);

/// The value of a Future<void> among others.
template <class T>
using Gathered = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// What is gathered of a child that has ended: its outcome, copied if it can be, else taken.
template <class T>
Result<T> gathered(Block& child) {
  if (child.state != State::value) return tl::unexpected<Error>{input_error(&child, false)};
  if constexpr (std::is_copy_constructible_v<Result<T>>)
    return result_of<T>(child);
  else
    return take_result<T>(child);
}

template <class T>
Gathered<T> value_of_gathered(Result<T>& result) {
  if constexpr (std::is_void_v<T>)
    return {};
  else
    return std::move(*result);
}

/// The first error among `results`, `none` if all have values. A value may be gone by now: somebody
/// took it, or the same move-only one was given twice.
template <class... Ts>
Error first_error(const Result<Ts>&... results) {
  Error error;
  static_cast<void>((... && (results ? true : (error = results.error(), false))));
  return error;
}

/// Gathers into a `Whole`: when all children have ended, `Collect` ends the gather with that.
template <class Whole, class Collect, std::uint8_t EndsAlsoOn>
struct Gathering {
  static Block* run(Block& gather, Block*, bool) {
    Collect::end(gather, payload<GatherState>(gather).first);
    return nullptr;
  }

  static constexpr ParentOperations kOperations{
      {{{cancel_gathered, release_nodes}, close_future},
       &kResultOperations<Whole>,
       run,
       leave_queue,
       static_cast<std::uint8_t>(bit(State::value) | EndsAlsoOn),
       cancel_gather},
      child_of_gather_ended};

  static Future<Whole> begin(Loop& owner, Block* const* children, std::size_t count) {
    static_assert(fits<sizeof(Result<Whole>), kPayloadBytes>());
    Block* const gather = make_parent(owner, kOperations, children, count);
    if (gather != nullptr) construct_state(*gather);
    return Future<Whole>{owner, gather};
  }

  static void construct_state(Block& gather) {
    const Parent parent = payload<Parent>(gather);
    construct<GatherState, kPayloadBytes>(gather.payload, GatherState{parent, false});
  }
};

inline constexpr std::uint8_t kAnyOutcome = bit(State::error) | bit(State::cancelled);

/// The block whose outcome is next, and on to the one behind it.
inline Block& take_child(Block*& node) {
  Block& child = child_of(*node);
  node = next_node(*node);
  return child;
}

// Braces below: the children are looked at from left to right.

template <class... Ts>
struct CollectResults {
  using Whole = std::tuple<Result<Ts>...>;
  static Whole from(Block* node) { return Whole{gathered<Ts>(take_child(node))...}; }
  static void end(Block& gather, Block* node) {
    Whole results = from(node);
    let_go(gather);
    set_value<Whole>(gather, std::move(results));
  }
};

template <class... Ts>
struct CollectValues {
  using Whole = std::tuple<Gathered<Ts>...>;
  static void end(Block& gather, Block* node) {
    auto results = CollectResults<Ts...>::from(node);
    let_go(gather);
    const Error error = std::apply(first_error<Ts...>, results);
    if (error.code != Errc::none) return set_failed(gather, error);
    std::apply(
        [&gather](Result<Ts>&... values) {
          set_value<Whole>(gather, value_of_gathered<Ts>(values)...);
        },
        results);
  }
};

template <class T, class Indices>
struct CollectArray;
template <class T, std::size_t... Is>
struct CollectArray<T, std::index_sequence<Is...>> {
  using Whole = std::array<T, sizeof...(Is)>;
  static void end(Block& gather, Block* node) {
    Result<T> results[] = {(static_cast<void>(Is), gathered<T>(take_child(node)))...};
    let_go(gather);
    const Error error = first_error(results[Is]...);
    if (error.code != Errc::none) return set_failed(gather, error);
    set_value<Whole>(gather, Whole{{std::move(*results[Is])...}});
  }
};

}  // namespace detail

/// Ends with the values of all `futures` as a tuple in argument order (std::monostate for void), or
/// with the first error among them; the others then go on, and their errors count as looked at.
/// Cancelled: so are all that are pending; it ends when the first of them has.
/// Memory: one block, and one for each future, until it is done. If one is missing: out_of_blocks,
/// and the futures are untouched. Cost: O(n). Errors: those of the futures, cancelled,
/// out_of_blocks.
template <class T, class... Ts>
Future<std::tuple<detail::Gathered<T>, detail::Gathered<Ts>...>> gather(
    const Future<T>& first, const Future<Ts>&... futures) {
  using namespace detail;
  Loop* const owner = common_loop(first, futures...);
  if (owner == nullptr) return {};
  Block* const children[] = {first.block(), futures.block()...};
  return Gathering<std::tuple<Gathered<T>, Gathered<Ts>...>, CollectValues<T, Ts...>, 0>::begin(
      *owner, children, 1 + sizeof...(Ts));
}

/// The same with the outcome of each as a Result, when all have ended; it fails only if it is
/// cancelled or finds no block.
template <class T, class... Ts>
Future<std::tuple<Result<T>, Result<Ts>...>> gather(ReturnErrors, const Future<T>& first,
                                                    const Future<Ts>&... futures) {
  using namespace detail;
  Loop* const owner = common_loop(first, futures...);
  if (owner == nullptr) return {};
  Block* const children[] = {first.block(), futures.block()...};
  return Gathering<std::tuple<Result<T>, Result<Ts>...>, CollectResults<T, Ts...>,
                   kAnyOutcome>::begin(*owner, children, 1 + sizeof...(Ts));
}

/// The same for `N` futures of one type, which is not void.
template <class T, std::size_t N>
Future<std::array<T, N>> gather(const std::array<Future<T>, N>& futures) {
  using namespace detail;
  static_assert(N != 0, "eyelet: gather: nothing to gather");
  Block* children[N];
  for (std::size_t i = 0; i < N; ++i) {
    if (futures[i].loop() == nullptr) return {};
    children[i] = futures[i].block();
  }
  return Gathering<std::array<T, N>, CollectArray<T, std::make_index_sequence<N>>, 0>::begin(
      *futures[0].loop(), children, N);
}

}  // namespace eyelet
