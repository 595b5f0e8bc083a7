// SPDX-License-Identifier: BSL-1.0
// meetings: an event, a barrier and sleeps: waits that hand nothing over.
#pragma once

#include <optional>
#include <tests/simulate/waits.hpp>

namespace simulate {

class EventPart {
 public:
  struct Role {
    using Held = Nothing;
    void served(const Waiting& one, std::monostate) {
      expect(one.called, "woken though the event was not set");
    }
    Held take(std::monostate&&) { return {}; }
    void drop(std::monostate) {}
    void keep(std::size_t, Held&&) {}
  };

  explicit EventPart(Scene& scene) : waits{scene, Role{}}, event_{std::in_place, scene.loop} {}

  void wait(Shape shape, std::size_t slot, const How& how);
  void set();
  void clear() { event_->clear(); }
  void renew();
  void check_quiet() const { waits.line.check_quiet(); }

  Waits<void, Role> waits;

 private:
  std::optional<eyelet::Event> event_;
};

/// Of those who go on together each has a place of his own, in the order in which they came.
class BarrierPart {
 public:
  struct Role {
    using Held = Nothing;
    BarrierPart* part;
    void served(const Waiting& one, std::size_t place) { part->goes_on(one, place); }
    Held take(std::size_t&&) { return {}; }
    void drop(std::size_t) {}
    void keep(std::size_t, Held&&) {}
  };

  BarrierPart(Scene& scene, std::size_t parties);

  void wait(Shape shape, std::size_t slot, const How& how);
  void try_wait();
  void abort();
  void reset();
  void renew();
  void check_quiet() const;

  Waits<std::size_t, Role> waits;

 private:
  /// Those who were let go together.
  struct Group {
    unsigned places = 0;  // a bit for each that was given
    std::size_t next = 0;
  };

  void let_go();
  void goes_on(const Waiting& one, std::size_t place);

  std::optional<eyelet::Barrier> barrier_;
  std::size_t parties_;
  std::vector<Group> groups_{1};  // the last is filling
};

/// Sleeps end when they are due, in the order of their moments, and of equal ones in that of the
/// calls.
class SleepPart {
 public:
  struct Role {
    using Held = Nothing;
    SleepPart* part;
    void served(const Waiting& one, std::monostate) { part->ends(one); }
    Held take(std::monostate&&) { return {}; }
    void drop(std::monostate) {}
    void keep(std::size_t, Held&&) {}
  };

  explicit SleepPart(Scene& scene) : waits{scene, Role{this}, false} {}

  void sleep(TimePoint until, Shape shape, std::size_t slot, const How& how);
  void check_quiet() const;
  /// Nothing is ready, and the loop sleeps until then.
  void check_sleep(TimePoint deadline) const;

  Waits<void, Role> waits;

 private:
  void ends(const Waiting& one);

  std::vector<Alarm> alarms_;  // by Waiting::group
};

}  // namespace simulate
