// SPDX-License-Identifier: BSL-1.0
// A producer and a slower consumer; shutdown() says that there will be no more.
// In asyncio (3.13): queue.shutdown(), except asyncio.QueueShutDown.
// What is still inside is consumed; then get() fails with queue_shut_down, for every consumer.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<16> loop{port};
eyelet::Queue<int, 4> queue{loop};

Future<void> produce(int item) {
  return queue.put(item).then([item] {
    say(loop, "Producer added: item_%d", item);
    return eyelet::sleep(loop, 1s);
  });
}

Future<void> producer(int n) {
  return eyelet::repeat(loop,
                        [n, item = 0]() mutable {
                          return produce(item).then([more = ++item < n] { return more; });
                        })
      .finally([] { queue.shutdown(); });
}

Future<void> consume(int item) {
  say(loop, "Consumer processed: item_%d", item);
  return eyelet::sleep(loop, 2s);
}

Future<void> consumer() {
  return eyelet::repeat(loop, [] { return queue.get().then(consume); })
      .or_else([](eyelet::Error error) -> eyelet::Result<void> {
        if (error.code != eyelet::Errc::queue_shut_down) return eyelet::failure(error);
        say(loop, "Consumer has finished working");
        return {};
      });
}

int main() {
  const auto producing = producer(5);
  const auto consuming = consumer();
  return loop.run_until_complete(eyelet::gather(producing, consuming)) ? 0 : 1;
}
