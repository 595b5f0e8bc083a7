// SPDX-License-Identifier: BSL-1.0
// sim: a virtual clock. Time stands still while anything can run, and then jumps to the next
// deadline: a day passes in a millisecond. The reference port; tests and simulations run on it.
#pragma once

#include <atomic>
#include <eyelet/port.hpp>

namespace eyelet {

class SimPort final : public Port {
 public:
  /// The clock starts at `start`.
  constexpr explicit SimPort(TimePoint start = TimePoint{}) : now_{start} {}

  TimePoint now() const override { return now_; }
  void wait_until(TimePoint deadline) override;
  void wake() override { woken_.store(true); }
  std::uintptr_t enter_critical() override { return 0; }
  void exit_critical(std::uintptr_t) override {}
  RunEnd check_deadlock(Loop& loop) override;
  std::uintptr_t context() const override;

  /// Whether a wake has come that no wait has ended.
  bool woken() const { return woken_.load(); }
  /// Moves the clock forwards, as a callback that takes its time does. Saturates.
  void advance(Duration by) { now_ = saturating_add(now_, by); }

 private:
  TimePoint now_;
  std::atomic<bool> woken_{false};
};

}  // namespace eyelet
