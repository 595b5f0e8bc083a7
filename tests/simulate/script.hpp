// SPDX-License-Identifier: BSL-1.0
// script: what the callable of a stage or task does. It has a node in the model.
#pragma once

#include <tests/simulate/scene.hpp>

namespace simulate {

/// What a callable keeps that was given nothing.
struct Nothing {};

/// What a callable returns: at once, or later.
template <bool kLater>
using Returned = std::conditional_t<kLater, Future<Value>, Result<Value>>;

/// `make` with std::true_type for a callable that returns a future, else with std::false_type.
template <class F>
auto by_return(const How& how, F make) {
  return how.waits() ? make(std::true_type{}) : make(std::false_type{});
}

/// Returns a value, and does nothing else.
inline constexpr How kPlain{Returns::value, 0, 0, {}};

class Script {
 public:
  Script(Scene& scene, int node, const How& how)
      : capture_{scene, how.deed},
        node_{node},
        returns_{how.returns},
        other_{how.other},
        actor_{how.actor} {
    scene.nodes[node].waits = how.waits();
  }
  Script(Script&&) noexcept = default;
  ~Script() {
    if (capture_.here()) model().gone = true;
  }

  Scene& scene() const { return capture_.scene(); }
  bool here() const { return capture_.here(); }
  int node() const { return node_; }
  std::size_t actor() const { return actor_; }
  Node& model() const { return scene().nodes[node_]; }

  /// It runs, and has been given what it is given.
  void perform() const {
    model().ran = true;
    capture_.perform();
  }

  /// The same, and what it then returns.
  template <bool kLater>
  Returned<kLater> run() const {
    perform();
    if constexpr (kLater)
      return later(Nothing{});
    else
      return outcome();
  }

  bool fails() const { return returns_ == Returns::error || returns_ == Returns::cancelled; }
  Error error() const {
    return Error{returns_ == Returns::error ? Errc::user : Errc::cancelled, node_};
  }

  /// What it returns at once.
  Result<Value> outcome() const {
    model().done = true;
    if (fails()) return eyelet::failure(error());
    return Value{node_};
  }

  /// The future that it returns; `held` goes when that has ended.
  template <class Held>
  Future<Value> later(Held held) const;

 private:
  Capture capture_;
  int node_;
  Returns returns_;
  std::uint8_t other_;
  std::uint8_t actor_;
};

/// What is called with nothing: the body of a task or scope, or a continuation.
template <bool kLater>
class Body {
 public:
  explicit Body(Script script) : script_{std::move(script)} {}
  Returned<kLater> operator()() {
    const Turn turn{script_.scene()};
    expect(!script_.model().no_value, "a body begins, or goes on, after its cancel");
    return script_.run<kLater>();
  }

 private:
  Script script_;
};

/// Keeps something until it is called or destroyed.
template <class Held>
class Rest : Body<false> {
 public:
  Rest(Script script, Held held) : Body{std::move(script)}, held_{std::move(held)} {}
  using Body::operator();

 private:
  Held held_;
};

/// A then behind `source`, which is cancelled if there is no block: it would run on for nobody.
template <class T, class F>
Future<Value> then_or_cancel(const Future<T>& source, F&& callable) {
  Future<Value> stage = source.then(std::forward<F>(callable));
  if (stage.block() == nullptr) source.cancel();
  return stage;
}

/// Keeps something behind a future, whose outcome it passes on.
template <class Held>
class RestBehind {
 public:
  RestBehind(Script script, Held held) : script_{std::move(script)}, held_{std::move(held)} {}
  void operator()() {
    const Turn turn{script_.scene()};
    script_.perform();
  }

 private:
  Script script_;
  Held held_;
};

template <class Held>
Future<Value> Script::later(Held held) const {
  Scene& there = scene();
  const Slot other = there.slots[other_];
  const bool sleeps = returns_ != Returns::other;
  if (!sleeps && other.node == kNoNode) return other.future;
  if (!sleeps && std::is_same_v<Held, Nothing>) {
    there.await(node_, other.node);
    return other.future;
  }
  const int node =
      sleeps ? there.nodes.add(Kind::leaf, 2) : there.nodes.add(Kind::finally, 1, other.node);
  there.await(node_, node);
  Script script{there, node, kPlain};
  const auto nap = returns_ == Returns::nap ? 0ms : 1ms;
  Future<Value> rest =
      sleeps ? eyelet::sleep(there.loop, nap).then(Rest<Held>{std::move(script), std::move(held)})
             : other.future.finally(RestBehind<Held>{std::move(script), std::move(held)});
  if (rest.block() == nullptr) there.nodes[node].done = true;
  return rest;
}

}  // namespace simulate
