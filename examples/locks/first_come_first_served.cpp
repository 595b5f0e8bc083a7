// SPDX-License-Identifier: BSL-1.0
// Five that want the same resource get it one after the other, in the order in which they asked.
// In asyncio: lock = asyncio.Lock(), async with lock: ...
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<20> loop{port};
eyelet::Lock lock{loop};

Future<void> update_shared_resource(int number) {
  return eyelet::with(lock, [number] {
    say(loop, "Resource accessed by coroutine %d", number);
    return eyelet::sleep(loop, 1s);
  });
}

int main() {
  std::array<Future<void>, 5> coroutines;
  for (int number = 0; number < 5; ++number) coroutines[number] = update_shared_resource(number);
  return loop.run_until_complete(eyelet::gather(coroutines)) ? 0 : 1;
}
