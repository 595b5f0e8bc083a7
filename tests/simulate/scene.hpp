// SPDX-License-Identifier: BSL-1.0
// scene: where a run takes place: the loop and its clock, the futures that everybody sees, and what
// every callable of a run has in common.
#pragma once

#include <eyelet/eyelet.hpp>
#include <tests/interrupt_port.hpp>
#include <tests/simulate/nodes.hpp>
#include <tests/simulate/schedule.hpp>
#include <tests/simulate/verdict.hpp>

namespace simulate {

using namespace std::chrono_literals;
using eyelet::Errc;
using eyelet::Error;
using eyelet::Future;
using eyelet::Result;
using eyelet::TimePoint;

/// What futures hold: the node whose doing it is. It counts itself.
struct Value {
  static inline int alive = 0;
  int node;
  explicit Value(int from) : node{from} { ++alive; }
  Value(const Value& other) : node{other.node} { ++alive; }
  Value& operator=(const Value&) = default;
  ~Value() { --alive; }
};

/// A loop whose number of blocks is known when it is made.
class SizedLoop : eyelet::detail::LoopStorage<kMostBlocks, kMail>, public eyelet::Loop {
 public:
  SizedLoop(eyelet::Port& port, std::size_t count, std::size_t first_timer_order)
      : Loop{port, LoopStorage::blocks.blocks(), count, mail, kMail, first_timer_order} {}
};

struct Slot {
  Future<Value> future;
  int node = kNoNode;
};

/// A timer: when it is due, and where it stands among equals.
struct Alarm {
  TimePoint when;
  unsigned order;
  unsigned first_pass;  // the first in which it may come
};

/// A future of a primitive that nothing waits for; it knows its line.
class HeldWait {
 public:
  virtual void cancel() = 0;
  /// Drops the future, and with it what it holds.
  virtual void drop() = 0;
  /// Takes what it holds, if it holds something.
  virtual void take(std::size_t actor) = 0;
  /// Tells the line if it has ended.
  virtual void look() = 0;

 protected:
  ~HeldWait() = default;
};

/// What a callable does: its deed, and what it returns.
struct How {
  Returns returns;
  std::uint8_t other;  // the slot of a future that it returns
  std::uint8_t actor;
  Deed deed;

  bool waits() const { return returns >= Returns::nap; }
};

class Scene;

/// Tells its scene what the loop asks.
class WatchedPort final : public InterruptPort {
 public:
  WatchedPort(Scene& scene, TimePoint start) : InterruptPort{start}, scene_{scene} {}
  TimePoint now() const override;
  void wait_until(TimePoint deadline) override;

 private:
  Scene& scene_;
};

class Scene {
 public:
  explicit Scene(const Setting& given);
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  /// Does what an operation says.
  virtual void operate(const Step& step) = 0;
  /// Whether all that can be compared at any time is as it should be.
  virtual void check() = 0;
  /// Somebody reads the clock: the loop, unless a callable runs.
  virtual void reads_clock(TimePoint now) = 0;
  /// The loop sleeps until then.
  virtual void sleeps(TimePoint deadline) = 0;

  void perform(const Deed& deed);
  /// A slot takes a future; what was there is dropped.
  void keep(std::size_t slot, Future<Value> future, int node);
  /// The same for a wait that nothing waits for.
  void hold(std::size_t place, HeldWait* wait);
  void forget(const HeldWait* wait);
  /// Looks at all futures that are held: what was done stays as it was.
  void look();
  /// A callable of `node` returns `inner`, of which it waits.
  void await(int node, int inner);
  /// Whether one of the next `blocks` acquisitions may fail.
  bool may_lack(std::size_t blocks) const;
  /// Deeds are done no more.
  void finish();
  /// The exception handler.
  void hears(Error error);
  /// When a delay that begins now is over.
  TimePoint after(eyelet::Duration delay) const { return saturating_add(port.now(), delay); }
  /// A timer is armed, and fires.
  Alarm arm(TimePoint when);
  void fire(const Alarm& alarm);
  bool overdue(const Alarm& alarm) const {
    return alarm.when <= pass_time && alarm.first_pass <= pass;
  }

  const Setting setting;
  WatchedPort port;
  SizedLoop loop;
  Nodes nodes;
  std::array<Slot, kMostSlots> slots;
  std::array<HeldWait*, kHeld> held{};
  unsigned pass = 0;           ///< the current one, or the last
  TimePoint pass_time{};       ///< the clock when it began
  Alarm last_fired{};          ///< in this pass
  bool in_timers = false;      ///< one has fired in this pass
  const char* base = nullptr;  ///< of the stack
  int captures = 0;            ///< callables alive
  int nesting = 0;             ///< callables running
  int destroying = 0;          ///< of those, destructors
  bool over = false;           ///< deeds are done no more
  bool circular = false;       ///< futures may wait in a circle
  bool endless = false;        ///< something waits for the end of time
  Deed on_report{};            ///< what the exception handler does next
  unsigned refusals = 0;       ///< reported, or caused by what it did
  unsigned armed = 0;          ///< timers, ever
  unsigned disturbances = 0;   ///< what may have cancelled a wait from afar

 protected:
  ~Scene() = default;
};

/// Around all that the library calls.
class Turn {
 public:
  explicit Turn(Scene& scene);
  ~Turn() { --scene_.nesting; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Scene& scene_;
};

/// What every callable captures: it counts itself and does its deed.
class Capture {
 public:
  Capture(Scene& scene, const Deed& deed) : scene_{&scene}, deed_{deed} { ++scene.captures; }
  Capture(Capture&& other) noexcept
      : scene_{std::exchange(other.scene_, nullptr)}, deed_{other.deed_} {}
  ~Capture();

  Scene& scene() const { return *scene_; }
  /// Whether it was not moved away.
  bool here() const { return scene_ != nullptr; }
  /// Once what was handed over is known of.
  void perform() const;

 private:
  Scene* scene_;
  Deed deed_;
};

}  // namespace simulate
