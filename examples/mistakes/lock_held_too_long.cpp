// SPDX-License-Identifier: BSL-1.0
// A producer that keeps the lock while it takes its time: the consumer gets in at the end only.
// In asyncio: async with condition: for i in range(5): condition.notify(); await asyncio.sleep(1).
// No notification finds anybody waiting. How it is done instead: locks/condition.cpp.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<12> loop{port};
eyelet::Lock lock{loop};
eyelet::Condition condition{lock};
int added = 0, consumed = 0;  // item i is there from the moment that added > i

Future<void> consumer() {
  return eyelet::with(lock, [] {
    if (consumed == added) say(loop, "Consumer waiting");
    return condition.wait_for([] { return consumed < added; }).then([] {
      say(loop, "Consumer got item: %d", consumed++);
    });
  });
}

Future<void> producer() {
  return eyelet::with(lock, [] {
    return eyelet::repeat(loop, [] {
      ++added;
      static_cast<void>(condition.notify());  // cannot fail: the lock is held
      return eyelet::sleep(loop, 1s).then([] { return added < 5; });
    });
  });
}

int main() {
  const auto producing = producer();
  const auto consuming = consumer();
  return loop.run_until_complete(eyelet::gather(producing, consuming)) ? 0 : 1;
}
