// SPDX-License-Identifier: BSL-1.0
// A generator: a loop that yields numbers, and goes on when the next one is asked for.
// In asyncio: async def with yield in it, and async for number in async_generator().
// The body yields one value at a time, and its own end is the end of the numbers.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;
using eyelet::Yield;
using std::chrono::milliseconds;

eyelet::SimPort port;
eyelet::StaticLoop<12> loop{port};

Future<void> count_up(int n, milliseconds pause, Yield<int>& yield) {
  return eyelet::repeat(loop, [&yield, pause, n, i = 0]() mutable {
    return eyelet::sleep(loop, pause).then([&yield, i] { return yield(i); }).then([more = ++i < n] {
      return more;
    });
  });
}

bool receive_numbers() {
  auto numbers = eyelet::generator<int>(loop, [](auto& yield) { return count_up(5, 1s, yield); });
  const auto all =
      eyelet::for_each(loop, numbers, [](int number) { say(loop, "Received number: %d", number); });
  return loop.run_until_complete(all).has_value();
}

bool generate_items() {
  say(loop, "=== Async Generator Demo ===");
  auto items = eyelet::generator<int>(loop, [](auto& yield) { return count_up(5, 100ms, yield); });
  const auto all =
      eyelet::for_each(loop, items, [](int item) { say(loop, "Generated: Item %d", item); });
  return loop.run_until_complete(all).has_value();
}

int main() { return receive_numbers() && generate_items() ? 0 : 1; }
