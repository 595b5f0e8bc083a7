// SPDX-License-Identifier: BSL-1.0
// Three workers add to one counter five times each, with a wait between reading and writing it.
// In asyncio: for i in range(iterations): async with lock: ...
// Without the lock all three would read the same number, and the sum would be 5 and not 15.
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<20> loop{port};
eyelet::Lock lock{loop};
int shared_counter = 0;

Future<void> increment(int worker) {
  return eyelet::with(lock, [worker] {
    return eyelet::sleep(loop, 10ms).then([worker, current = shared_counter] {
      shared_counter = current + 1;
      say(loop, "Worker %d: Counter = %d", worker, shared_counter);
    });
  });
}

Future<void> worker_with_lock(int worker, int iterations) {
  return eyelet::repeat(loop, [worker, left = iterations]() mutable {
    return increment(worker).then([more = --left > 0] { return more; });
  });
}

int main() {
  const std::array workers{worker_with_lock(0, 5), worker_with_lock(1, 5), worker_with_lock(2, 5)};
  if (!loop.run_until_complete(eyelet::gather(workers))) return 1;
  say(loop, "Final counter value: %d", shared_counter);
}
