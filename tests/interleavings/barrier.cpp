// SPDX-License-Identifier: BSL-1.0
// A barrier: nobody goes on before all have come, and each has a place of its own.
//
//   w  wait                       a  abort
//   l  wait for at most 1 ms      r  reset
//   y  try_wait                   t  1 ms passes
//   c  cancel
#include <tests/interleavings/explore.hpp>

using namespace interleavings;

namespace {

template <std::size_t Parties>
struct BarrierWorld : Stage {
  eyelet::Barrier barrier{loop, Parties};
  bool broken = false;
  Waits waits;
  std::array<bool, kActors> ended{};  // by abort or reset
  Line line;
  Line leaving;                              // must have their turns in this order
  std::array<std::size_t, kActors> place{};  // of those who leave

  void let_go() {
    for (std::size_t next = 0; !line.empty(); ++next) {
      place[line[0]] = next;
      leaving.join(line[0]);
      line.leave(line[0]);
    }
  }

  void wait(std::size_t actor, bool limited) {
    if (waits[actor].pending()) return;
    ended[actor] = broken;
    begin(
        waits[actor], barrier.wait(), limited,
        [this, actor](std::size_t outcome) {
          expect(!waits[actor].asked && !ended[actor], "a success after a cancel, abort or reset");
          expect(leaving.is_first(actor), "gone before all have come, or out of order");
          expect(outcome == place[actor], "a wrong place");
          leaving.leave(actor);
        },
        [this, actor](Error error) { return ended[actor] && error.code == Errc::broken_barrier; });
    if (broken) return;
    line.join(actor);
    if (line.size() == Parties) let_go();
  }

  void try_wait() {
    const Result<std::size_t> outcome = barrier.try_wait();
    if (broken) return expect(code(outcome) == Errc::broken_barrier, "came to a broken barrier");
    if (line.size() + 1 != Parties)
      return expect(code(outcome) == Errc::invalid_state, "completed with too few");
    expect(outcome && *outcome == Parties - 1, "refused though it was the last");
    let_go();
  }

  void end_all(bool and_all_who_come) {
    broken = and_all_who_come;
    for (std::size_t actor = 0; actor < kActors; ++actor)
      if (line.has(actor) || leaving.has(actor)) ended[actor] = true;
    line = leaving = {};
  }

  void operate(char letter, std::size_t actor) override {
    switch (letter) {
      case 'w':
      case 'l': wait(actor, letter == 'l'); break;
      case 'y': try_wait(); break;
      case 'c': waits[actor].cancel(); break;
      case 'a':
        barrier.abort();
        end_all(true);
        break;
      case 'r':
        barrier.reset();
        end_all(false);
        break;
      case 't': port.advance(1ms); break;
      default: FAIL("no such letter");
    }
  }

  void must_hold() override {
    remove_withdrawn(line, waits);
    remove_withdrawn(leaving, waits);
    expect(barrier.waiting() == line.size(), "one who came was not counted, or one who left was");
    expect(barrier.broken() == broken, "broken or repaired wrongly");
    expect(!quiet || leaving.empty(), "somebody was not let go");
    for (std::size_t actor = 0; actor < kActors; ++actor)
      expect(!ended[actor] || waits[actor].turn.done(), "somebody waits at a broken barrier");
  }

  void end() override {
    operate('a', 0);
    run();
    for (const Wait& wait : waits) expect(!wait.pending(), "somebody waits at a broken barrier");
    waits = {};
  }
};

}  // namespace

TEST_GROUP(Interleavings){};

// B1 B3
TEST(Interleavings, of_a_barrier_of_two_parties_let_nobody_go_alone) {
  explore<BarrierWorld<2>>({
      {"wcwc", "wcwc", "wcwc"},
      {"ltlc", "lcwl", "wcyt"},
      {"wcwc", "wcyw", "warw"},
  });
}

TEST(Interleavings, of_a_barrier_of_three_parties_let_nobody_go_before_the_last) {
  explore<BarrierWorld<3>>({
      {"wcwc", "wcwc", "wcwc"},
      {"ltlc", "lcwl", "wcyt"},
      {"wcwc", "lyrt", "warw"},
  });
}
