// SPDX-License-Identifier: BSL-1.0
// callbacks: who is called when, in which order, and what handles may still do.
#pragma once

#include <tests/simulate/scene.hpp>

namespace simulate {

class CallbackPart {
 public:
  explicit CallbackPart(Scene& scene) : scene_{scene} {}

  void call_soon(std::size_t handle, const Deed& deed);
  void call_later(std::size_t handle, eyelet::Duration delay, const Deed& deed);
  void call_at(std::size_t handle, TimePoint when, const Deed& deed);
  /// Some timers, most of them far ahead, and one with the deed; only cancel_many() names them.
  void arm_many(eyelet::Duration span, std::size_t shift, const Deed& deed);
  void cancel_many(std::size_t spared);
  void add_done(std::size_t slot, std::size_t handle, const Deed& deed);
  void cancel(std::size_t handle);
  void remove_done(std::size_t slot, std::size_t handle);
  /// All that was due in the pass that has ended has run.
  void check_pass() const;
  void check_quiet() const;
  /// Nothing is ready, and the loop sleeps until then.
  void check_sleep(TimePoint deadline) const;
  /// The loop ran until `node` was done: so have its callbacks.
  void check_awaited(int node) const;
  std::size_t pending() const;
  /// The nodes for which done callbacks wait.
  void list_waited_for(std::vector<int>& nodes) const;

 private:
  enum class Sort : unsigned char { soon, timer, done };
  struct Record {
    Sort sort;
    Alarm alarm;  // of one that is no timer: its pass, and its order
    int node = kNoNode;
    bool pending = false;
    bool gone = false;
  };
  struct Named {
    eyelet::Handle handle;
    int record = -1;
  };

  class Call;

  Record& record(int number) { return records_[static_cast<std::size_t>(number)]; }
  int add(Sort sort, TimePoint when, int node);
  Named named(eyelet::Handle handle, int number);
  void cancel(const Named& named);
  void ran(int number);

  Scene& scene_;
  std::vector<Record> records_;
  std::array<Named, kHandles> names_;
  std::vector<Named> many_;
  unsigned last_soon_ = 0;
};

}  // namespace simulate
