// SPDX-License-Identifier: BSL-1.0
// Two calls, the second when the first has ended: 4 s for two times 2 s.
// In asyncio: result1 = await async_function(), result2 = await async_function().
// What a later step still needs of an earlier one it captures.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<5> loop{port};

Future<const char*> async_function() {
  say(loop, "Async function starting");
  return eyelet::sleep(loop, 2s).then([] {
    say(loop, "Async function completed");
    return "Async result";
  });
}

int main() {
  const auto both = async_function().then([](const char* first) {
    return async_function().then(
        [first](const char* second) { say(loop, "Results: %s, %s", first, second); });
  });
  return loop.run_until_complete(both) ? 0 : 1;
}
