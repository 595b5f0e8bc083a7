// SPDX-License-Identifier: BSL-1.0
// An asynchronous iterator of one's own: a class whose next() gives a future of the next number.
// In asyncio: async for number in AsyncRange(1, 6), with __anext__ and StopAsyncIteration.
// An empty optional is the end.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <optional>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<4> loop{port};

class AsyncRange {
 public:
  AsyncRange(int start, int stop) : start_{start}, stop_{stop} {}

  Future<std::optional<int>> next() {
    if (start_ >= stop_) return eyelet::ensure_future(loop, std::optional<int>{});
    return eyelet::sleep(loop, 100ms).then([current = start_++] { return std::optional{current}; });
  }

 private:
  int start_, stop_;
};

int main() {
  AsyncRange range{1, 6};
  const auto all =
      eyelet::for_each(loop, range, [](int number) { say(loop, "Got number: %d", number); });
  return loop.run_until_complete(all) ? 0 : 1;
}
