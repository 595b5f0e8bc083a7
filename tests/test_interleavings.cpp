// SPDX-License-Identifier: BSL-1.0
// Small programs of three actors on one primitive, in every order that they can run in, with a pass
// of the loop at every choice of up to two places; a model says after each step what must hold:
// nothing lost, nothing twice, first come first served, nobody waits who could be served.
//
// Scripts of 3, 3 and 3 letters have 1,680 orders and 37 choices of passes: 62,160 runs. All in all
// the tests below make about 363,000 runs.
#include <deque>
#include <string_view>
#include <tests/fixture.hpp>

using namespace fixture;

namespace {

constexpr int kActors = 3;
using Scripts = std::array<std::string_view, kActors>;

/// The first thing that went wrong, and in which run.
std::string finding;

/// A loop and who has come in which order; a World adds a primitive and its model.
struct Stage {
  eyelet::SimPort port;
  eyelet::StaticLoop<24> loop{port};
  std::string_view wrong;

  void expect(bool holds, std::string_view otherwise) {
    if (!holds && wrong.empty()) wrong = otherwise;
  }
  /// True: nothing is ready any more.
  bool pass() { return loop.poll() != eyelet::kAtOnce; }
  void run() {
    for (int n = 0; n < 50 && !pass(); ++n) {
    }
  }
};

/// Those who wait, in the order in which they came.
class Line {
 public:
  int join(int actor) {
    tickets_.push_back(actor);
    return actor;
  }
  bool has(int actor) const {
    for (int there : tickets_)
      if (there == actor) return true;
    return false;
  }
  void leave(int actor) {
    for (auto i = tickets_.begin(); i != tickets_.end(); ++i)
      if (*i == actor) {
        tickets_.erase(i);
        return;
      }
  }
  bool is_first(int actor) const { return !tickets_.empty() && tickets_.front() == actor; }
  std::size_t size() const { return tickets_.size(); }

 private:
  std::deque<int> tickets_;
};

/// One run: `order` names whose next letter it is, `first` and `second` after which letters there
/// is a pass.
template <class World>
void play(const Scripts& scripts, const std::string& order, std::size_t first, std::size_t second) {
  World world;
  std::array<std::size_t, kActors> at{};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const int actor = order[i] - '0';
    const auto who = static_cast<std::size_t>(actor);
    world.operate(scripts[who][at[who]++], actor);
    world.check(false);
    if (i == first || i == second) world.check(world.pass());
  }
  world.run();
  world.check(true);
  world.end();
  world.expect(world.loop.stats().in_use == 0, "blocks leaked");
  if (world.wrong.empty() || !finding.empty()) return;
  finding.append(world.wrong).append(": scripts");
  for (std::string_view script : scripts) finding.append(" ").append(script);
  finding.append(", order ").append(order).append(", passes after ");
  finding.append(std::to_string(first)).append(" and ").append(std::to_string(second));
}

template <class World>
void orders(const Scripts& scripts, std::array<std::size_t, kActors>& left, std::string& order,
            int& runs) {
  bool complete = true;
  for (std::size_t actor = 0; actor < kActors; ++actor) {
    if (left[actor] == 0) continue;
    complete = false;
    --left[actor];
    order.push_back(static_cast<char>('0' + actor));
    orders<World>(scripts, left, order, runs);
    order.pop_back();
    ++left[actor];
  }
  if (!complete) return;
  // With the last index, a pass falls together with the end of the run.
  for (std::size_t first = 0; first < order.size(); ++first)
    for (std::size_t second = first + (first + 1 < order.size() ? 1 : 0); second < order.size();
         ++second) {
      play<World>(scripts, order, first, second);
      ++runs;
    }
}

template <class World>
void explore(const Scripts& scripts) {
  finding.clear();
  std::array<std::size_t, kActors> left{scripts[0].size(), scripts[1].size(), scripts[2].size()};
  std::string order;
  int runs = 0;
  orders<World>(scripts, left, order, runs);
  CHECK_COMPARE(runs, >, 1000);
  STRCMP_EQUAL("", finding.c_str());
}

/// a acquire, w acquire for at most 1 ms, r release, c cancel, t 1 ms passes.
template <class Primitive, std::size_t Permits>
struct PermitWorld : Stage {
  using Guard = eyelet::Guard<Primitive>;
  using Held =
      std::conditional_t<std::is_same_v<Primitive, eyelet::Lock>, eyelet::Lock, eyelet::Semaphore>;

  Primitive primitive = make();
  std::array<eyelet::Guard<Held>, kActors> held;
  std::array<Future<void>, kActors> waits;
  Line line;
  std::array<bool, kActors> cancelled{};

  Primitive make() {
    if constexpr (Permits == 1 && std::is_same_v<Primitive, eyelet::Lock>)
      return Primitive{loop};
    else
      return Primitive{loop, Permits};
  }
  std::size_t free() const {
    if constexpr (std::is_same_v<Primitive, eyelet::Lock>)
      return primitive.locked() ? 0 : 1;
    else
      return primitive.value();
  }
  std::size_t count_held() const {
    std::size_t n = 0;
    for (const auto& guard : held) n += guard ? 1 : 0;
    return n;
  }

  void acquire(int actor, bool limit) {
    const auto who = static_cast<std::size_t>(actor);
    if (held[who] || !waits[who].done()) return;
    line.join(actor);
    cancelled[who] = false;
    auto turn = primitive.acquire();
    auto wait = (limit ? eyelet::wait_for(turn, 1ms) : turn);
    waits[who] = wait.then([this, actor, who](eyelet::Guard<Held> guard) {
                       expect(!cancelled[who], "a success after a cancel");
                       expect(line.is_first(actor), "not first come, first served");
                       line.leave(actor);
                       held[who] = std::move(guard);
                     })
                     .or_else([this, actor](Error error) {
                       expect(error.code == Errc::timed_out || error.code == Errc::cancelled,
                              "a wrong error");
                       line.leave(actor);
                     });
  }

  void operate(char letter, int actor) {
    const auto who = static_cast<std::size_t>(actor);
    switch (letter) {
      case 'a': acquire(actor, false); break;
      case 'w': acquire(actor, true); break;
      case 'r': held[who].release(); break;
      case 'c':
        if (waits[who].cancel()) {
          cancelled[who] = true;
          line.leave(actor);
        }
        break;
      case 't': port.advance(1ms); break;
      default: FAIL("no such letter");
    }
  }

  void check(bool quiet) {
    const std::size_t n = count_held();
    expect(n <= Permits, "too many owners");
    expect(n + free() <= Permits, "permits made from nothing");
    if (quiet) {
      expect(n + free() == Permits, "a permit is lost");
      expect(line.size() == 0 || free() == 0, "someone waits for a permit that is free");
    }
  }

  void end() {
    for (int rounds = 0; rounds < kActors; ++rounds) {
      for (auto& guard : held) guard.release();
      run();
      check(true);
    }
    expect(line.size() == 0, "someone was not served");
    for (auto& guard : held) guard.release();
    for (auto& f : waits) f = {};
    expect(free() == Permits, "a permit did not come back");
  }
};

/// w wait, c cancel, s set, x clear, d drop.
struct EventWorld : Stage {
  eyelet::Event event{loop};
  std::array<Future<void>, kActors> waits;
  std::array<bool, kActors> woken{};  // must end well
  std::array<bool, kActors> waiting{};

  void operate(char letter, int actor) {
    const auto who = static_cast<std::size_t>(actor);
    switch (letter) {
      case 'w':
        if (!waits[who].done()) return;
        waits[who] = event.wait();
        waiting[who] = true;
        woken[who] = event.is_set();
        break;
      case 'c':
        if (waits[who].cancel()) waiting[who] = false;
        break;
      case 'd':
        waits[who] = {};
        waiting[who] = false;
        break;
      case 's':
        event.set();
        woken = waiting;
        break;
      case 'x': event.clear(); break;
      default: FAIL("no such letter");
    }
  }

  void check(bool quiet) {
    for (std::size_t who = 0; who < kActors; ++who) {
      if (!waiting[who]) continue;
      expect(woken[who] || !waits[who].done(), "woken by nothing");
      expect(!waits[who].done() || waits[who].result(), "a wait failed");
      expect(!quiet || waits[who].done() == woken[who], "a wake-up is lost");
    }
  }

  void end() { waits.fill({}); }
};

/// Items are numbers in the order of the calls. p put, g get, q put_nowait, h get_nowait, c cancel
/// both waits, s shut down, i shut down immediately.
template <template <class, std::size_t> class Kind>
struct QueueWorld : Stage {
  static constexpr std::size_t kBound = 1;
  Kind<int, kBound> queue{loop};
  std::array<Future<void>, kActors> puts;
  std::array<Future<void>, kActors> gets;
  Line getters;
  Line putters;
  std::deque<int> inside;
  int next = 0;
  bool shut = false;

  void was_got(int item) {
    expect(!inside.empty() && inside.front() == item, "items lost, doubled or out of order");
    if (!inside.empty()) inside.pop_front();
  }

  void operate(char letter, int actor) {
    const auto who = static_cast<std::size_t>(actor);
    switch (letter) {
      case 'p': {
        if (!puts[who].done()) return;
        const int item = ++next;
        putters.join(actor);
        puts[who] = queue.put(item)
                        .then([this, actor, item] {
                          expect(putters.is_first(actor), "putters out of order");
                          putters.leave(actor);
                          inside.push_back(item);
                        })
                        .or_else([this, actor](Error) { putters.leave(actor); });
        break;
      }
      case 'g':
        if (!gets[who].done()) return;
        getters.join(actor);
        gets[who] = queue.get()
                        .then([this, actor](int item) {
                          expect(getters.is_first(actor), "getters out of order");
                          getters.leave(actor);
                          was_got(item);
                        })
                        .or_else([this, actor](Error) { getters.leave(actor); });
        break;
      case 'q': {
        const int item = ++next;
        if (queue.put_nowait(item)) inside.push_back(item);
        break;
      }
      case 'h':
        if (const Result<int> got = queue.get_nowait()) was_got(*got);
        break;
      case 'c':
        if (gets[who].cancel()) getters.leave(actor);
        if (puts[who].cancel()) putters.leave(actor);
        break;
      case 's':
        queue.shutdown();
        shut = true;
        break;
      case 'i':
        queue.shutdown(true);
        inside.clear();
        shut = true;
        break;
      default: FAIL("no such letter");
    }
  }

  void check(bool quiet) {
    expect(queue.size() == inside.size(), "the queue holds something else");
    if (!quiet) return;
    expect(getters.size() == 0 || (inside.empty() && !shut), "a getter sleeps for nothing");
    expect(putters.size() == 0 || (inside.size() == kBound && !shut),
           "a putter sleeps for nothing");
  }

  void end() {
    queue.shutdown();
    shut = true;
    run();
    check(true);
    gets.fill({});
    puts.fill({});
  }
};

/// w take the lock and wait, n notify one, b notify two, l hold the lock or let it go, c cancel.
struct ConditionWorld : Stage {
  eyelet::Lock lock{loop};
  eyelet::Condition condition{lock};
  std::array<Future<void>, kActors> waits;
  eyelet::Guard<eyelet::Lock> held;
  Line line;                             // waits, and was not notified
  std::array<bool, kActors> notified{};  // must end well unless it is cancelled
  std::array<bool, kActors> cancelled{};
  std::array<bool, kActors> pending{};
  int owner = -1;

  void notify_first() {
    for (std::size_t who = 0; who < kActors; ++who)
      if (line.is_first(static_cast<int>(who))) {
        line.leave(static_cast<int>(who));
        notified[who] = true;
        return;
      }
  }

  void ended(std::size_t who, bool well) {
    expect(lock.locked() && !held, "a wait ended without the lock");
    expect(well == !cancelled[who], "a cancel was lost or came from nothing");
    expect(!well || notified[who], "woken by nothing");
    // It could not use its notification: the next can.
    if (!well && notified[who]) notify_first();
    pending[who] = notified[who] = false;
    static_cast<void>(lock.release());
  }

  void operate(char letter, int actor) {
    const auto who = static_cast<std::size_t>(actor);
    switch (letter) {
      case 'w': {
        if (pending[who] || held) return;
        auto guard = lock.try_acquire();
        if (!guard) return;
        pending[who] = true;
        cancelled[who] = notified[who] = false;
        line.join(actor);
        waits[who] =
            condition.wait().then([this, who] { ended(who, true); }).or_else([this, who](Error) {
              ended(who, false);
            });
        guard.detach();
        break;
      }
      case 'n':
      case 'b': {
        const std::size_t count = letter == 'n' ? 1 : 2;
        eyelet::Guard<eyelet::Lock> guard;
        if (!held) guard = lock.try_acquire();
        if (condition.notify(count))
          for (std::size_t n = 0; n < count; ++n) notify_first();
        break;
      }
      case 'l':
        if (held)
          held.release();
        else
          held = lock.try_acquire();
        break;
      case 'c':
        if (!pending[who] || !waits[who].cancel()) return;
        line.leave(actor);
        cancelled[who] = true;
        break;
      default: FAIL("no such letter");
    }
  }

  void check(bool quiet) {
    if (!quiet || held) return;
    expect(!lock.locked(), "the lock is held by nobody");
    for (std::size_t who = 0; who < kActors; ++who)
      expect(!pending[who] || !(notified[who] || cancelled[who]), "a notification is lost");
  }

  void end() {
    held.release();
    run();
    check(true);
    auto guard = lock.try_acquire();
    expect(static_cast<bool>(guard), "the lock did not come back");
    expect(static_cast<bool>(condition.notify_all()), "notify_all failed");
    while (line.size() != 0) notify_first();
    guard.release();
    run();
    for (bool still : pending) expect(!still, "someone was not woken");
    waits.fill({});
  }
};

/// Two parties. w wait, t try_wait, c cancel, a abort, r reset.
struct BarrierWorld : Stage {
  eyelet::Barrier barrier{loop, 2};
  std::array<Future<std::size_t>, kActors> waits;
  Line line;
  std::array<int, kActors> places{-1, -1, -1};  // let go with this place

  void let_go() {
    int place = 0;
    for (int left = static_cast<int>(line.size()); left > 0; --left)
      for (std::size_t who = 0; who < kActors; ++who)
        if (line.is_first(static_cast<int>(who))) {
          line.leave(static_cast<int>(who));
          places[who] = place++;
          break;
        }
  }

  void operate(char letter, int actor) {
    const auto who = static_cast<std::size_t>(actor);
    switch (letter) {
      case 'w':
        if (!waits[who].done()) return;
        waits[who] = barrier.wait();
        places[who] = -1;
        if (waits[who].done()) return expect(barrier.broken(), "refused for nothing");
        line.join(actor);
        if (line.size() == 2) let_go();
        break;
      case 't':
        if (const Result<std::size_t> last = barrier.try_wait()) {
          expect(*last == 1 && line.size() == 1, "completed too early");
          let_go();
        }
        break;
      case 'c':
        if (!waits[who].cancel()) return;
        line.leave(actor);
        places[who] = -1;
        break;
      case 'a':
      case 'r':
        letter == 'a' ? barrier.abort() : barrier.reset();
        for (std::size_t other = 0; other < kActors; ++other) {
          line.leave(static_cast<int>(other));
          if (waits[other].error().code == Errc::broken_barrier) places[other] = -1;
        }
        break;
      default: FAIL("no such letter");
    }
  }

  void check(bool quiet) {
    expect(barrier.waiting() == line.size(), "miscounted");
    for (std::size_t who = 0; who < kActors; ++who) {
      const auto& f = waits[who];
      expect(!line.has(static_cast<int>(who)) || !f.done(), "gone before all had come");
      if (places[who] < 0) continue;
      expect(!quiet || f.done(), "someone was not let go");
      if (f.done())
        expect(f.result() && *f.result() == static_cast<std::size_t>(places[who]), "a wrong place");
    }
  }

  void end() {
    barrier.abort();
    run();
    for (const auto& f : waits) expect(f.done(), "someone waits for an aborted barrier");
    waits.fill({});
  }
};

}  // namespace

TEST_GROUP(Interleavings){};

// L1 L2
TEST(Interleavings, of_a_lock_keep_one_owner_and_the_order) {
  explore<PermitWorld<eyelet::Lock, 1>>({"arac", "aca", "ar"});
  explore<PermitWorld<eyelet::Lock, 1>>({"wrt", "ac", "war"});
}

// S1 S2 S4
TEST(Interleavings, of_a_semaphore_conserve_its_permits) {
  explore<PermitWorld<eyelet::Semaphore, 2>>({"arac", "aca", "ar"});
  explore<PermitWorld<eyelet::BoundedSemaphore, 1>>({"wrt", "ac", "wr"});
}

// E1
TEST(Interleavings, of_an_event_wake_who_waits_when_it_is_set) {
  explore<EventWorld>({"wcw", "wdw", "sxs"});
}

// Q1 Q4 Q5
TEST(Interleavings, of_a_queue_lose_no_item_and_keep_the_order) {
  explore<QueueWorld<eyelet::Queue>>({"gcg", "pcp", "qhg"});
  explore<QueueWorld<eyelet::Queue>>({"ggc", "gqh", "pp"});
}

// Q8
TEST(Interleavings, of_a_queue_that_is_shut_down_leave_nobody_asleep) {
  explore<QueueWorld<eyelet::Queue>>({"gcs", "gp", "pqh"});
  explore<QueueWorld<eyelet::PriorityQueue>>({"gci", "gp", "pq"});
}

// K1 K3
TEST(Interleavings, of_a_condition_lose_no_notification_and_end_with_the_lock) {
  explore<ConditionWorld>({"wcw", "wnc", "lnl"});
  explore<ConditionWorld>({"wc", "wc", "wnb"});
}

// B1 B3
TEST(Interleavings, of_a_barrier_give_each_party_a_place_of_its_own) {
  explore<BarrierWorld>({"wcw", "ww", "wtr"});
  explore<BarrierWorld>({"wcw", "ww", "wa"});
}
