// SPDX-License-Identifier: BSL-1.0
// A consumer that waits for items; the producer holds the lock only while it adds one.
// In asyncio: async with condition: while not queue: await condition.wait(), condition.notify().
// wait_for() gives the lock up while it waits, and has it again when it ends.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

constexpr int kItems = 5;

eyelet::SimPort port;
eyelet::StaticLoop<16> loop{port};
eyelet::Lock lock{loop};
eyelet::Condition condition{lock};
int added = 0, consumed = 0;  // item i is there from the moment that added > i

Future<void> consume() {
  return eyelet::with(lock, [] {
    if (consumed == added) say(loop, "Consumer waiting");
    return condition.wait_for([] { return consumed < added; }).then([] {
      say(loop, "Consumer got item: %d", consumed++);
    });
  });
}

Future<void> produce() {
  return eyelet::with(lock, [] {
    ++added;
    return condition.notify();
  });
}

Future<void> consumer() {
  return eyelet::repeat(loop, [] { return consume().then([] { return consumed < kItems; }); });
}

Future<void> producer() {
  return eyelet::repeat(loop, [] {
    return produce().then([] { return eyelet::sleep(loop, 1s); }).then([] {
      return added < kItems;
    });
  });
}

int main() {
  const auto producing = producer();
  const auto consuming = consumer();
  return loop.run_until_complete(eyelet::gather(producing, consuming)) ? 0 : 1;
}
