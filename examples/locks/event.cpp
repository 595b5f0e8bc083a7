// SPDX-License-Identifier: BSL-1.0
// Two wait for something to happen, and go on in the order in which they began to wait.
// In asyncio: event = asyncio.Event(), await event.wait(), event.set().
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<12> loop{port};
eyelet::Event event{loop};

Future<void> waiter(char name) {
  say(loop, "Waiter %c is waiting for the event...", name);
  return event.wait().then([name] { say(loop, "Waiter %c has received the event!", name); });
}

Future<void> setter() {
  return eyelet::sleep(loop, 2s).then([] {
    say(loop, "Setting the event.");
    event.set();
  });
}

int main() {
  const auto a = waiter('A');
  const auto b = waiter('B');
  const auto set = setter();
  return loop.run_until_complete(eyelet::gather(a, b, set)) ? 0 : 1;
}
