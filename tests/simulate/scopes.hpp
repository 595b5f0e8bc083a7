// SPDX-License-Identifier: BSL-1.0
// scopes: with, whose resource is left as often as it was entered, and repeat.
#pragma once

#include <deque>
#include <tests/simulate/permits.hpp>

namespace simulate {

/// A lock as the resource of a with.
struct Doorway {
  LockPart& lock;
  int id;
  Future<eyelet::Guard<eyelet::Lock>> acquire() { return lock.enter(id); }
  Result<void> release() { return lock.leave(); }
};

/// A resource that is entered and left in time.
struct Room {
  Scene& scene;
  int inside = 0;
  Future<void> enter() {
    const Turn turn{scene};
    return eyelet::sleep(scene.loop, 0ms).then([this] { ++inside; });
  }
  Future<void> exit() {
    const Turn turn{scene};
    expect(inside-- > 0, "a resource is left that was not entered");
    return eyelet::sleep(scene.loop, 0ms);
  }
};

class ScopePart {
 public:
  explicit ScopePart(Scene& scene) : scene_{scene}, room_{scene} {}

  void repeat(std::size_t rounds, std::size_t into, const How& how);
  void with(LockPart& lock, std::size_t into, const How& how);
  void with_room(std::size_t into, const How& how);
  void check_end() const { expect(room_.inside == 0, "what was entered was not left"); }

 private:
  Scene& scene_;
  Room room_;
  std::deque<Doorway> doorways_;
};

}  // namespace simulate
