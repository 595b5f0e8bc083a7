// SPDX-License-Identifier: BSL-1.0
// Five risky operations at once; each outcome is looked at as it comes, and no failure is fatal.
// In asyncio: for task in asyncio.as_completed(tasks): try: await task, except Exception as e.
// An outcome is a Result, a value or an error, so that neither can be mistaken for the other.
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;
using eyelet::Result;

eyelet::SimPort port;
eyelet::StaticLoop<20> loop{port};

/// The later ones are faster, and those with an odd number fail.
Future<int> risky_operation(int i) {
  return eyelet::sleep(loop, 1s - i * 100ms).then([i]() -> Result<int> {
    if (i % 2 != 0) return eyelet::failure(eyelet::Errc::user, i);
    return i;
  });
}

int main() {
  std::array<Future<int>, 5> tasks;
  for (int i = 0; i < 5; ++i) tasks[i] = risky_operation(i);

  eyelet::AsCompleted completed{loop, tasks};
  const auto all = eyelet::for_each(loop, completed, [](const Result<int>& result) {
    if (result)
      say(loop, "Result: %d", *result);
    else
      say(loop, "Task failed: %s %d", name(result.error().code),
          static_cast<int>(result.error().detail));
  });
  return loop.run_until_complete(all) ? 0 : 1;
}
