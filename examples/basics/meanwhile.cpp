// SPDX-License-Identifier: BSL-1.0
// While one waits, another does its work.
// In asyncio: await asyncio.gather(say_hello_async(), do_something_else()).
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<7> loop{port};

Future<void> say_hello() {
  return eyelet::sleep(loop, 2s).then([] { say(loop, "Hello, Async World!"); });
}

Future<void> do_something_else() {
  say(loop, "Starting another task...");
  return eyelet::sleep(loop, 1s).then([] { say(loop, "Finished another task!"); });
}

int main() {
  const auto hello = say_hello();
  const auto other = do_something_else();
  return loop.run_until_complete(eyelet::gather(hello, other)) ? 0 : 1;
}
