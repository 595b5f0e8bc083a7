// SPDX-License-Identifier: BSL-1.0
// verdict: what a run found. It lies in memory that a run, which is a process of its own, shares
// with the process that started it: a run may also end by a trap or a sanitizer.
#pragma once

#include <cstdint>

namespace simulate {

struct Verdict {
  std::uint64_t seed;  ///< of the schedule that is played
  std::uint64_t runs;  ///< schedules that came to their end
  std::uint32_t step;  ///< the one that is played, counted from 0; as many as there are: the end
  char finding[160];   ///< empty while nothing is wrong
};

/// Set by whoever starts a run.
inline Verdict* verdict = nullptr;

/// Ends this process with a finding.
[[noreturn]] void fail(const char* finding);

inline void expect(bool holds, const char* otherwise) {
  if (!holds) fail(otherwise);
}

}  // namespace simulate
