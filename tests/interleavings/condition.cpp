// SPDX-License-Identifier: BSL-1.0
// A condition: no notification is lost, and whatever ends a wait, it ends with the lock.
//
//   w  lock and wait                     n  lock and notify one
//   l  lock and wait for at most 1 ms    b  lock and notify two
//   p  lock, wait for a token, take it   a  lock and notify all
//   h  lock and keep it                  k  lock, make a token, notify one
//   r  let the kept lock go              c  cancel the wait
//   t  1 ms passes
//
// What is done under the lock waits for it first, and lets it go in the end. An actor has one wait
// at a time.
#include <tests/interleavings/explore.hpp>

using namespace interleavings;

namespace {

struct ConditionWorld : Stage {
  using Guard = eyelet::Guard<eyelet::Lock>;
  /// `keeps`: what it would wait for is there, so it has not let the lock go.
  enum class Stand { idle, asks_for_lock, waits, keeps };

  eyelet::Lock lock{loop};
  eyelet::Condition condition{lock};
  Guard kept;
  std::size_t tokens = 0;
  bool only_for_tokens = true;  // nobody has waited for anything else
  Waits waits;
  std::array<Stand, kActors> stands{};
  Line line;                         // not notified
  Line notified;                     // must have the lock in this order
  std::array<bool, kActors> owes{};  // was notified and cannot use it: it goes to the next

  /// Calls `act(guard)`: at once if the lock is free, else when it has it.
  template <class Act>
  void with_lock(Act&& act) {
    if (Guard guard = lock.try_acquire())
      act(std::move(guard));
    else
      static_cast<void>(lock.acquire().then(std::forward<Act>(act)));
  }

  // --- Waits ---

  void start(char how, std::size_t actor) {
    if (stands[actor] != Stand::idle) return;
    stands[actor] = Stand::asks_for_lock;
    if (how != 'p') only_for_tokens = false;
    Wait& wait = waits[actor];
    wait = Wait{};
    Guard guard = lock.try_acquire();
    const Future<void> waits_now = guard ? wait_locked(how, actor, std::move(guard))
                                         : lock.acquire().then([this, how, actor](Guard later) {
                                             return wait_locked(how, actor, std::move(later));
                                           });
    wait.end = waits_now.then([this, how, actor] { served(how, actor); })
                   .or_else([this, actor](Error error) { failed(actor, error); });
  }

  Future<void> wait_locked(char how, std::size_t actor, Guard guard) {
    expect(!kept, "two owners");
    guard.detach();
    if (how == 'p') return condition.wait_for([this, actor] { return is_token_there(actor); });
    stands[actor] = Stand::waits;
    line.join(actor);
    if (how == 'w') return condition.wait();
    waits[actor].limit = port.now() + 1ms;
    return eyelet::wait_for(condition.wait(), 1ms);
  }

  bool is_token_there(std::size_t actor) {
    const bool at_once = stands[actor] == Stand::asks_for_lock;
    expect(lock.locked() && !kept, "asked without the lock");
    expect(at_once || notified.is_first(actor), "asked for nothing, or out of order");
    if (tokens == 0) {
      notified.leave(actor);
      line.join(actor);
    }
    if (at_once) stands[actor] = tokens == 0 ? Stand::waits : Stand::keeps;
    return tokens != 0;
  }

  void served(char how, std::size_t actor) {
    expect(!waits[actor].asked, "a success after a cancel");
    expect(stands[actor] == Stand::keeps || notified.is_first(actor),
           "woken by nothing, or out of order");
    notified.leave(actor);
    if (how == 'p') expect(tokens-- != 0, "its token is not there");
    unlock(actor);
  }

  void failed(std::size_t actor, Error error) {
    expect_reason(waits[actor], error, false);
    if (std::exchange(owes[actor], false)) notify_first();
    if (stands[actor] != Stand::asks_for_lock) return unlock(actor);
    stands[actor] = Stand::idle;
  }

  void unlock(std::size_t actor) {
    expect(!kept && lock.release(), "a wait ended without the lock");
    stands[actor] = Stand::idle;
  }

  // Cancelled or timed out: from now on it only wants the lock back.
  void give_up(std::size_t actor) {
    if (notified.has(actor)) owes[actor] = true;
    line.leave(actor);
    notified.leave(actor);
  }

  // --- Notifications ---

  void notify_first() {
    if (line.empty()) return;
    notified.join(line[0]);
    line.leave(line[0]);
  }

  void notify(std::size_t count) {
    expect(!kept, "two owners");
    expect(static_cast<bool>(condition.notify(count)), "a notification was refused");
    for (; count != 0; --count) notify_first();
  }
  void notify_all() {
    expect(!kept, "two owners");
    expect(static_cast<bool>(condition.notify_all()), "a notification was refused");
    while (!line.empty()) notify_first();
  }

  void operate(char letter, std::size_t actor) override {
    switch (letter) {
      case 'w':
      case 'l':
      case 'p': start(letter, actor); break;
      case 'c':
        waits[actor].cancel();
        if (waits[actor].asked) give_up(actor);
        break;
      case 'n': with_lock([this](Guard) { notify(1); }); break;
      case 'b': with_lock([this](Guard) { notify(2); }); break;
      case 'a': with_lock([this](Guard) { notify_all(); }); break;
      case 'k':
        with_lock([this](Guard) {
          ++tokens;
          notify(1);
        });
        break;
      case 'h':
        with_lock([this](Guard guard) {
          expect(!kept, "two owners");
          kept = std::move(guard);
        });
        break;
      case 'r': kept.release(); break;
      case 't': port.advance(1ms); break;
      default: FAIL("no such letter");
    }
  }

  void must_hold() override {
    // Timers that are due are armed until the next pass.
    for (std::size_t actor = 0; actor < kActors; ++actor)
      if (waits[actor].limit <= port.now() && loop.timers().next() > port.now()) give_up(actor);
    if (!quiet || kept) return;
    expect(!lock.locked(), "nobody has the lock, and it is not free");
    expect(notified.empty(), "a notification is lost");
    for (std::size_t actor = 0; actor < kActors; ++actor)
      expect(stands[actor] == Stand::idle || line.has(actor), "one who should end sleeps on");
    expect(!only_for_tokens || tokens == 0 || line.empty(), "one sleeps though there is a token");
  }

  void end() override {
    for (; kept; run()) kept.release();
    with_lock([this](Guard) {
      tokens += kActors;
      notify_all();
    });
    run();
    for (Stand stand : stands) expect(stand == Stand::idle, "somebody was not woken");
    waits = {};
  }
};

}  // namespace

TEST_GROUP(Interleavings){};

// K1
TEST(Interleavings, of_a_condition_lose_no_notification_and_end_with_the_lock) {
  explore<ConditionWorld>(
      {
          {"wcwc", "wcwc", "nbna"},
          {"wcwn", "wcwn", "wcwn"},
          {"ltwc", "lctn", "nwna"},
          {"wcwh", "wnrc", "hnra"},
      },
      3);
}

// K3
TEST(Interleavings, of_a_condition_and_predicates_leave_nobody_asleep_who_could_go_on) {
  explore<ConditionWorld>(
      {
          {"pcpc", "pcpc", "kknk"},
          {"pkpc", "pkpc", "pkpc"},
          {"pchp", "pkrc", "pkna"},
          {"ltpc", "pkct", "pwkk"},
      },
      3);
}
