// SPDX-License-Identifier: BSL-1.0
// Two tasks that run at the same time: 2 s for 1 s and 2 s.
// In asyncio: task = asyncio.create_task(say_after(1, "...")), and await task.
// A task begins in the next pass; who created it goes on first.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<8> loop{port};

Future<void> say_after(eyelet::Delay delay, const char* message) {
  return eyelet::sleep(loop, delay).then([message] { say(loop, "%s", message); });
}

int main() {
  const auto task1 = loop.create_task([] { return say_after(1s, "Task 1 completed"); });
  const auto task2 = loop.create_task([] { return say_after(2s, "Task 2 completed"); });
  say(loop, "Tasks created");
  const auto both =
      task1.then([task2] { return task2; }).then([] { say(loop, "All tasks completed"); });
  return loop.run_until_complete(both) ? 0 : 1;
}
