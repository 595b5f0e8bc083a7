// SPDX-License-Identifier: BSL-1.0
// world: a scene with everything in it, and one run through a schedule. What must hold, and who
// looks, after each step and pass, in each callable, and whenever nothing is ready:
//
//   a wake-up, permit or item is given once, and passed on if unused    Line and its primitives
//   a cancel is heard once, and no completion swallows it               Nodes
//   what carries a resource survives a cancel, or goes once             HeldGuard, Item, Value
//   nothing stays registered, no block stays that nobody needs          Nodes::blocks
//   callables, their destructors, also while the loop closes, and the
//   exception handler may call anything                                 Deed
//   a handle names one callback for ever                                CallbackPart
//   timers are never early, in order, sampled once a pass, on all
//   levels of the timer wheel                                           Scene::fire
//   a limit is where it was put last, and cancels at its moment         LimitPart
//   a signal from an interrupt wakes, whenever it comes                 SignalPart
//   a pass runs what it found and no more, and all of it                World::run_pass
//   a loop that sleeps by itself sleeps until something is due          World::sleeps
//   the stack does not depend on the graph of futures                   Turn
//   one failure, or no block, disturbs nobody else                      all of them, with faults
#pragma once

#include <tests/simulate/callbacks.hpp>
#include <tests/simulate/conditions.hpp>
#include <tests/simulate/futures.hpp>
#include <tests/simulate/groups.hpp>
#include <tests/simulate/iterators.hpp>
#include <tests/simulate/limits.hpp>
#include <tests/simulate/meetings.hpp>
#include <tests/simulate/queues.hpp>
#include <tests/simulate/scopes.hpp>
#include <tests/simulate/signals.hpp>

namespace simulate {

class World final : public Scene {
 public:
  explicit World(const Setting& given);

  /// Plays all steps and then ends everything; a finding ends the process.
  // Not inline: the world itself does not count as stack.
  [[gnu::noinline]] void play(const std::vector<Step>& steps);

  void operate(const Step& step) override;
  void check() override;
  void reads_clock(TimePoint now) override;
  void sleeps(TimePoint deadline) override;

 private:
  void operate_on_futures(const Operation& o, const How& how);
  void operate_on_permits(const Operation& o, const How& how);
  void operate_on_queues(const Operation& o, const How& how);
  void operate_on_signals(const Operation& o, const How& how);
  void renew(std::size_t primitive, bool quiet);

  static constexpr int kMostPasses = 500;  // until nothing is ready, or used

  void begin_pass(TimePoint now);
  void end_pass();
  /// One pass. Whether nothing is ready any more.
  bool run_pass();
  void settle();
  void run_until_complete(Slot awaited);
  void run_forever(TimePoint until);
  template <class F>
  bool run_alone(TimePoint until, F run);
  void stop();
  void check_deadlock();
  void check_quiet();
  void check_blocks();

  void end();
  void let_go();
  bool all_done() const;
  bool may_be_stuck() const;
  void end_what_is_seen();
  void end_what_waits();
  void check_end();

  bool alone_ = false;    // the loop sleeps by itself
  bool stopped_ = false;  // so must the current run, or the next
  CallbackPart callbacks_;
  FuturePart futures_;
  std::array<LimitPart, kTimeouts> limits_;
  std::array<LockPart, kLocks> locks_;
  std::array<SemaphorePart, kSemaphores> semaphores_;
  std::array<ConditionPart, kConditions> conditions_;
  EventPart event_;
  BarrierPart barrier_;
  SleepPart sleeps_;
  std::array<QueuePart, kQueues> queues_;
  std::array<GroupPart, kGroups> groups_;
  AsCompletedPart as_completed_;
  ScopePart scopes_;
  GeneratorPart generator_;
  SignalPart signals_;
};

}  // namespace simulate
