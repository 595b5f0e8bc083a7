// SPDX-License-Identifier: BSL-1.0
// Two producers, three consumers and a queue of three places, at times that chance chooses.
// In asyncio (3.13): queue = asyncio.Queue(maxsize=3), queue.shutdown(), queue.task_done().
// When both producers have ended, shutdown() lets the consumers empty the queue, and ends them all.
#include <examples/chance.hpp>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

struct Item {
  int number, producer;
};

eyelet::SimPort port;
eyelet::StaticLoop<36> loop{port};
eyelet::Queue<Item, 3> queue{loop};

Future<void> produce(Item item) {
  return eyelet::sleep(loop, between(100ms, 300ms))
      .then([item] { return queue.put(item); })
      .then([item] { say(loop, "Producer %d produced: Item-%d", item.producer, item.number); });
}

Future<void> producer(int id) {
  return eyelet::repeat(loop, [id, number = 1]() mutable {
    return produce({number, id}).then([more = number++ < 5] { return more; });
  });
}

Future<void> consume(int id, Item item) {
  say(loop, "Consumer %d processing: Item-%d-from-Producer-%d", id, item.number, item.producer);
  return eyelet::sleep(loop, between(200ms, 400ms)).then([] { queue.task_done(); });
}

Future<void> consumer(int id) {
  return eyelet::repeat(
             loop, [id] { return queue.get().then([id](Item item) { return consume(id, item); }); })
      .or_else([](eyelet::Error error) -> eyelet::Result<void> {
        if (error.code == eyelet::Errc::queue_shut_down) return {};
        return eyelet::failure(error);
      });
}

Future<void> produce_all() {
  const auto first = producer(0);
  const auto second = producer(1);
  return eyelet::gather(first, second).finally([] { queue.shutdown(); });
}

int main() {
  const auto produced = produce_all();
  const auto a = consumer(0);
  const auto b = consumer(1);
  const auto c = consumer(2);
  if (!loop.run_until_complete(eyelet::gather(produced, a, b, c))) return 1;
  say(loop, "All producers and consumers finished");
}
