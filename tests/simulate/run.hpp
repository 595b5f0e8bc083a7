// SPDX-License-Identifier: BSL-1.0
// run: schedules are played in processes of their own, so that a trap, a sanitizer's report or an
// endless loop is a finding like others.
#pragma once

#include <string>
#include <tests/simulate/schedule.hpp>
#include <tests/simulate/verdict.hpp>

namespace simulate {

/// Seeds from `first` to `last`, and until when they are played.
struct Range {
  std::uint64_t first;
  std::uint64_t last;
  double seconds;  ///< 0: however long it takes
};

struct Failure {
  std::uint64_t seed;
  std::uint32_t step;
  std::string finding;
};

class Runs {
 public:
  Runs();

  /// Plays what is left of `range`. Whether there was a failure.
  bool play(Range& range, Failure& failure);
  /// Whether this schedule fails, too; what it finds.
  bool fails(const Schedule& schedule, Failure& failure);

  std::uint64_t passed() const { return verdict->runs; }
  std::uint64_t last_seed() const { return verdict->seed; }
};

/// The steps of `schedule`, which fails, without which it does not; by their numbers.
std::vector<std::size_t> shrink(Runs& runs, const Schedule& schedule);

/// `schedule` without all steps but those.
Schedule only(const Schedule& schedule, const std::vector<std::size_t>& steps);

}  // namespace simulate
