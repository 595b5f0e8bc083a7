// SPDX-License-Identifier: BSL-1.0
// A function that waits for whatever it is given: a body to run, a future, or a value.
// In asyncio: result = await asyncio.ensure_future(x).
// A body becomes a task that runs on its own, a future stays itself, a value is there at once.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;

eyelet::SimPort port;
eyelet::StaticLoop<3> loop{port};

eyelet::Future<int> measure() {
  return eyelet::sleep(loop, 1s).then([] { return 21; });
}

template <class X>
void print_result(const char* what, X&& x) {
  const auto future = eyelet::ensure_future(loop, std::forward<X>(x));
  const auto result = loop.run_until_complete(future);
  say(loop, "%s: %d", what, result.value_or(-1));
}

int main() {
  print_result("a body", measure);
  print_result("a future", measure());
  print_result("a value", 21);
}
