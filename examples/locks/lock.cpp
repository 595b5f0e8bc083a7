// SPDX-License-Identifier: BSL-1.0
// Two workers and one lock: the second waits until the first has let go.
// In asyncio: async with lock: ...
// acquire() never ends within the call, so B asks before A goes on; asyncio's A would be first.
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<12> loop{port};
eyelet::Lock lock{loop};

Future<void> worker(char name) {
  say(loop, "Worker %c is attempting to acquire the lock...", name);
  return eyelet::with(lock,
                      [name] {
                        say(loop, "Worker %c has acquired the lock.", name);
                        return eyelet::sleep(loop, 2s);
                      })
      .then([name] { say(loop, "Worker %c has released the lock.", name); });
}

int main() {
  const std::array workers{worker('A'), worker('B')};
  return loop.run_until_complete(eyelet::gather(workers)) ? 0 : 1;
}
