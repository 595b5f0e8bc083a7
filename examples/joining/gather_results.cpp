// SPDX-License-Identifier: BSL-1.0
// The results come in the order of the arguments, though the second is there before the first.
// In asyncio: results = await asyncio.gather(task1(), task2()).
// They come as a std::tuple; those of an array of futures come as a std::array.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<8> loop{port};

Future<const char*> task1() {
  return eyelet::sleep(loop, 2s).then([] { return "Result of task1"; });
}

Future<const char*> task2() {
  return eyelet::sleep(loop, 1s).then([] { return "Result of task2"; });
}

int main() {
  const auto first = task1();
  const auto second = task2();
  const auto printed = eyelet::gather(first, second).then([](const auto& results) {
    say(loop, "%s", std::get<0>(results));
    say(loop, "%s", std::get<1>(results));
  });
  return loop.run_until_complete(printed) ? 0 : 1;
}
