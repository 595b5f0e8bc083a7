// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <new>
#include <tests/simulate/run.hpp>
#include <tests/simulate/world.hpp>

namespace simulate {
namespace {

using Clock = std::chrono::steady_clock;

constexpr itimerval kMostTime{{0, 0}, {0, 100'000}};  // of a processor; a hundredth is enough

void play_one(const Schedule& schedule) {
  setitimer(ITIMER_PROF, &kMostTime, nullptr);  // what does not end is killed
  verdict->step = 0;
  {
    World world{schedule.setting};
    world.play(schedule.steps);
  }
  expect(Item::alive == 0, "an item outlives its queue");
}

/// Runs `fn()` in a child. Whether it came to its end.
template <class F>
bool ends_well(F fn) {
  verdict->finding[0] = '\0';
  const pid_t child = fork();
  if (child == 0) {
    fn();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status == 0) return true;
  if (verdict->finding[0] == '\0') {
    const char* const how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit";
    std::strncpy(verdict->finding, how, sizeof(verdict->finding) - 1);
  }
  return false;
}

}  // namespace

void fail(const char* finding) {
  std::strncpy(verdict->finding, finding, sizeof(verdict->finding) - 1);
  _exit(1);
}

Runs::Runs() {
  void* const memory =
      mmap(nullptr, sizeof(Verdict), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  verdict = ::new (memory) Verdict{};
}

bool Runs::play(Range& range, Failure& failure) {
  using Seconds = std::chrono::duration<double>;
  const auto start = Clock::now();
  const auto spent = [start] { return Seconds{Clock::now() - start}.count(); };
  const bool well = ends_well([&] {
    for (std::uint64_t seed = range.first; seed <= range.last; ++seed) {
      if (range.seconds > 0 && spent() >= range.seconds) return;
      verdict->seed = seed;
      play_one(generate(seed));
      ++verdict->runs;
    }
  });
  if (well) return false;
  failure = Failure{verdict->seed, verdict->step, verdict->finding};
  range.first = verdict->seed + 1;
  if (range.seconds > 0) range.seconds = std::max(range.seconds - spent(), 0.001);
  return true;
}

bool Runs::fails(const Schedule& schedule, Failure& failure) {
  const bool well = ends_well([&] {
    // What a sanitizer says was said the first time.
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    play_one(schedule);
  });
  if (!well) failure = Failure{failure.seed, verdict->step, verdict->finding};
  return !well;
}

Schedule only(const Schedule& schedule, const std::vector<std::size_t>& steps) {
  Schedule part{schedule.setting, {}};
  for (const std::size_t step : steps) part.steps.push_back(schedule.steps[step]);
  return part;
}

std::vector<std::size_t> shrink(Runs& runs, const Schedule& schedule) {
  std::vector<std::size_t> steps(schedule.steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = i;
  Failure failure{};
  // Halves first, then quarters, at last single steps, until none can be left out any more.
  for (std::size_t size = steps.size(); size > 0;) {
    bool shorter = false;
    for (std::size_t at = 0; at < steps.size();) {
      std::vector<std::size_t> rest = steps;
      const auto first = rest.begin() + static_cast<std::ptrdiff_t>(at);
      rest.erase(first, first + static_cast<std::ptrdiff_t>(std::min(size, steps.size() - at)));
      if (runs.fails(only(schedule, rest), failure)) {
        steps = std::move(rest);
        shorter = true;
      } else {
        at += size;
      }
    }
    if (size > 1 || !shorter) size /= 2;
  }
  return steps;
}

}  // namespace simulate
