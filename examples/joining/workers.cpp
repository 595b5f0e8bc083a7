// SPDX-License-Identifier: BSL-1.0
// Workers that take as long as chance will have it, started and awaited in three ways.
// In asyncio: create_task() and gather(*tasks), gather() of the calls, and as_completed(tasks).
#include <array>
#include <examples/chance.hpp>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;
using std::chrono::milliseconds;
using Name = const char*;

eyelet::SimPort port;
eyelet::StaticLoop<24> loop{port};

Future<Name> worker(Name name, milliseconds work_time) {
  say(loop, "Worker %s starting", name);
  return eyelet::sleep(loop, work_time).then([name] {
    say(loop, "Worker %s completed", name);
    return name;
  });
}

/// A task of its own: it begins in the next pass.
Future<Name> start(Name name, milliseconds work_time) {
  return loop.create_task([name, work_time] { return worker(name, work_time); });
}

Future<void> use_create_task() {
  say(loop, "=== Using create_task() ===");
  const std::array tasks{start("Worker-0", between(1s, 3s)), start("Worker-1", between(1s, 3s)),
                         start("Worker-2", between(1s, 3s)), start("Worker-3", between(1s, 3s)),
                         start("Worker-4", between(1s, 3s))};
  return eyelet::gather(tasks).then([](const std::array<Name, 5>& names) {
    const auto& [a, b, c, d, e] = names;
    say(loop,
        "All workers completed: ['Result from %s', 'Result from %s', 'Result from %s', "
        "'Result from %s', 'Result from %s']",
        a, b, c, d, e);
  });
}

Future<void> use_gather() {
  say(loop, "=== Using gather() directly ===");
  const std::array calls{worker("Alpha", 1s), worker("Beta", 2s), worker("Gamma", 1500ms)};
  return eyelet::gather(calls).then([](const std::array<Name, 3>& names) {
    const auto& [a, b, c] = names;
    say(loop, "Results: ['Result from %s', 'Result from %s', 'Result from %s']", a, b, c);
  });
}

bool use_as_completed() {
  say(loop, "=== Using as_completed() ===");
  const std::array tasks{start("Task-0", between(500ms, 2s)), start("Task-1", between(500ms, 2s)),
                         start("Task-2", between(500ms, 2s)), start("Task-3", between(500ms, 2s))};
  eyelet::AsCompleted completed{loop, tasks};
  const auto all = eyelet::for_each(loop, completed, [](const eyelet::Result<Name>& result) {
    say(loop, "Completed: Result from %s", result.value_or("nobody"));
  });
  return loop.run_until_complete(all).has_value();
}

int main() {
  const auto gathered = use_create_task().then(use_gather);
  return loop.run_until_complete(gathered) && use_as_completed() ? 0 : 1;
}
