// SPDX-License-Identifier: BSL-1.0
// Four workers and two permits: C and D get in when A and B have left.
// In asyncio: semaphore = asyncio.Semaphore(2), async with semaphore: ...
// A permit is handed over at its turn: A and B, due at the same moment, both leave before that.
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<20> loop{port};
eyelet::Semaphore semaphore{loop, 2};

Future<void> worker(char name) {
  return eyelet::with(semaphore,
                      [name] {
                        say(loop, "Worker %c has gained access.", name);
                        return eyelet::sleep(loop, 2s);
                      })
      .then([name] { say(loop, "Worker %c has released access.", name); });
}

int main() {
  const std::array workers{worker('A'), worker('B'), worker('C'), worker('D')};
  return loop.run_until_complete(eyelet::gather(workers)) ? 0 : 1;
}
