// SPDX-License-Identifier: BSL-1.0
// conditions: who waits for a notification, and then for the lock. A notification is a token of the
// model; one that a waiter cannot use goes to the next. Of a waiter that may have been cancelled
// from afar the model does not know whether the token that it gives him is there in truth.
#pragma once

#include <tests/simulate/permits.hpp>

namespace simulate {

class ConditionPart {
 public:
  using Held = LockPart::Held;

  ConditionPart(Scene& scene, LockPart& lock);
  ~ConditionPart();

  /// `asks`: until the flag is up.
  void wait(bool asks, Shape shape, std::size_t slot, const How& how);
  void notify(std::size_t count);
  void notify_all();
  void turn_flag() { flag_ = !flag_; }
  void renew();
  /// Whether somebody waits for the lock, which another has: maybe one who waits for him.
  bool stuck() const { return !line_.empty() && lock_.owned; }
  void check_quiet() const;

 private:
  struct Waiter {
    int id;
    bool held;              ///< its future: its cancels are known
    unsigned disturbances;  ///< when it came
    bool keeps = false;     ///< the flag was up: it waits for nothing
    bool notified = false;  ///< it has a token
    bool sure = false;      ///< for certain
    bool admitted = false;  ///< the token is used up
    bool overtaken = false;
    bool cancelled = false;
    bool broken = false;  ///< its condition has gone
  };

  struct Asking;
  template <bool kLater>
  class Watcher;
  class Otherwise;
  class Spot;
  friend Asking;

  Waiter* find(int id);
  bool knows(const Waiter& waiter) const {
    return waiter.held || waiter.disturbances == scene_.disturbances;
  }
  void watch(Future<void>& wait, Shape shape, std::size_t slot, const How& how, int id);
  void hold(Future<void> wait, std::size_t place, int id);
  bool asked(int id);
  void use_token(Waiter& waiter);
  void give_token(bool sure);
  void forget(int id);
  /// A wait has ended: the lock, if it was given back, is the caller's.
  Held ended(int id, bool well);

  Scene& scene_;
  LockPart& lock_;
  std::optional<eyelet::Condition> condition_;
  std::vector<Waiter> line_;
  std::vector<Spot> spots_;
  int asking_first_ = 0;  // the id of one that wait_for() asks in the call
  int last_ = 0;
  bool flag_ = false;
};

}  // namespace simulate
