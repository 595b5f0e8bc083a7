// SPDX-License-Identifier: BSL-1.0
// limits: timeouts, each of which limits one thing at a time and may be moved meanwhile.
#pragma once

#include <optional>
#include <tests/simulate/script.hpp>

namespace simulate {

class LimitPart {
 public:
  explicit LimitPart(Scene& scene) : scene_{scene}, timeout_{std::in_place} {}

  void run(std::size_t slot, eyelet::Duration limit, std::size_t into);
  void run_at(std::size_t slot, TimePoint when, std::size_t into);
  void reschedule(TimePoint when);
  /// It goes; what it limits stays limited.
  void renew();

  void check() const;
  void check_quiet() const;
  /// The node to which it has a handle.
  void list_held(std::vector<int>& held) const { held.push_back(limited_.node); }

 private:
  bool limits() const { return !limited_.future.done(); }
  template <class F>
  void begin(std::size_t slot, TimePoint when, std::size_t into, F run);
  void move(TimePoint when);

  Scene& scene_;
  std::optional<eyelet::Timeout> timeout_;
  Slot limited_;  // by it, now or before
  Alarm alarm_{};
};

}  // namespace simulate
