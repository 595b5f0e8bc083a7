// SPDX-License-Identifier: BSL-1.0
// A producer and a slower consumer; an empty item says that there will be no more.
// In asyncio: await queue.put(item), item = await queue.get(), and None as the last item.
// The capacity is part of the type, here more than are ever inside. shutdown.cpp does without None.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <optional>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;
using Item = std::optional<int>;

eyelet::SimPort port;
eyelet::StaticLoop<16> loop{port};
eyelet::Queue<Item, 4> queue{loop};

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
      .then([] { return queue.put(std::nullopt); });
}

Future<bool> consume(Item item) {
  if (!item) return eyelet::ensure_future(loop, false);
  say(loop, "Consumer processed: item_%d", *item);
  return eyelet::sleep(loop, 2s).then([] { return true; });
}

Future<void> consumer() {
  return eyelet::repeat(loop, [] { return queue.get().then(consume); }).then([] {
    say(loop, "Consumer has finished working");
  });
}

int main() {
  const auto producing = producer(5);
  const auto consuming = consumer();
  return loop.run_until_complete(eyelet::gather(producing, consuming)) ? 0 : 1;
}
