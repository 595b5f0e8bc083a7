// SPDX-License-Identifier: BSL-1.0
#include <tests/simulate/futures.hpp>

namespace simulate {
namespace {

/// An outcome that a callable is given is that of its source.
void gives(Scene& scene, int source, const Result<Value>& outcome) {
  if (outcome)
    scene.nodes.saw_value(source, outcome->node);
  else if (outcome.error().code == Errc::user)
    scene.nodes.saw_error(source, false, outcome.error().detail);
}

/// With `kTakes` the value goes with it.
template <bool kLater, bool kTakes>
class Then {
 public:
  Then(int source, Script script) : script_{std::move(script)}, source_{source} {}
  Returned<kLater> operator()(std::conditional_t<kTakes, Value&&, const Value&> value) {
    const Turn turn{script_.scene()};
    expect(!script_.model().no_value, "a success continuation runs after a cancel");
    script_.scene().nodes.saw_value(source_, value.node);
    if constexpr (kTakes) script_.scene().nodes.took_value(source_);
    return script_.run<kLater>();
  }

 private:
  Script script_;
  int source_;
};

template <bool kLater>
class OrElse {
 public:
  OrElse(int source, Script script) : script_{std::move(script)}, source_{source} {}
  Returned<kLater> operator()(Error error) {
    const Turn turn{script_.scene()};
    expect(error.code != Errc::none, "or_else runs without an error");
    gives(script_.scene(), source_, eyelet::failure(error.code, error.detail));
    return script_.run<kLater>();
  }

 private:
  Script script_;
  int source_;
};

bool holds_task(const Scene& scene, const Slot& slot) {
  return slot.node != kNoNode && scene.nodes[slot.node].kind == Kind::task &&
         slot.future.block() != nullptr;
}

/// One more handle to the task in `slot`, as create_task() gave it.
eyelet::Task<Value> task_in(Slot slot) {
  return {*slot.future.loop(), std::move(slot.future).give_away().block()};
}

unsigned requests(const Scene& scene, const Slot& slot) {
  return holds_task(scene, slot) ? task_in(slot).cancelling() : 0;
}

/// Makes nothing of a value.
class Ignore {
 public:
  explicit Ignore(Script script) : script_{std::move(script)} {}
  void operator()(const Value&) {
    const Turn turn{script_.scene()};
    script_.perform();
  }

 private:
  Script script_;
};

template <bool kLater>
class Finally {
 public:
  explicit Finally(Script script) : script_{std::move(script)} {}
  auto operator()() -> std::conditional_t<kLater, Future<void>, Result<void>> {
    const Turn turn{script_.scene()};
    script_.perform();
    if constexpr (kLater) {
      return ignoring(script_.later(Nothing{}));
    } else {
      script_.model().done = true;
      if (script_.fails()) return eyelet::failure(script_.error());
      return {};
    }
  }

 private:
  Future<void> ignoring(const Future<Value>& future) {
    Scene& scene = script_.scene();
    const int node = scene.nodes.add(Kind::then, 1, script_.model().inner);
    Future<void> ignored = future.then(Ignore{Script{scene, node, kPlain}});
    if (ignored.block() == nullptr) scene.nodes[node].done = true;
    scene.await(script_.node(), node);
    return ignored;
  }

  Script script_;
};

/// Behind a gather: each outcome that came is that of its source.
class Gathered {
 public:
  Gathered(Scene& scene, int node) : script_{scene, node, kPlain} {}

  Result<Value> operator()(const std::tuple<Value, Value>& values) {
    return end(std::get<0>(values), std::get<1>(values));
  }
  Result<Value> operator()(const std::tuple<Result<Value>, Result<Value>>& results) {
    return end(std::get<0>(results), std::get<1>(results));
  }
  Result<Value> operator()(const std::array<Value, 2>& values) { return end(values[0], values[1]); }

  Result<Value> end(const Result<Value>& first, const Result<Value>& second) {
    const Turn turn{script_.scene()};
    expect(!script_.model().no_value, "a success continuation runs after a cancel");
    gives(script_.scene(), script_.model().sources[0], first);
    gives(script_.scene(), script_.model().sources[1], second);
    script_.perform();
    return script_.outcome();
  }

 private:
  Script script_;
};

/// The same, with the outcomes in storage.
template <class Outcome>
class Stored {
 public:
  Stored(Gathered gathered, const std::array<Outcome, 2>& outcomes)
      : gathered_{std::move(gathered)}, outcomes_{&outcomes} {}
  Result<Value> operator()() { return gathered_.end((*outcomes_)[0], (*outcomes_)[1]); }

 private:
  Gathered gathered_;
  const std::array<Outcome, 2>* outcomes_;
};

/// Behind a wait: what must be done is, and no more is said to be.
class Waited {
 public:
  Waited(Scene& scene, int node, bool limited, bool heeds_errors)
      : script_{scene, node, kPlain}, limited_{limited}, heeds_errors_{heeds_errors} {}

  Result<Value> operator()(eyelet::Done done) {
    for (std::size_t place = 0; place < 2; ++place) {
      const Future<Value>* const source = held(place);
      expect(source == nullptr || source->done() == done[place],
             "wait() tells wrongly what is done");
    }
    return (*this)();
  }
  Result<Value> operator()() {
    const Turn turn{script_.scene()};
    expect(!script_.model().no_value, "a success continuation runs after a cancel");
    expect(limited_ || satisfied(held(0), held(1)), "wait() ends too early");
    script_.perform();
    return script_.outcome();
  }

 private:
  /// A source of which a handle is left, else null.
  const Future<Value>* held(std::size_t place) const {
    for (const Slot& slot : script_.scene().slots)
      if (slot.node != kNoNode && slot.node == script_.model().sources[place]) return &slot.future;
    return nullptr;
  }

  bool satisfied(const Future<Value>* a, const Future<Value>* b) const {
    if (a == nullptr || b == nullptr || (a->done() && b->done())) return true;
    if (script_.model().kind == Kind::wait_any) return a->done() || b->done();
    const Future<Value>& first = a->done() ? *a : *b;
    return heeds_errors_ && first.done() && !first.cancelled() && first.error().code != Errc::none;
  }

  Script script_;
  bool limited_;
  bool heeds_errors_;
};

}  // namespace

void FuturePart::create(std::size_t promise, std::size_t into) {
  const int node = scene_.nodes.add(Kind::promise, 1);
  Slot fresh{scene_.loop.create_future<Value>(), node};
  scene_.keep(into, fresh.future, node);
  std::swap(promises_[promise], fresh);
}

void FuturePart::set_result(std::size_t promise) {
  const Slot slot = promises_[promise];
  if (slot.node == kNoNode || slot.future.block() == nullptr) return;
  const bool takes = !slot.future.done() || slot.future.cancelled();
  expect(slot.future.set_result(slot.node).has_value() == takes, "set_result() says wrongly");
  scene_.nodes[slot.node].done = true;
}

void FuturePart::set_error(std::size_t promise, Errc code) {
  const Slot slot = promises_[promise];
  if (slot.node == kNoNode || slot.future.block() == nullptr) return;
  const bool takes = !slot.future.done() || slot.future.cancelled();
  expect(slot.future.set_error(code, slot.node).has_value() == takes, "set_error() says wrongly");
  scene_.nodes[slot.node].done = true;
}

void FuturePart::drop_promise(std::size_t promise) {
  const Slot goes = std::exchange(promises_[promise], Slot{});
}

void FuturePart::take(std::size_t slot) {
  const Slot source = scene_.slots[slot];
  if (source.node == kNoNode) return;
  const Result<Value> taken = source.future.take();
  if (!source.future.done()) return;
  gives(scene_, source.node, taken);
  if (taken) scene_.nodes.took_value(source.node);
}

void FuturePart::then(std::size_t slot, bool takes, std::size_t into, const How& how) {
  const Slot source = scene_.slots[slot];
  if (source.node == kNoNode) return;
  const int node = scene_.nodes.add(Kind::then, 1, source.node);
  Script script{scene_, node, how};
  const auto stage = [&](auto later) {
    if (!takes) return source.future.then(Then<later, false>{source.node, std::move(script)});
    return source.future.then(Then<later, true>{source.node, std::move(script)});
  };
  scene_.keep(into, by_return(how, stage), node);
}

void FuturePart::or_else(std::size_t slot, std::size_t into, const How& how) {
  const Slot source = scene_.slots[slot];
  if (source.node == kNoNode) return;
  const int node = scene_.nodes.add(Kind::or_else, 1, source.node);
  scene_.keep(
      into,
      by_return(
          how,
          [&](auto later) {
            return source.future.or_else(OrElse<later>{source.node, Script{scene_, node, how}});
          }),
      node);
}

void FuturePart::finally(std::size_t slot, std::size_t into, const How& how) {
  const Slot source = scene_.slots[slot];
  if (source.node == kNoNode) return;
  const int node = scene_.nodes.add(Kind::finally, 1, source.node);
  scene_.keep(into,
              by_return(how,
                        [&](auto later) {
                          return source.future.finally(Finally<later>{Script{scene_, node, how}});
                        }),
              node);
}

void FuturePart::create_task(std::size_t into, const How& how) {
  const int node = scene_.nodes.add(Kind::task, 1);
  scene_.keep(into,
              by_return(how,
                        [&](auto later) -> Future<Value> {
                          return scene_.loop.create_task(Body<later>{Script{scene_, node, how}});
                        }),
              node);
}

void FuturePart::visit_tasks(const Deed& deed) {
  if (std::exchange(visiting_, true)) return;
  std::vector<const void*> visited;
  scene_.loop.for_each_task([&](const eyelet::AnyFuture& task) {
    const Turn turn{scene_};
    expect(!task.done(), "a task is listed that has ended");
    for (const void* other : visited) expect(other != task.block(), "a task is listed twice");
    visited.push_back(task.block());
    if (visited.size() == 1) scene_.perform(deed);
  });
  visiting_ = false;
}

void FuturePart::cancel(std::size_t slot) {
  const Slot there = scene_.slots[slot];
  if (there.node == kNoNode) return;
  const bool done = there.future.done();
  const bool recovers = scene_.nodes.may_recover(there.node);
  const bool soon = scene_.nodes.ends_soon(there.node);
  const unsigned requests_before = requests(scene_, there);
  const unsigned disturbances = ++scene_.disturbances;
  const bool asked = there.future.cancel();
  expect(asked == !done || (!asked && scene_.destroying != 0), "cancel() says wrongly");
  if (!asked) return;
  scene_.nodes.cancel(there.node, recovers, soon);
  expect(!holds_task(scene_, there) || scene_.circular || scene_.disturbances != disturbances ||
             requests(scene_, there) == requests_before + 1,
         "a task does not count a request");
  expect(scene_.nodes[there.node].kind != Kind::promise || there.future.cancelled(),
         "a promise that was cancelled has not ended");
}

void FuturePart::uncancel(std::size_t slot) {
  const Slot there = scene_.slots[slot];
  if (!holds_task(scene_, there)) return;
  ++scene_.disturbances;
  const eyelet::Task<Value> task = task_in(there);
  const unsigned before = task.cancelling();
  const unsigned left = task.uncancel();
  expect(left == (before == 0 ? 0 : before - 1), "uncancel() says wrongly");
  expect(left == task.cancelling(), "uncancel() says something else than cancelling()");
  if (before != 0 && left == 0) scene_.nodes.uncancel(there.node);
}

void FuturePart::drop(std::size_t slot) {
  const Slot goes = std::exchange(scene_.slots[slot], Slot{});
}

void FuturePart::copy(std::size_t slot, std::size_t into) {
  Slot copied = scene_.slots[slot];
  std::swap(scene_.slots[into], copied);
}

Errc FuturePart::run_until_complete(const Slot& awaited) {
  const Result<Value> outcome = scene_.loop.run_until_complete(awaited.future);
  if (awaited.future.done()) gives(scene_, awaited.node, outcome);
  if (!outcome) return outcome.error().code;
  scene_.nodes.took_value(awaited.node);
  return Errc::none;
}

void FuturePart::shield(std::size_t slot, std::size_t into) {
  const Slot source = scene_.slots[slot];
  if (source.node == kNoNode) return;
  const int node = scene_.nodes.add(Kind::shield, 1, source.node);
  scene_.keep(into, eyelet::shield(source.future), node);
}

void FuturePart::wait_for(std::size_t slot, eyelet::Duration limit, std::size_t into) {
  const Slot source = scene_.slots[slot];
  if (source.node == kNoNode) return;
  const int node = scene_.nodes.add(Kind::wait_for, 2, source.node);
  ++scene_.disturbances;
  scene_.keep(into, eyelet::wait_for(source.future, limit), node);
}

void FuturePart::gather(std::size_t first, std::size_t second, std::size_t whole,
                        std::size_t into) {
  const Slot a = scene_.slots[first];
  const Slot b = scene_.slots[second];
  if (a.node == kNoNode || b.node == kNoNode) return;
  const bool errors_too = whole == 1 || whole == 4;
  const int node =
      scene_.nodes.add(errors_too ? Kind::gather_all : Kind::gather, 4, a.node, b.node);
  const auto keep = [&](auto gather, auto callable) {
    scene_.keep(into, gather.then(std::move(callable)), node);
  };
  Gathered gathered{scene_, node};
  const std::array both{a.future, b.future};
  if (whole == 0) return keep(eyelet::gather(a.future, b.future), std::move(gathered));
  if (whole == 1)
    return keep(eyelet::gather(eyelet::kReturnErrors, a.future, b.future), std::move(gathered));
  if (whole == 2) return keep(eyelet::gather(both), std::move(gathered));
  if (whole == 3) {
    auto& values = values_.emplace_back(std::array{Value{kNoNode}, Value{kNoNode}});
    return keep(eyelet::gather(scene_.loop, both.data(), both.size(), values.data()),
                Stored{std::move(gathered), values});
  }
  auto& outcomes = outcomes_.emplace_back(
      std::array<Result<Value>, 2>{eyelet::failure(Errc::user), eyelet::failure(Errc::user)});
  keep(
      eyelet::gather(eyelet::kReturnErrors, scene_.loop, both.data(), both.size(), outcomes.data()),
      Stored{std::move(gathered), outcomes});
}

void FuturePart::wait(Form form, std::size_t first, std::size_t second, std::size_t when,
                      std::size_t into) {
  const Slot a = scene_.slots[first];
  const Slot b = scene_.slots[second];
  if (a.node == kNoNode || b.node == kNoNode) return;
  const auto until = static_cast<eyelet::ReturnWhen>(when % 3);
  const bool limited = when >= 3;
  const int node = scene_.nodes.add(
      until == eyelet::ReturnWhen::first_completed ? Kind::wait_any : Kind::wait_all, 5, a.node,
      b.node);
  const auto keep = [&](auto wait) {
    const bool heeds_errors = until == eyelet::ReturnWhen::first_error;
    scene_.keep(into, wait.then(Waited{scene_, node, limited, heeds_errors}), node);
  };
  const std::array<eyelet::AnyFuture, 2> any{a.future, b.future};
  const Future<Value> both[] = {a.future, b.future};
  switch (form) {
    case Form::arguments:
      return keep(limited ? eyelet::wait(until, 1ms, a.future, b.future)
                          : eyelet::wait(until, a.future, b.future));
    case Form::array:
      return keep(limited ? eyelet::wait(until, 1ms, any) : eyelet::wait(until, any));
    case Form::number:
      return keep(limited ? eyelet::wait(until, 1ms, scene_.loop, both, 2)
                          : eyelet::wait(until, scene_.loop, both, 2));
  }
}

void FuturePart::check_quiet() const {
  for (const Slot& slot : scene_.slots) {
    if (!holds_task(scene_, slot)) continue;
    const Node& n = scene_.nodes[slot.node];
    expect(n.ran || n.pardoned || !slot.future.cancelled() || requests(scene_, slot) != 0,
           "a task ended cancelled though nobody asks for it");
  }
}

void FuturePart::list_held(std::vector<int>& held) const {
  for (const Slot& promise : promises_) held.push_back(promise.node);
}

void FuturePart::end() {
  for (Slot& promise : promises_) promise = Slot{};
}

void FuturePart::end_storage() {
  values_.clear();
  outcomes_.clear();
}

}  // namespace simulate
