// SPDX-License-Identifier: BSL-1.0
// with: enters a resource, runs a body, leaves the resource once on every path. Floor 7.
//
//   entering --(1)--> in the body --(2)--> leaving --(3)--> done
//      |                                                     ^
//      +------------------------(4)--------------------------+
//
//   (1) entered   (2) the body has ended, its outcome is kept   (3) left; an error of that takes
//   the outcome's place   (4) not entered: nothing to leave
//
// All of it in one block that is there from the start: leaving cannot fail for want of memory of
// ours.
#pragma once

#include <eyelet/then.hpp>

namespace eyelet {
namespace detail {

template <class Resource, class = void>
struct HasExit : std::false_type {};
template <class Resource>
struct HasExit<Resource, std::void_t<decltype(std::declval<Resource&>().exit())>> : std::true_type {
};

template <class Resource, class Fn>
struct With {
  static_assert(std::is_invocable_v<Fn&>, "eyelet: with: the body is called without arguments");
  using Returned = std::invoke_result_t<Fn&>;
  using T = value_of<Returned>;
  static constexpr bool kExits = HasExit<Resource>::value;

  enum class Phase : std::uint8_t { entering, body, leaving };

  struct Scope {
    Scope(Resource& entered, Fn&& body) : resource{&entered}, fn{std::move(body)} {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() {
      if (phase == Phase::entering)
        fn.~Fn();
      else if (phase == Phase::leaving)
        outcome.~expected();
      else if constexpr (!kExits)
        static_cast<void>(resource->release());  // the loop was closed
    }

    Resource* resource;
    Phase phase = Phase::entering;
    union {
      Fn fn;              // until the body was called
      Result<T> outcome;  // while leaving
    };
  };

  static auto enter(Resource& resource) {
    if constexpr (kExits)
      return resource.enter();
    else
      return resource.acquire();
  }

  static Block* run(Block& stage, Block* input) {
    Scope& scope = payload<Scope>(stage);
    const bool cancelled = has_flag(stage, kInputCancelled);
    const bool failed = cancelled || input->state != State::value;
    switch (scope.phase) {
      case Phase::entering:
        if (!failed) return call_body(stage, scope, *input);
        if (cancelled && input->state == State::value && kExits)
          return leave(stage, scope, failure(Errc::cancelled), true);
        break;
      case Phase::body:
        if (failed) return leave(stage, scope, failure(input_error(stage, input)));
        return leave(stage, scope, take_or_copy(*input));
      case Phase::leaving:
        if (!failed) return end(stage, scope);
        break;
    }
    if (scope.phase == Phase::leaving) report_replaced(stage, scope);
    scope.~Scope();
    copy_outcome(stage, input);
    return nullptr;
  }

  // What was acquired is ours from here on: a guard that came with it lets go.
  static Block* call_body(Block& stage, Scope& scope, Block& entered) {
    if constexpr (!kExits)
      result_of<typename decltype(enter(*scope.resource))::value_type>(entered)->detach();
    if constexpr (std::is_void_v<Returned>) {
      scope.fn();
      return leave(stage, scope, Result<void>{}, true);
    } else {
      Returned returned = scope.fn();
      if constexpr (IsFuture<Returned>::value) {
        if (returned.block() == nullptr)
          return leave(stage, scope, failure(returned.no_block()), true);
        // Cannot be awaited, and leaving must not hang on that.
        if (returned.block() == &stage || returned.loop() != stage.loop)
          return leave(stage, scope, failure(Errc::invalid_state), true);
        scope.fn.~Fn();
        scope.phase = Phase::body;
        return std::move(returned).give_away().block();
      } else {
        return leave(stage, scope, Result<T>{std::move(returned)}, true);
      }
    }
  }

  static Result<T> take_or_copy(Block& input) {
    if constexpr (std::is_copy_constructible_v<Result<T>>)
      return result_of<T>(input);
    else
      return take_result<T>(input);
  }

  static Block* leave(Block& stage, Scope& scope, Result<T>&& outcome, bool body_is_there = false) {
    if (body_is_there) scope.fn.~Fn();
    scope.phase = Phase::leaving;
    ::new (static_cast<void*>(&scope.outcome)) Result<T>(std::move(outcome));
    if constexpr (kExits) {
      Future<void> left = scope.resource->exit();
      if (left.block() != nullptr) return std::move(left).give_away().block();
      return fail_to_leave(stage, scope, left.error());
    } else {
      const Result<void> left = scope.resource->release();
      if (!left) return fail_to_leave(stage, scope, left.error());
      return end(stage, scope);
    }
  }

  // Not inline: 16 bytes of stack less.
  [[gnu::noinline]] static Block* fail_to_leave(Block& stage, Scope& scope, Error error) {
    report_replaced(stage, scope);
    scope.outcome.~expected();  // all that there is by now, and shorter than ~Scope()
    set_failed(stage, error.code, error.detail);
    return nullptr;
  }

  // The body's outcome gives way to another one: nobody will look at it any more.
  static void report_replaced(Block& stage, const Scope& scope) {
    if (scope.outcome) return;
    const Error error = scope.outcome.error();
    if (error.code != Errc::cancelled) stage.loop->report(error.code, error.detail);
  }

  static Block* end(Block& stage, Scope& scope) {
    Result<T> outcome{std::move(scope.outcome)};
    scope.outcome.~expected();
    set_outcome<T>(stage, std::move(outcome));
    return nullptr;
  }

  static constexpr StageOperations kOperations{
      {{run_chain, destructor<Scope>()},
       &kResultOperations<T>,
       bit(State::value) | bit(State::error) | bit(State::cancelled) | kRunsAgain},
      run};
};

}  // namespace detail

/// The async with: enters `resource`, runs `body()`, leaves the resource once, whatever happens,
/// and ends as the body did. A resource has `acquire()` -> Future of a guard, and `release()`; or
/// `enter()` -> Future and `exit()` -> Future<void>, which is awaited. An error of leaving takes
/// the place of the body's outcome; an error of the body is then reported. Nested ones leave in
/// reverse order. `resource` must outlive it. Memory: one block, besides what entering and `body`
/// use. Errors: those of entering, of `body` and of leaving, cancelled, out_of_blocks. Cancelled:
/// so is what it waits for.
template <class Resource, class F>
auto with(Resource& resource, F&& body) {
  using namespace detail;
  using W = With<Resource, std::decay_t<F>>;
  static_assert(fits<sizeof(Result<typename W::T>), kPayloadBytes>());
  auto entered = W::enter(resource);
  Loop* const owner = entered.loop();
  if (owner == nullptr) return Future<typename W::T>{};
  Block* const stage = entered.block() == nullptr
                           ? nullptr
                           : begin_future(*owner, Kind::stage, W::kOperations).block();
  if (stage != nullptr) {
    construct<typename W::Scope, kPayloadBytes>(stage->payload, resource,
                                                std::decay_t<F>(std::forward<F>(body)));
    attach(*stage, *entered.block());
  } else {
    entered.cancel();  // or it would enter, and nobody leave
  }
  return Future<typename W::T>{*owner, stage};
}

}  // namespace eyelet
