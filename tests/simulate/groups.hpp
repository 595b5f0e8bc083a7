// SPDX-License-Identifier: BSL-1.0
// groups: task groups, as_completed, and loops and scopes: repeat and with.
#pragma once

#include <deque>
#include <tests/simulate/permits.hpp>

namespace simulate {

class GroupPart {
 public:
  explicit GroupPart(Scene& scene) : scene_{scene}, group_{std::in_place, scene.loop} {}

  void run(std::size_t into, const How& how);
  void join(std::size_t into, const How& how);
  void cancel();
  void renew();

 private:
  class End;

  void check_members() const;
  int add_member();

  Scene& scene_;
  std::optional<eyelet::TaskGroup<2>> group_;
  std::vector<int> members_;  // of the current run
  int run_ = kNoNode;
  unsigned run_count_ = 0;
};

class AsCompletedPart {
 public:
  explicit AsCompletedPart(Scene& scene) : scene_{scene} {}

  void begin(std::size_t first, std::size_t second, bool limited);
  void next(std::size_t into);
  void end() { source_.reset(); }
  /// Its callbacks and its limit; and the nodes to which it has handles.
  std::size_t blocks() const { return source_ ? 3 : 0; }
  void list_held(std::vector<int>& held) const {
    if (source_) held.insert(held.end(), nodes_.begin(), nodes_.end());
  }
  void check_quiet() const;

 private:
  class Came;
  /// An outcome, or the end of them.
  void comes(bool outcome);
  using Source = eyelet::AsCompleted<Value, 2>;

  Scene& scene_;
  std::optional<Source> source_;
  std::array<int, 2> nodes_{};
  unsigned generation_ = 0;  // counts sources
  std::size_t expected_ = 0;
  std::size_t came_ = 0;
  bool limited_ = false;
  bool asking_ = false;
};

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
    return eyelet::sleep(scene.loop, 0ms).then([this] { ++inside; });
  }
  Future<void> exit() {
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
