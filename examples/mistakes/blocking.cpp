// SPDX-License-Identifier: BSL-1.0
// A task that blocks holds up everything else; the loop tells of it. The same without blocking.
// In asyncio: time.sleep(2) instead of await asyncio.sleep(2), and what loop.set_debug(True) logs.
// A tick is due after 1 s in both cases.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<8> loop{port};

/// Wrong: the loop runs nothing else until this is over.
void blocking_task() {
  say(loop, "Starting blocking task");
  port.advance(2s);  // on SimPort: the thread sleeps, or computes
  say(loop, "Blocking task completed");
}

/// Right: the loop is free meanwhile.
Future<void> non_blocking_task() {
  say(loop, "Starting non-blocking task");
  return eyelet::sleep(loop, 2s).then([] { say(loop, "Non-blocking task completed"); });
}

template <class Body>
bool run_beside_a_tick(Body body) {
  const auto task = loop.create_task(body);
  const auto tick = eyelet::sleep(loop, 1s).then([] { say(loop, "tick"); });
  return loop.run_until_complete(eyelet::gather(task, tick)).has_value();
}

int main() {
  loop.set_slow_callback_duration(100ms);
  loop.set_exception_handler([](eyelet::Loop&, eyelet::Error error, void*) {
    say(loop, "WARNING: %s, %d ms", name(error.code), static_cast<int>(error.detail / 1000));
  });
  return run_beside_a_tick(blocking_task) && run_beside_a_tick(non_blocking_task) ? 0 : 1;
}
