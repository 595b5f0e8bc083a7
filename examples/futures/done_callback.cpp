// SPDX-License-Identifier: BSL-1.0
// A callback on a future. It is registered first, so it runs before what awaits the future.
// In asyncio: future.add_done_callback(callback), and await future afterwards.
// Both run from the loop, in the order of registration, and never inside set_result.
#include <cstdio>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<5> loop{port};

void callback(Future<const char*> future) { std::printf("Callback: %s\n", *future.result()); }

int main() {
  const auto future = loop.create_future<const char*>();
  future.add_done_callback(callback);
  const auto awaited = future.then([](const char* text) { std::printf("Main: %s\n", text); });
  const auto task = eyelet::sleep(loop, 1s).then([future] {
    future.set_result("Future Result with Callback");
    std::puts("The result is set");
  });
  return loop.run_until_complete(awaited) ? 0 : 1;
}
