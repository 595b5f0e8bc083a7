// SPDX-License-Identifier: BSL-1.0
// Looks at each result as soon as it is there, whatever the order in which they were started.
// In asyncio: for coro in asyncio.as_completed(tasks): result = await coro.
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<16> loop{port};

Future<int> task(int seconds) {
  return eyelet::sleep(loop, seconds * 1s).then([seconds] { return seconds; });
}

int main() {
  const std::array tasks{task(3), task(1), task(2)};
  eyelet::AsCompleted completed{loop, tasks};
  const auto all = eyelet::for_each(loop, completed, [](const eyelet::Result<int>& result) {
    say(loop, "Completed task with result: %d", result.value_or(-1));
  });
  return loop.run_until_complete(all) ? 0 : 1;
}
