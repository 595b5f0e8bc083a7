// SPDX-License-Identifier: BSL-1.0
// gather: the results of several futures, in argument order. Floor 7.
#pragma once

#include <array>
#include <eyelet/children.hpp>
#include <eyelet/sleep.hpp>
#include <tuple>
#include <variant>

namespace eyelet {

/// First argument of gather(): every outcome is wanted, errors too.
struct ReturnErrors {};
inline constexpr ReturnErrors kReturnErrors{};

namespace detail {

/// The payload of a gather, and of one that writes to the caller's storage.
struct GatherState : Parent {
  bool cancelled;
  bool failed_before;  // a child had, when the cancel came
};
template <class Slot>
struct GatherInto : GatherState {
  Slot* slots;
};

void cancel_gathered(Block& gather);
void cancel_gather(Block& gather);
bool child_of_gather_ended(Block& gather, Block& child);

/// The value of a Future<void> among others.
template <class T>
using Gathered = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// The value of a gather.
template <class... Ts>
using GatheredAll =
    std::conditional_t<std::conjunction_v<std::is_void<Ts>...>, void, std::tuple<Gathered<Ts>...>>;

/// What is gathered of a child that has ended: its outcome, to be copied if it can be, else taken.
template <class T>
decltype(auto) gathered(Block& child) {
  if constexpr (std::is_copy_constructible_v<Result<T>>) {
    if (child.state != State::value) set_flag(child, kObserved);
    return std::as_const(result_of<T>(child));
  } else {
    return take_result<T>(child);
  }
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

inline constexpr std::uint8_t kFailed = bit(State::error) | bit(State::cancelled);

/// What gathers a `Whole`: when all children have ended, or one has in a way that does not run on,
/// `Collect` ends the gather.
template <class Whole, class Collect, std::uint8_t RunsAlsoOn>
struct Gathering {
  static void end(Block& gather) { Collect::end(gather, payload<GatherState>(gather).first); }

  static constexpr ParentOperations kOperations{
      {{{{cancel_gathered, drop_nodes},
         &kResultOperations<Whole>,
         static_cast<std::uint8_t>(bit(State::value) | RunsAlsoOn | kHearsOfCancel)},
        leave_cancelling},
       cancel_gather},
      end,
      child_of_gather_ended,
      static_cast<std::uint8_t>(kFailed & ~RunsAlsoOn)};

  template <class State = GatherState, class... Slots>
  static Future<Whole> begin(Loop& owner, const Held* children, std::size_t count, Slots... slots) {
    static_assert(fits<sizeof(Result<Whole>), kPayloadBytes>());
    Block* gather = begin_future(owner, Kind::wait, kOperations).block();
    if (gather != nullptr) {
      construct<State, kPayloadBytes>(gather->payload, State{GatherState{}, slots...});
      if (!add_children(*gather, children, count)) gather = nullptr;
    }
    return Future<Whole>{owner, gather};
  }
};

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
  static void end(Block& gather, Block* node) { set_value<Whole>(gather, from(node)); }
};

template <class... Ts>
struct CollectValues {
  using Whole = GatheredAll<Ts...>;
  static void end(Block& gather, Block* node) {
    auto results = CollectResults<Ts...>::from(node);
    const Error error = std::apply(first_error<Ts...>, results);
    if (error.code != Errc::none) return set_failed(gather, error.code, error.detail);
    if constexpr (std::is_void_v<Whole>)
      set_value<void>(gather);
    else
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
    const Error error = first_error(results[Is]...);
    if (error.code != Errc::none) return set_failed(gather, error.code, error.detail);
    set_value<Whole>(gather, Whole{{std::move(*results[Is])...}});
  }
};

/// Of any number of futures without a value.
struct CollectNothing {
  static void end(Block& gather, Block*) { set_value<void>(gather); }
};

/// Into storage of the caller's: values in `Slot`s, or outcomes where they are Results.
template <class T, class Slot>
struct CollectInto {
  static void end(Block& gather, Block* node) {
    Error error;
    for (Slot* slot = payload<GatherInto<Slot>>(gather).slots; node != nullptr; ++slot) {
      auto&& result = gathered<T>(take_child(node));
      using Outcome = decltype(result);
      if constexpr (std::is_same_v<Slot, Result<T>>)
        *slot = std::forward<Outcome>(result);
      else if (result)
        *slot = *std::forward<Outcome>(result);
      else if (error.code == Errc::none)
        error = result.error();
    }
    if (error.code != Errc::none) return set_failed(gather, error.code, error.detail);
    set_value<void>(gather);
  }
};

template <class F, class Slot, std::uint8_t RunsAlsoOn>
Future<void> gather_into(Loop& owner, const F* futures, std::size_t count, Slot* slots) {
  if (count == 0) return sleep(owner, Duration{0});
  using Collect = CollectInto<typename F::value_type, Slot>;
  return Gathering<void, Collect, RunsAlsoOn>::template begin<GatherInto<Slot>>(
      owner, held_by(futures), count, slots);
}

}  // namespace detail

/// Ends with the values of all `futures` as a tuple in argument order (std::monostate for void;
/// none at all if all are void), or with the first error among them; the others then go on, and
/// their errors count as looked at. Cancelled: so are all that are pending; it ends when the first
/// of them has. C++ leaves open which argument is evaluated first: what must begin in order stands
/// in an array, or in variables.
/// Memory: one block, and one for each future, until it is done. If one is missing: out_of_blocks,
/// and the futures are untouched. Cost: O(n). Errors: those of the futures, cancelled,
/// out_of_blocks, invalid_state (of two loops: the futures are untouched, too).
template <class T, class... Ts>
Future<detail::GatheredAll<T, Ts...>> gather(const Future<T>& first, const Future<Ts>&... futures) {
  using namespace detail;
  Loop* const owner = common_loop(first, futures...);
  if (owner == nullptr) return {};
  const Held children[] = {first.held(), futures.held()...};
  return Gathering<GatheredAll<T, Ts...>, CollectValues<T, Ts...>, 0>::begin(*owner, children,
                                                                             1 + sizeof...(Ts));
}

/// The same with the outcome of each as a Result, when all have ended; it fails only if it is
/// cancelled or finds no block.
template <class T, class... Ts>
Future<std::tuple<Result<T>, Result<Ts>...>> gather(ReturnErrors, const Future<T>& first,
                                                    const Future<Ts>&... futures) {
  using namespace detail;
  Loop* const owner = common_loop(first, futures...);
  if (owner == nullptr) return {};
  const Held children[] = {first.held(), futures.held()...};
  return Gathering<std::tuple<Result<T>, Result<Ts>...>, CollectResults<T, Ts...>, kFailed>::begin(
      *owner, children, 1 + sizeof...(Ts));
}

/// The same for `N` futures, or tasks, of one type: their values as an array, nothing if that is
/// void.
template <class F, std::size_t N>
auto gather(const std::array<F, N>& futures) {
  using namespace detail;
  static_assert(N != 0, "eyelet: gather: nothing to gather");
  using T = typename F::value_type;
  using Whole = std::conditional_t<std::is_void_v<T>, void, std::array<Gathered<T>, N>>;
  using Collect = std::conditional_t<std::is_void_v<T>, CollectNothing,
                                     CollectArray<Gathered<T>, std::make_index_sequence<N>>>;
  for (const F& future : futures)
    if (future.loop() == nullptr) return Future<Whole>{};
  return Gathering<Whole, Collect, 0>::begin(*futures[0].loop(), held_by(futures.data()), N);
}

/// The same for a number known at run time: the value of `futures[i]` is assigned to `values[i]`
/// when all have ended; upon an error only some are. `values` must outlive the gather, `futures`
/// need not. None: it is over in the next pass.
template <class F>
Future<void> gather(Loop& owner, const F* futures, std::size_t count,
                    typename F::value_type* values) {
  return detail::gather_into<F, typename F::value_type, 0>(owner, futures, count, values);
}
template <class F>
Future<void> gather(Loop& owner, const F* futures, std::size_t count) {
  using namespace detail;
  static_assert(std::is_void_v<typename F::value_type>,
                "eyelet: gather: behind the number stands an array for the values");
  if (count == 0) return sleep(owner, Duration{0});
  return Gathering<void, CollectNothing, 0>::begin(owner, held_by(futures), count);
}

/// The same with the outcome of each in `outcomes[i]`.
template <class F>
Future<void> gather(ReturnErrors, Loop& owner, const F* futures, std::size_t count,
                    Result<typename F::value_type>* outcomes) {
  return detail::gather_into<F, Result<typename F::value_type>, detail::kFailed>(owner, futures,
                                                                                 count, outcomes);
}

}  // namespace eyelet
