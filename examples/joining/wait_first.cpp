// SPDX-License-Identifier: BSL-1.0
// Goes on as soon as one of three is done, and cancels the other two.
// In asyncio: done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED).
// wait() itself cancels nothing; Done says which are done, by their place among the arguments.
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<12> loop{port};

Future<int> task(int seconds) {
  return eyelet::sleep(loop, seconds * 1s).then([seconds] { return seconds; });
}

int main() {
  const std::array tasks{task(1), task(2), task(3)};
  const auto one_done =
      eyelet::wait(eyelet::ReturnWhen::first_completed, tasks[0], tasks[1], tasks[2]);
  const auto ended = one_done.then([&tasks](eyelet::Done done) {
    for (std::size_t i = 0; i < tasks.size(); ++i)
      if (done[i]) say(loop, "Task completed with result: %d", tasks[i].result().value_or(-1));
    for (std::size_t i = 0; i < tasks.size(); ++i)
      if (!done[i]) {
        say(loop, "Cancelling a pending task");
        tasks[i].cancel();
      }
  });
  return loop.run_until_complete(ended) ? 0 : 1;
}
