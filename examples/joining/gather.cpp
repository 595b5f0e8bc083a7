// SPDX-License-Identifier: BSL-1.0
// Waits for two at a time: done when the slower one is, in 2 s and not in 3 s.
// In asyncio: await asyncio.gather(task1(), task2()).
// Each begins when it is called. The calls stand in lines of their own, or between the braces of an
// array, because C++ leaves open in which order the arguments of a call are evaluated.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<8> loop{port};

Future<void> task1() {
  return eyelet::sleep(loop, 1s).then([] { say(loop, "Task 1 completed"); });
}

Future<void> task2() {
  return eyelet::sleep(loop, 2s).then([] { say(loop, "Task 2 completed"); });
}

int main() {
  const auto first = task1();
  const auto second = task2();
  const auto both = eyelet::gather(first, second).then([] { say(loop, "All tasks completed"); });
  return loop.run_until_complete(both) ? 0 : 1;
}
