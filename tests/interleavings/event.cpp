// SPDX-License-Identifier: BSL-1.0
// An event: all who wait when it is set are woken, and nobody else.
//
//   w  wait                       s  set
//   l  wait for at most 1 ms      x  clear
//   b  wait, and tell nobody      t  1 ms passes
//   d  drop that                  c  cancel
#include <tests/interleavings/explore.hpp>

using namespace interleavings;

namespace {

struct EventWorld : Stage {
  eyelet::Event event{loop};
  bool set = false;
  Waits waits;
  Line line;
  Line woken;  // must have their turns in this order

  void wake(std::size_t actor) {
    line.leave(actor);
    woken.join(actor);
  }
  void serve_bare() {
    while (!woken.empty() && waits[woken[0]].served_bare()) woken.leave(woken[0]);
  }

  void wait(char how, std::size_t actor) {
    if (waits[actor].pending()) return;
    (set ? woken : line).join(actor);
    if (how == 'b') return begin_bare(waits[actor], event.wait());
    begin(
        waits[actor], event.wait(), how == 'l',
        [this, actor] {
          serve_bare();
          expect(!waits[actor].asked, "a success after a cancel");
          expect(woken.is_first(actor), "woken by nothing, or out of order");
          woken.leave(actor);
        },
        [](Error) { return false; });
  }

  void operate(char letter, std::size_t actor) override {
    switch (letter) {
      case 'w':
      case 'l':
      case 'b': wait(letter, actor); break;
      case 'd':
        if (!waits[actor].bare()) break;
        waits[actor] = {};
        line.leave(actor);
        woken.leave(actor);
        break;
      case 'c': waits[actor].cancel(); break;
      case 's':
        event.set();
        set = true;
        while (!line.empty()) wake(line[0]);
        break;
      case 'x':
        event.clear();
        set = false;
        break;
      case 't': port.advance(1ms); break;
      default: FAIL("no such letter");
    }
  }

  void must_hold() override {
    remove_withdrawn(line, waits);
    remove_withdrawn(woken, waits);
    serve_bare();
    expect(event.is_set() == set, "set or cleared wrongly");
    for (std::size_t i = 0; i < line.size(); ++i)
      expect(waits[line[i]].pending(), "woken by nothing");
    expect(!quiet || woken.empty(), "a wake-up is lost");
  }

  void end() override {
    operate('s', 0);
    run();
    for (const Wait& wait : waits) expect(!wait.pending(), "somebody sleeps on");
    waits = {};
  }
};

}  // namespace

TEST_GROUP(Interleavings){};

// E1
TEST(Interleavings, of_an_event_wake_who_waits_when_it_is_set_and_nobody_else) {
  explore<EventWorld>({
      {"wcwc", "wcwc", "sxsx"},
      {"ltlc", "lwcw", "sxsx"},
      {"bdbc", "wcbd", "sxws"},
      {"wsxc", "wsxc", "wsxc"},
  });
}
