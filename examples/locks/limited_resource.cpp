// SPDX-License-Identifier: BSL-1.0
// Five workers, two at a time, each for a random time: whoever leaves lets the next in.
// In asyncio: semaphore = asyncio.Semaphore(2), await asyncio.sleep(random.uniform(1, 2)).
#include <array>
#include <examples/chance.hpp>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<20> loop{port};
eyelet::Semaphore semaphore{loop, 2};

Future<void> limited_resource_worker(int id) {
  return eyelet::with(semaphore, [id] {
    say(loop, "Worker %d accessing limited resource", id);
    return eyelet::sleep(loop, between(1s, 2s)).then([id] {
      say(loop, "Worker %d releasing limited resource", id);
    });
  });
}

int main() {
  std::array<Future<void>, 5> workers;
  for (int id = 0; id < 5; ++id) workers[id] = limited_resource_worker(id);
  return loop.run_until_complete(eyelet::gather(workers)) ? 0 : 1;
}
