// SPDX-License-Identifier: BSL-1.0
// waits: those who wait in one line of a primitive, in every shape that waiting has.
#pragma once

#include <tests/simulate/line.hpp>
#include <tests/simulate/script.hpp>

namespace simulate {

template <class T>
using Arrived = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// What the calls below ask the primitive's model, a `Role` that says
///   Held                         what to do with what was handed over, until it is destroyed
///   void served(Waiting, const Arrived<T>&)   somebody was served: is that right?
///   Held take(Arrived<T>&&)                   it is the model's now
///   void drop(const Arrived<T>&)              it goes with its future
///   void keep(std::size_t actor, Held&&)      the actor keeps it
template <class T, class Role>
class Waits;

/// The callable behind a wait.
template <class T, class Role, bool kLater>
class Watcher {
 public:
  Watcher(Waits<T, Role>& waits, int id, Script script)
      : script_{std::move(script)}, waits_{&waits}, id_{id} {}
  Watcher(Watcher&&) noexcept = default;
  ~Watcher() {
    if (script_.here() && !script_.model().ran) waits_->line.leave(id_);
  }

  Returned<kLater> serve(Arrived<T>&& given) {
    const Turn turn{script_.scene()};
    typename Role::Held held = waits_->receive(id_, std::move(given));
    script_.perform();
    if constexpr (kLater) {
      return script_.later(std::move(held));
    } else {
      if (!script_.fails()) waits_->role.keep(script_.actor(), std::move(held));
      return script_.outcome();
    }
  }

  template <class... None>
  auto operator()()
      -> std::enable_if_t<std::is_void_v<T> && sizeof...(None) == 0, Returned<kLater>> {
    return serve({});
  }
  Returned<kLater> operator()(Arrived<T>&& given) { return serve(std::move(given)); }
  Returned<kLater> operator()(std::tuple<Arrived<T>, std::monostate>&& given) {
    return serve(std::move(std::get<0>(given)));
  }

 private:
  Script script_;
  Waits<T, Role>* waits_;
  int id_;
};

/// A wait that nothing waits for.
template <class T, class Role>
class Spot final : public HeldWait {
 public:
  void begin(Waits<T, Role>& waits, Future<T> future, int id) {
    waits_ = &waits;
    future_ = std::move(future);
    id_ = id;
    seen_ = false;
  }
  bool used() const { return id_ >= 0; }
  int id() const { return id_; }

  void look() override { waits_->look(); }
  void see() {
    if (!used() || seen_ || !future_.done()) return;
    seen_ = true;
    if (const Result<T>& result = future_.result())
      waits_->role.served(waits_->line.serve(id_), value(result));
    else
      waits_->line.leave(id_);
  }

  void cancel() override {
    const bool pending = !future_.done();
    expect(future_.cancel() == pending, "cancel() says something else than done()");
    expect(!pending || future_.cancelled(), "a wait that was cancelled has not ended");
    waits_->look();
  }

  void drop() override {
    end([this] {
      if (!seen_) waits_->line.leave(id_);
      if (const Result<T>& result = future_.result()) waits_->role.drop(value(result));
    });
  }

  void take(std::size_t actor) override {
    end([this, actor] {
      if (!seen_) waits_->line.leave(id_);
      Result<T> result = future_.take();
      if (!result) return;
      if constexpr (std::is_void_v<T>)
        waits_->role.keep(actor, waits_->role.take({}));
      else
        waits_->role.keep(actor, waits_->role.take(std::move(*result)));
    });
  }

 private:
  static decltype(auto) value(const Result<T>& result) {
    if constexpr (std::is_void_v<T>)
      return std::monostate{};
    else
      return *result;
  }

  template <class F>
  void end(F last) {
    waits_->look();
    waits_->scene.forget(this);
    last();
    id_ = -1;
    const Future<T> goes = std::exchange(future_, Future<T>{});
  }

  Waits<T, Role>* waits_ = nullptr;
  Future<T> future_;
  int id_ = -1;
  bool seen_ = false;
};

template <class T, class Role>
class Waits {
 public:
  Waits(Scene& where, Role of, bool ordered = true) : role{of}, scene{where}, line{ordered} {}

  Role role;
  Scene& scene;
  Line line;

  /// `wait` has just begun; in `slot`, or if it is held as it is in that place, its future is kept.
  void begin(Future<T> wait, Shape shape, std::size_t slot, const How& how, bool called = false,
             int group = 0) {
    const int id = ticket();
    line.join(id, shape == Shape::held      ? Notice::at_once
                  : shape < Shape::shielded ? Notice::by_call
                                            : Notice::later);
    line.back().called = called;
    line.back().group = group;
    if (shape == Shape::held) return hold(std::move(wait), slot, id);
    // With those of what stands between, and of the sleep that it is gathered with.
    static constexpr std::size_t kBlocks[] = {1, 2, 4, 4, 3, 6};
    const int node = scene.nodes.add(Kind::leaf, kBlocks[static_cast<std::size_t>(shape)]);
    scene.keep(slot,
               by_return(how,
                         [&](auto later) {
                           return watch(
                               wait, shape,
                               Watcher<T, Role, later>{*this, id, Script{scene, node, how}});
                         }),
               node);
  }

  /// The name of the next to come.
  int ticket() { return ++last_; }

  /// Somebody's turn has come.
  typename Role::Held receive(int id, Arrived<T>&& given) {
    look();
    role.served(line.serve(id), given);
    return role.take(std::move(given));
  }

  /// Those that nothing waits for, in their order.
  void look() {
    Spot<T, Role>* const first = &spots_[spots_[0].id() < spots_[1].id() ? 0 : 1];
    first->see();
    spots_[first == &spots_[0] ? 1 : 0].see();
  }

 private:
  void hold(Future<T> wait, std::size_t place, int id) {
    Spot<T, Role>& spot = spots_[spots_[0].id() < spots_[1].id() ? 0 : 1];
    if (spot.used()) spot.drop();
    spot.begin(*this, std::move(wait), id);
    scene.hold(place % kHeld, &spot);
  }

  template <class Callable>
  Future<Value> watch(const Future<T>& wait, Shape shape, Callable watcher) {
    switch (shape) {
      case Shape::limited: return then_or_cancel(eyelet::wait_for(wait, 1ms), std::move(watcher));
      case Shape::hurried: return then_or_cancel(eyelet::wait_for(wait, 0ms), std::move(watcher));
      case Shape::shielded: return eyelet::shield(wait).then(std::move(watcher));
      case Shape::gathered:
        return eyelet::gather(wait, eyelet::sleep(scene.loop, 0ms)).then(std::move(watcher));
      default: return wait.then(std::move(watcher));
    }
  }

  std::array<Spot<T, Role>, 2> spots_;
  int last_ = 0;
};

}  // namespace simulate
