// SPDX-License-Identifier: BSL-1.0
// A future that one task completes and another part of the program waits for.
// In asyncio: future = loop.create_future(), future.set_result(...) in a task, await future.
// The handle is copied to where it is needed; both copies are the same future.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<5> loop{port};

Future<void> complete_later(Future<const char*> future) {
  return eyelet::sleep(loop, 1s).then([future] { future.set_result("Future Result"); });
}

int main() {
  const auto future = loop.create_future<const char*>();
  const auto task = loop.create_task([future] { return complete_later(future); });
  say(loop, "Waiting for the future");
  const auto printed = future.then([](const char* text) { say(loop, "%s", text); });
  return loop.run_until_complete(printed) ? 0 : 1;
}
