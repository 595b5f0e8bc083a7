// SPDX-License-Identifier: BSL-1.0
#include <tests/simulate/permits.hpp>

namespace simulate {

void LockPart::acquire(Shape shape, std::size_t slot, const How& how) {
  Future<Guard> wait = lock->acquire();
  if (!wait.done()) waits.begin(std::move(wait), shape, slot, how);
}

void LockPart::try_acquire(std::size_t actor) {
  waits.look();
  Guard guard = lock->try_acquire();
  if (!guard) return;
  waits.line.overtake();
  comes();
  hands[actor] = Held{std::move(guard), *this};
}

void LockPart::detach(std::size_t actor) {
  if (!hands[actor].guard) return;
  hands[actor].guard.detach();
  detached = true;
}

void LockPart::release_detached() {
  if (!detached && lock->locked()) return;  // somebody else's
  const bool locked = lock->locked();
  if (std::exchange(detached, false)) goes();
  expect(lock->release().has_value() == locked, "release() says something else than locked()");
}

Future<LockPart::Guard> LockPart::enter(int id) {
  Future<Guard> wait = lock->acquire();
  if (!wait.done()) waits.line.join(id, Notice::by_call);
  return wait;
}

Result<void> LockPart::leave() {
  goes();
  return lock->release();
}

// A guard must not outlive its lock.
void LockPart::renew(bool quiet) {
  waits.look();
  if (owned || (!quiet && waits.line.has_late())) return;
  waits.line.end_all();
  lock.emplace(waits.scene.loop);
}

void LockPart::comes() {
  expect(!owned, "a lock has two owners");
  expect(lock->locked(), "a lock was handed over that is not locked");
  owned = true;
}

void LockPart::goes() {
  expect(owned, "a lock is released that nobody has");
  owned = false;
}

void LockPart::check_quiet() const {
  expect(lock->locked() == owned, "a lock is held by nobody");
  expect(waits.line.empty() || owned, "someone waits for a lock that is free");
  waits.line.check_quiet();
}

void LockPart::end() {
  for (Held& hand : hands) hand.let_go();
  if (detached) release_detached();
}

SemaphorePart::SemaphorePart(Scene& scene, std::size_t permits, bool bounded)
    : waits{scene, Role{this}}, permits_{permits}, total_{permits}, bounded_{bounded} {
  make();
}

void SemaphorePart::make() {
  total_ = permits_;
  semaphore_ = bounded_ ? &bounded_semaphore_.emplace(waits.scene.loop, permits_)
                        : &unbounded_semaphore_.emplace(waits.scene.loop, permits_);
}

// Whether one that has its bound took back a permit that was on its way would not be known.
void SemaphorePart::acquire(Shape shape, std::size_t slot, const How& how) {
  if (bounded_ && shape >= Shape::shielded) shape = Shape::then;
  Future<Guard> wait = semaphore_->acquire();
  if (!wait.done()) waits.begin(std::move(wait), shape, slot, how);
}

void SemaphorePart::try_acquire(std::size_t actor) {
  waits.look();
  const bool locked = semaphore_->locked();
  Guard guard = semaphore_->try_acquire();
  expect(static_cast<bool>(guard) != locked, "try_acquire() says something else than locked()");
  if (!guard) return;
  waits.line.overtake();
  ++taken;
  hands[actor] = Held{std::move(guard), *this};
}

void SemaphorePart::add() {
  const bool refused = at_bound();
  expect(semaphore_->release().has_value() != refused, "a bound is not kept");
  if (!refused) ++total_;
}

// One that has its bound takes no permit back.
void SemaphorePart::goes() {
  --taken;
  if (at_bound()) --total_;
}

void SemaphorePart::renew(bool quiet) {
  waits.look();
  if (taken != 0 || (!quiet && waits.line.has_late())) return;
  waits.line.end_all();
  make();
}

void SemaphorePart::check() const {
  expect(semaphore_->value() + taken <= total_, "permits were made from nothing");
  expect(semaphore_->value() + taken + waits.line.size() >= total_, "permits got lost");
}

void SemaphorePart::check_quiet() const {
  expect(semaphore_->value() + taken == total_, "a permit got lost");
  expect(waits.line.empty() || semaphore_->value() == 0, "someone waits for a permit that is free");
  waits.line.check_quiet();
}

void SemaphorePart::end() {
  for (Held& hand : hands) hand.let_go();
}

}  // namespace simulate
