// SPDX-License-Identifier: BSL-1.0
// line: those who wait for one thing, in the order in which they came. A cancel is heard of only
// when the callable of who waits is destroyed, so one who is overtaken may still be here; then he
// must not be served any more, and not be here when nothing is ready.
#pragma once

#include <tests/simulate/verdict.hpp>
#include <vector>

namespace simulate {

/// How one who was served is noticed.
enum class Notice : unsigned char {
  at_once,  ///< his future is held: done or not
  by_call,  ///< his callable runs in the turn in which he is served
  later,    ///< something stands between that needs a turn of its own
};

struct Waiting {
  int id;
  Notice notice;
  int group = 0;        ///< those who go on together
  bool called = false;  ///< his turn is due: he must not be here when nothing is ready
  bool ended = false;   ///< what he waits for has failed: he must not be served any more
  bool overtaken = false;
};

class Line {
 public:
  /// `ordered`: first come, first served.
  explicit Line(bool ordered) : ordered_{ordered} {}

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  auto begin() { return waiting_.begin(); }
  auto end() { return waiting_.end(); }
  auto begin() const { return waiting_.begin(); }
  auto end() const { return waiting_.end(); }
  Waiting& back() { return waiting_.back(); }

  void join(int id, Notice notice) { waiting_.push_back(Waiting{id, notice}); }

  /// One is served, and leaves.
  Waiting serve(int id) {
    for (auto i = waiting_.begin(); i != waiting_.end(); ++i) {
      if (i->id != id) {
        if (ordered_) overtake(*i);
        continue;
      }
      const Waiting served = *i;
      expect(!served.overtaken, "served after one who came later");
      expect(!served.ended || served.notice == Notice::later, "served by what has ended");
      waiting_.erase(i);
      return served;
    }
    fail("served twice, or without having waited");
  }

  /// One leaves without having been served, if he is still here.
  void leave(int id) {
    for (auto i = waiting_.begin(); i != waiting_.end(); ++i)
      if (i->id == id) {
        waiting_.erase(i);
        return;
      }
  }

  /// Somebody who did not wait was served.
  void overtake() {
    for (Waiting& one : waiting_) overtake(one);
  }
  void call_all() {
    for (Waiting& one : waiting_) one.called = true;
  }
  void end_all() {
    for (Waiting& one : waiting_) one.ended = one.called = true;
  }

  /// Whether somebody may have been served unnoticed.
  bool has_late() const {
    for (const Waiting& one : waiting_)
      if (one.notice == Notice::later) return true;
    return false;
  }

  /// Nothing is ready.
  void check_quiet() const {
    for (const Waiting& one : waiting_) {
      expect(!one.overtaken, "someone was passed over");
      expect(!one.called, "a wake-up got lost");
    }
  }

 private:
  static void overtake(Waiting& one) {
    expect(one.notice != Notice::at_once, "not first come, first served");
    one.overtaken |= one.notice == Notice::by_call;
  }

  std::vector<Waiting> waiting_;
  bool ordered_;
};

}  // namespace simulate
