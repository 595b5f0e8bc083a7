// SPDX-License-Identifier: BSL-1.0
// simulate: plays random schedules and says which of them found something.
//
//   simulate                   10 seconds of seeds 1, 2, 3, ...
//   simulate --seconds N       N seconds; 0: until it is killed
//   simulate --seeds A..B      these
//   simulate --seeds A --only 3,7    steps 3 and 7 of seed A
//
// The last line of output is `N passed, M failed`.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <tests/simulate/run.hpp>

namespace {

using namespace simulate;

constexpr int kMostFailures = 5;

struct Arguments {
  const char* program;
  Range range{1, std::numeric_limits<std::uint64_t>::max(), 10};
  std::vector<std::size_t> steps;
  bool wrong = false;
};

std::vector<std::size_t> numbers(const char* text) {
  std::vector<std::size_t> all;
  for (char* end = nullptr; *text != '\0'; text = *end == ',' ? end + 1 : end) {
    all.push_back(std::strtoul(text, &end, 10));
    if (end == text) break;
  }
  return all;
}

Arguments parse(int count, char** words) {
  Arguments arguments{};
  arguments.program = words[0];
  for (int i = 1; i < count; i += 2) {
    const char* const value = i + 1 < count ? words[i + 1] : "";
    char* end = nullptr;
    if (std::strcmp(words[i], "--seconds") == 0) {
      arguments.range.seconds = std::strtod(value, &end);
    } else if (std::strcmp(words[i], "--seeds") == 0) {
      arguments.range.first = arguments.range.last = std::strtoull(value, &end, 10);
      if (std::strncmp(end, "..", 2) == 0) arguments.range.last = std::strtoull(end + 2, &end, 10);
      arguments.range.seconds = 0;
    } else if (std::strcmp(words[i], "--only") == 0) {
      arguments.steps = numbers(value);
      continue;
    }
    arguments.wrong |= end == nullptr || end == value || *end != '\0';
  }
  return arguments;
}

void show(const Schedule& schedule, const std::vector<std::size_t>& steps) {
  std::printf("  %s\n", describe(schedule.setting).c_str());
  for (const std::size_t step : steps)
    std::printf("  %3zu %s\n", step, describe(schedule.steps[step]).c_str());
}

/// Tells of a failure by the shortest part of its schedule that fails, too.
void tell(Runs& runs, const char* program, Failure failure) {
  const Schedule schedule = generate(failure.seed);
  const std::vector<std::size_t> steps = shrink(runs, schedule);
  runs.fails(only(schedule, steps), failure);
  std::printf("FAILED seed %" PRIu64 ": %s", failure.seed, failure.finding.c_str());
  if (failure.step < steps.size())
    std::printf(", in step %zu\n", steps[failure.step]);
  else
    std::printf(", at the end\n");
  show(schedule, steps);
  std::printf("  %s --seeds %" PRIu64 " --only ", program, failure.seed);
  for (std::size_t i = 0; i < steps.size(); ++i) std::printf(i == 0 ? "%zu" : ",%zu", steps[i]);
  std::printf("\n");
  std::fflush(stdout);
}

int play_all(Runs& runs, Arguments& arguments) {
  int failed = 0;
  for (Failure failure; failed < kMostFailures && runs.play(arguments.range, failure); ++failed)
    tell(runs, arguments.program, failure);
  return failed;
}

int play_only(Runs& runs, const Arguments& arguments) {
  const Schedule schedule = generate(arguments.range.first);
  for (const std::size_t step : arguments.steps)
    if (step >= schedule.steps.size()) return 1;
  show(schedule, arguments.steps);
  Failure failure{arguments.range.first, 0, {}};
  const bool fails = runs.fails(only(schedule, arguments.steps), failure);
  if (fails) std::printf("FAILED: %s\n", failure.finding.c_str());
  return fails;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments = parse(count, words);
  if (arguments.wrong) {
    std::puts("simulate [--seconds N] [--seeds A..B] [--seeds A --only STEP,STEP]");
    return 2;
  }
  Runs runs;
  const int failed =
      arguments.steps.empty() ? play_all(runs, arguments) : play_only(runs, arguments);
  std::printf("%" PRIu64 " passed, %d failed\n", runs.passed(), failed);
  return failed != 0;
}
