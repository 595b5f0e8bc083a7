// SPDX-License-Identifier: BSL-1.0
// The first program of README.md, to the letter.
#include <chrono>
#include <cstdio>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;

eyelet::SimPort port;              // or StaticPollPort, or your board's
eyelet::StaticLoop<8> loop{port};  // all the memory there is: 8 blocks

int main() {
  auto measured = eyelet::sleep(loop, 10ms)
                      .then([] { return 21; })  // runs 10 ms from now
                      .then([](int value) { return 2 * value; })
                      .or_else([](eyelet::Error) { return -1; })
                      .finally([] { std::puts("sensor off"); });

  loop.call_later(5ms, [] { std::puts("meanwhile"); });

  const eyelet::Result<int> result = loop.run_until_complete(measured);
  if (!result) return 1;  // out of blocks, cancelled, ...: an error is a value
  std::printf("measured %d\n", *result);
}
