// SPDX-License-Identifier: BSL-1.0
// permits: locks and semaphores. A permit is free, held, or on its way to somebody.
#pragma once

#include <optional>
#include <tests/simulate/waits.hpp>

namespace simulate {

/// A guard whose model hears of its end first. `Part` is the model.
template <class Part, class Resource>
struct HeldGuard {
  eyelet::Guard<Resource> guard;
  Part* part = nullptr;

  HeldGuard() = default;
  HeldGuard(eyelet::Guard<Resource>&& taken, Part& of) : guard{std::move(taken)}, part{&of} {}
  HeldGuard(HeldGuard&&) noexcept = default;
  HeldGuard& operator=(HeldGuard&& other) noexcept {
    let_go();
    guard = std::move(other.guard);
    part = other.part;
    return *this;
  }
  ~HeldGuard() { let_go(); }
  void let_go() {
    if (guard) part->goes();
    guard.release();
  }
};

/// A lock and who has it.
class LockPart {
 public:
  using Held = HeldGuard<LockPart, eyelet::Lock>;
  using Guard = eyelet::Guard<eyelet::Lock>;
  struct Role {
    using Held = LockPart::Held;
    LockPart* part;
    void served(const Waiting&, const Guard&) { part->comes(); }
    Held take(Guard&& guard) { return Held{std::move(guard), *part}; }
    void drop(const Guard&) { part->goes(); }
    void keep(std::size_t actor, Held&& held) { part->hands[actor] = std::move(held); }
  };

  explicit LockPart(Scene& scene) : waits{scene, Role{this}}, lock{std::in_place, scene.loop} {}

  void acquire(Shape shape, std::size_t slot, const How& how);
  void try_acquire(std::size_t actor);
  void release(std::size_t actor) { hands[actor].let_go(); }
  void detach(std::size_t actor);
  void release_detached();
  /// As the resource of a with: asked to enter and told to leave.
  Future<Guard> enter(int id);
  Result<void> leave();
  /// `quiet`: nothing is ready, and so nobody on his way.
  void renew(bool quiet);

  /// The lock is somebody's now, and then nobody's.
  void comes();
  void goes();
  void check() const { expect(!owned || lock->locked(), "a lock that is held is not locked"); }
  void check_quiet() const;
  void end();

  Waits<Guard, Role> waits;
  std::optional<eyelet::Lock> lock;
  std::array<Held, kMostActors> hands;
  bool owned = false;
  bool detached = false;
};

/// A semaphore, and how many permits there are.
class SemaphorePart {
 public:
  using Held = HeldGuard<SemaphorePart, eyelet::Semaphore>;
  using Guard = eyelet::Guard<eyelet::Semaphore>;
  struct Role {
    using Held = SemaphorePart::Held;
    SemaphorePart* part;
    void served(const Waiting&, const Guard&) { ++part->taken; }
    Held take(Guard&& guard) { return Held{std::move(guard), *part}; }
    void drop(const Guard&) { part->goes(); }
    void keep(std::size_t actor, Held&& held) { part->hands[actor] = std::move(held); }
  };

  SemaphorePart(Scene& scene, std::size_t permits, bool bounded);

  void acquire(Shape shape, std::size_t slot, const How& how);
  void try_acquire(std::size_t actor);
  void release(std::size_t actor) { hands[actor].let_go(); }
  /// Releases without having acquired.
  void add();
  void renew(bool quiet);

  void goes();
  void check() const;
  void check_quiet() const;
  void end();

  Waits<Guard, Role> waits;
  std::array<Held, kMostActors> hands;
  std::size_t taken = 0;

 private:
  void make();
  bool at_bound() const { return bounded_ && semaphore_->value() >= permits_; }

  std::optional<eyelet::BoundedSemaphore> bounded_semaphore_;
  std::optional<eyelet::Semaphore> unbounded_semaphore_;
  eyelet::Semaphore* semaphore_ = nullptr;
  std::size_t permits_;
  std::size_t total_;
  bool bounded_;
};

}  // namespace simulate
