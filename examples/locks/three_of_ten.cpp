// SPDX-License-Identifier: BSL-1.0
// Ten coroutines of which three at a time use a resource, as connections of a pool are used.
// In asyncio: sem = asyncio.Semaphore(3), await asyncio.gather(*coroutines).
// Those that wait cost blocks, the semaphore none.
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<44> loop{port};
eyelet::Semaphore semaphore{loop, 3};

Future<void> access_resource(int number) {
  return eyelet::with(semaphore,
                      [number] {
                        say(loop, "Resource being accessed by coroutine %d", number);
                        return eyelet::sleep(loop, 2s);
                      })
      .then([number] { say(loop, "Coroutine %d released the resource", number); });
}

int main() {
  std::array<Future<void>, 10> coroutines;
  for (int number = 0; number < 10; ++number) coroutines[number] = access_resource(number);
  return loop.run_until_complete(eyelet::gather(coroutines)) ? 0 : 1;
}
