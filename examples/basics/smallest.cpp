// SPDX-License-Identifier: BSL-1.0
// The smallest program: one block, one task, which runs once.
// In asyncio: async def main(): print("Running the main task"), and asyncio.run(main()).
// A task's body may return nothing, as here, a value, a Result, or a Future that is awaited.
#include <cstdio>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

eyelet::SimPort port;
eyelet::StaticLoop<1> loop{port};

int main() {
  const auto task = loop.create_task([] { std::puts("Running the main task"); });
  return loop.run_until_complete(task) ? 0 : 1;
}
