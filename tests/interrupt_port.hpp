// SPDX-License-Identifier: BSL-1.0
// A virtual clock with one interrupt, which comes at a moment of the test's choice: moments are
// what the loop asks of its port. One that has not come when the loop sleeps for good comes then.
#pragma once

#include <eyelet/loop.hpp>
#include <functional>

class InterruptPort : public eyelet::Port {
 public:
  /// The clock starts at `start`.
  explicit InterruptPort(eyelet::TimePoint start = {}) : now_{start} {}

  /// Moves the clock forwards. Saturates.
  void advance(eyelet::Duration by) { now_ = saturating_add(now_, by); }
  /// Whether the next wait ends at once.
  bool woken() const { return woken_; }

  /// Or whether an interrupt is still to come.
  bool can_be_woken() const { return woken_ || left_ > 0; }
  /// Calls `fn` at the `moment`th moment from now, `times` moments in a row.
  void interrupt(int moment, std::function<void()> fn, int times = 1) {
    due_ = moment;
    left_ = times;
    interrupt_ = std::move(fn);
  }

  eyelet::TimePoint now() const override {
    const_cast<InterruptPort*>(this)->pass_moment();
    return now_;
  }

  void wait_until(eyelet::TimePoint deadline) override {
    pass_moment();
    while (!woken_ && deadline == eyelet::kNever && left_ > 0) run_interrupt();
    if (!woken_ && deadline > now_ && deadline != eyelet::kNever) now_ = deadline;
    woken_ = false;
    pass_moment();
  }

  void wake() override { woken_ = true; }
  std::uintptr_t enter_critical() override { return static_cast<std::uintptr_t>(depth_++); }
  void exit_critical(std::uintptr_t before) override {
    depth_ = static_cast<int>(before);
    pass_moment();
  }
  eyelet::RunEnd check_deadlock(eyelet::Loop& loop) override {
    if (can_be_woken()) return eyelet::Errc::none;
    return loop.deadlock();
  }
  std::uintptr_t context() const override { return in_interrupt_ ? 1 : 0; }

 private:
  void pass_moment() {
    if (in_interrupt_ || depth_ > 0 || left_ == 0) return;
    if (due_ > 0)
      --due_;
    else
      run_interrupt();
  }

  void run_interrupt() {
    --left_;
    in_interrupt_ = true;
    interrupt_();
    in_interrupt_ = false;
  }

  eyelet::TimePoint now_;
  std::function<void()> interrupt_;
  int due_ = 0;
  int left_ = 0;
  int depth_ = 0;
  bool woken_ = false;
  bool in_interrupt_ = false;
};
