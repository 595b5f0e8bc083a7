// SPDX-License-Identifier: BSL-1.0
// What the tests of the combinators share: a loop that can be short of blocks, and a small stack.
#pragma once

#include <tests/fixture.hpp>
#include <tests/small_stack.hpp>

namespace fixture {

/// A fixture whose blocks can be occupied.
struct CombinatorFixture : Fixture {
  std::array<Future<int>, 64> hogs;

  /// Occupies all blocks but `free`.
  void occupy(std::size_t free) {
    for (std::size_t i = in_use(); i + free < 64; ++i) hogs[i] = loop.create_future<int>();
  }

  /// As many passes as any test here needs, timers that are due included.
  void settle() { run_passes(20); }

  void vacate() { hogs.fill(Future<int>{}); }

  /// With 0 to `blocks` - 1 free blocks `begin()` gives a future that failed with out_of_blocks and
  /// leaves no block behind; with `blocks` it works.
  template <class Begin>
  void check_needs(std::size_t blocks, Begin begin) {
    for (std::size_t free = 0; free < blocks; ++free) {
      occupy(free);
      {
        const auto refused = begin();
        CHECK_TRUE(refused.done());
        CHECK_EQUAL(Errc::out_of_blocks, code(refused));
        run_ready();
      }
      CHECK_EQUAL(64 - free, in_use());
      CHECK_COMPARE(report_count, >, 0U);
      report_count = 0;
      vacate();
    }
    occupy(blocks);
    {
      const auto works = begin();
      CHECK_FALSE(works.done());
      CHECK_EQUAL(64U, in_use());
    }
    vacate();
    CHECK_EQUAL(0U, report_count);
  }
};

}  // namespace fixture
