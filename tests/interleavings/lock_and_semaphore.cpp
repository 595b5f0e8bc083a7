// SPDX-License-Identifier: BSL-1.0
// Locks and semaphores: permits that come back, first come, first served.
//
//   a  acquire                         r  release what one has
//   w  acquire for at most 1 ms        o  release without having any (semaphores)
//   b  acquire, and take nothing       d  drop that, before or after it was acquired
//   n  try_acquire                     c  cancel
//   t  1 ms passes
//
// Who has a permit, or waits for one, asks for no other.
#include <algorithm>
#include <tests/interleavings/explore.hpp>

using namespace interleavings;

namespace {

template <class Primitive, std::size_t Permits, std::size_t Bound>
struct Permitted : Stage {
  static constexpr bool kIsLock = std::is_same_v<Primitive, eyelet::Lock>;
  using Guard = eyelet::Guard<std::conditional_t<kIsLock, eyelet::Lock, eyelet::Semaphore>>;

  Primitive primitive = make();
  std::array<Guard, kActors> held;
  Waits waits;
  Line line;
  std::size_t permits = Permits;  // free, or on their way to those in line

  Primitive make() {
    if constexpr (kIsLock)
      return Primitive{loop};
    else
      return Primitive{loop, Permits};
  }

  std::size_t count_free() const { return permits - std::min(permits, line.size()); }
  bool is_idle(std::size_t actor) const {
    return !held[actor] && !waits[actor].pending() && !waits[actor].served_bare();
  }

  void serve(std::size_t actor) {
    expect(line.is_first(actor), "not first come, first served");
    expect(permits != 0, "a permit made from nothing");
    line.leave(actor);
    --permits;
  }
  void serve_bare() {
    while (!line.empty() && waits[line[0]].served_bare()) serve(line[0]);
  }
  // As asyncio's, a permit on its way counts as acquired.
  bool give_back() {
    if (count_free() >= Bound) return false;
    ++permits;
    return true;
  }

  void acquire(std::size_t actor, bool limited) {
    line.join(actor);
    begin(
        waits[actor], primitive.acquire(), limited,
        [this, actor](Guard guard) {
          expect(!waits[actor].asked, "a success after a cancel");
          serve_bare();
          serve(actor);
          held[actor] = std::move(guard);
        },
        [](Error) { return false; });
  }

  void acquire_bare(std::size_t actor) {
    line.join(actor);
    begin_bare(waits[actor], primitive.acquire());
  }

  void drop(std::size_t actor) {
    if (!waits[actor].bare()) return;
    if (waits[actor].served_bare()) give_back();
    line.leave(actor);
    waits[actor] = {};
  }

  void try_acquire(std::size_t actor) {
    held[actor] = primitive.try_acquire();
    expect(static_cast<bool>(held[actor]) == (permits != 0 && line.empty()),
           "an overtaker, or a refusal for nothing");
    if (held[actor]) --permits;
  }

  void release(std::size_t actor) {
    if (!held[actor]) return;
    held[actor].release();
    give_back();
  }

  void release_nothing() {
    if constexpr (!kIsLock) {
      const bool accepted = static_cast<bool>(primitive.release());
      expect(accepted == give_back(), "accepted or refused wrongly");
    }
  }

  void operate(char letter, std::size_t actor) override {
    switch (letter) {
      case 'a':
      case 'w':
        if (is_idle(actor)) acquire(actor, letter == 'w');
        break;
      case 'b':
        if (is_idle(actor)) acquire_bare(actor);
        break;
      case 'n':
        if (is_idle(actor)) try_acquire(actor);
        break;
      case 'r': release(actor); break;
      case 'o': release_nothing(); break;
      case 'd': drop(actor); break;
      case 'c': waits[actor].cancel(); break;
      case 't': port.advance(1ms); break;
      default: FAIL("no such letter");
    }
  }

  void must_hold() override {
    remove_withdrawn(line, waits);
    serve_bare();
    if constexpr (kIsLock)
      expect(primitive.locked() == (permits == 0), "locked or free wrongly");
    else
      expect(primitive.value() == count_free(), "a permit lost or made from nothing");
    expect(!quiet || count_free() == permits, "one waits for a permit that is free");
  }

  void end() override {
    for (std::size_t round = 0; round < kActors; ++round) {
      for (std::size_t actor = 0; actor < kActors; ++actor) {
        release(actor);
        if (!waits[actor].pending()) drop(actor);
      }
      run();
    }
    for (std::size_t actor = 0; actor < kActors; ++actor)
      expect(is_idle(actor), "somebody was not served");
    waits = {};
  }
};

constexpr std::size_t kUnbounded = static_cast<std::size_t>(-1);
using LockWorld = Permitted<eyelet::Lock, 1, 1>;
template <std::size_t Permits>
using SemaphoreWorld = Permitted<eyelet::Semaphore, Permits, kUnbounded>;
template <std::size_t Permits>
using BoundedWorld = Permitted<eyelet::BoundedSemaphore, Permits, Permits>;

}  // namespace

TEST_GROUP(Interleavings){};

// L1 L2
TEST(Interleavings, of_a_lock_keep_one_owner_and_the_order) {
  explore<LockWorld>({
      {"arar", "arar", "arar"},
      {"acar", "acar", "arac"},
      {"wrtc", "warc", "arac"},
      {"wtwr", "wcwr", "arnr"},
      {"bdbd", "bcar", "arnr"},
  });
}

// S1 S2
TEST(Interleavings, of_a_semaphore_conserve_its_permits) {
  explore<SemaphoreWorld<2>>({
      {"arar", "arar", "arar"},
      {"acar", "acar", "arac"},
      {"wrtc", "warc", "aroc"},
      {"bdbd", "bcar", "wtnr"},
  });
}

// S4
TEST(Interleavings, of_a_bounded_semaphore_conserve_its_permits_and_refuse_more) {
  explore<BoundedWorld<1>>({
      {"arar", "arar", "arar"},
      {"acor", "acor", "arno"},
      {"wrtc", "wocr", "otar"},
      {"bdbd", "obca", "arno"},
  });
}
