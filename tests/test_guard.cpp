// SPDX-License-Identifier: BSL-1.0
// What is acquired is released exactly once, whoever ends up with it.
#include <tests/fixture.hpp>

using namespace fixture;

namespace {

struct Door {
  int released = 0;
  Result<void> release() {
    ++released;
    return {};
  }
};

using Guard = eyelet::Guard<Door>;

}  // namespace

TEST_GROUP(Guards) {
  Door door;
  Door other;
};

TEST(Guards, of_nothing_holds_and_releases_nothing) {
  Guard guard;
  CHECK_FALSE(static_cast<bool>(guard));
  guard.release();
  guard.detach();
  CHECK_FALSE(static_cast<bool>(guard));
}

TEST(Guards, releases_once_when_it_goes) {
  {
    const Guard guard{door};
    CHECK_TRUE(static_cast<bool>(guard));
    CHECK_EQUAL(0, door.released);
  }
  CHECK_EQUAL(1, door.released);
}

TEST(Guards, releases_now_and_not_again_at_the_end) {
  {
    Guard guard{door};
    guard.release();
    CHECK_EQUAL(1, door.released);
    CHECK_FALSE(static_cast<bool>(guard));
    guard.release();
  }
  CHECK_EQUAL(1, door.released);
}

TEST(Guards, detached_does_not_release) {
  {
    Guard guard{door};
    guard.detach();
    CHECK_FALSE(static_cast<bool>(guard));
  }
  CHECK_EQUAL(0, door.released);
}

TEST(Guards, moved_takes_the_acquisition_along) {
  {
    Guard from{door};
    Guard to{std::move(from)};
    CHECK_FALSE(static_cast<bool>(from));
    CHECK_TRUE(static_cast<bool>(to));
    from.release();
    CHECK_EQUAL(0, door.released);
  }
  CHECK_EQUAL(1, door.released);
}

TEST(Guards, assigned_to_releases_what_it_held_at_once) {
  Guard to{door};
  Guard from{other};
  to = std::move(from);
  CHECK_EQUAL(1, door.released);
  CHECK_EQUAL(0, other.released);
  CHECK_FALSE(static_cast<bool>(from));
  to = {};
  CHECK_EQUAL(1, other.released);
  CHECK_EQUAL(1, door.released);
}

TEST(Guards, assigned_to_itself_keeps_its_acquisition) {
  Guard guard{door};
  Guard& same = guard;
  guard = std::move(same);
  CHECK_TRUE(static_cast<bool>(guard));
  CHECK_EQUAL(0, door.released);
}

TEST(Guards, release_that_comes_back_to_the_guard_finds_it_empty) {
  struct Back {
    eyelet::Guard<Back>* guard = nullptr;
    int released = 0;
    Result<void> release() {
      ++released;
      guard->release();
      return {};
    }
  } back;
  eyelet::Guard<Back> guard{back};
  back.guard = &guard;
  guard.release();
  CHECK_EQUAL(1, back.released);
}
