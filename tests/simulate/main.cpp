// SPDX-License-Identifier: BSL-1.0
// simulate: plays random schedules and says which of them found something.
//
//   simulate                     10 seconds of seeds 1, 2, 3, ...
//   simulate seconds=N           N seconds; 0: until it is killed
//   simulate seeds=A..B          these, however long it takes; seeds=A.. all from A on
//   simulate seeds=A only=3,7    steps 3 and 7 of seed A
//
// The last line of output is `N passed, M failed`.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <tests/simulate/run.hpp>

namespace {

using namespace simulate;

constexpr int kMostFailures = 5;
constexpr double kSeconds = 10;
constexpr std::uint64_t kLastSeed = std::numeric_limits<std::uint64_t>::max();

struct Arguments {
  Range range{1, kLastSeed, kSeconds};
  bool timed = false;
  std::vector<std::size_t> only;
};

std::vector<std::size_t> numbers(const char* text) {
  std::vector<std::size_t> all;
  for (char* end = nullptr; *text != '\0'; text = *end == ',' ? end + 1 : end) {
    all.push_back(std::strtoul(text, &end, 10));
    if (end == text) break;
  }
  return all;
}

void set_seeds(const char* text, Arguments& arguments) {
  Range& range = arguments.range;
  char* end = nullptr;
  range.first = range.last = std::strtoull(text, &end, 10);
  if (std::string_view{end} == "..")
    range.last = kLastSeed;
  else if (*end != '\0')
    range.last = std::strtoull(end + 2, nullptr, 10);
  if (!arguments.timed) range.seconds = 0;
}

/// Whether `word` is one of ours.
bool parse(std::string_view word, Arguments& arguments) {
  const std::size_t value = word.find('=') + 1;
  const std::string_view name = word.substr(0, value);
  const char* const text = word.data() + value;
  if (name == "seconds=") {
    arguments.range.seconds = std::strtod(text, nullptr);
    arguments.timed = true;
  } else if (name == "seeds=") {
    set_seeds(text, arguments);
  } else if (name == "only=") {
    arguments.only = numbers(text);
  } else {
    return false;
  }
  return true;
}

void show(const Schedule& schedule, const std::vector<std::size_t>& steps) {
  std::printf("  %s\n", describe(schedule.setting).c_str());
  for (const std::size_t step : steps)
    std::printf("  %3zu %s\n", step, describe(schedule.steps[step]).c_str());
}

/// Tells of a failure by the shortest part of its schedule that fails, too.
void tell(Runs& runs, Failure failure) {
  const Schedule schedule = generate(failure.seed);
  const std::vector<std::size_t> steps = shrink(runs, schedule);
  runs.fails(only(schedule, steps), failure);
  std::printf("FAILED seed %" PRIu64 ": %s", failure.seed, failure.finding.c_str());
  if (failure.step < steps.size())
    std::printf(", in step %zu\n", steps[failure.step]);
  else
    std::printf(", at the end\n");
  show(schedule, steps);
  std::printf("  again: seeds=%" PRIu64 " only=", failure.seed);
  for (std::size_t i = 0; i < steps.size(); ++i) std::printf(i == 0 ? "%zu" : ",%zu", steps[i]);
  std::printf("\n");
  std::fflush(stdout);
}

int play_all(Runs& runs, Range range) {
  const std::uint64_t first = range.first;
  int failed = 0;
  for (Failure failure; failed < kMostFailures && runs.play(range, failure); ++failed)
    tell(runs, failure);
  std::printf("seeds %" PRIu64 "..%" PRIu64 "\n", first, runs.last_seed());
  return failed;
}

int play_only(Runs& runs, const Arguments& arguments) {
  const Schedule schedule = generate(arguments.range.first);
  for (const std::size_t step : arguments.only)
    if (step >= schedule.steps.size()) return 1;
  show(schedule, arguments.only);
  Failure failure{arguments.range.first, 0, {}};
  const bool fails = runs.fails(only(schedule, arguments.only), failure);
  if (fails) std::printf("FAILED: %s\n", failure.finding.c_str());
  return fails;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i)
    if (!parse(words[i], arguments)) {
      std::puts("simulate [seconds=N] [seeds=A..B] [only=STEP,STEP]");
      return 2;
    }
  Runs runs;
  const int failed =
      arguments.only.empty() ? play_all(runs, arguments.range) : play_only(runs, arguments);
  std::printf("%" PRIu64 " passed, %d failed\n", runs.passed(), failed);
  return failed != 0;
}
