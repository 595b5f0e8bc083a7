// SPDX-License-Identifier: BSL-1.0
// Two tasks that clean up when they are cancelled: one passes the cancel on, one swallows it.
// In asyncio: except asyncio.CancelledError: await cleanup_resources(), with raise and without.
// Who cancelled a task that swallows it is told that it ended well.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Error;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<6> loop{port};

Future<void> long_running_operation() { return eyelet::sleep(loop, 10s); }

Future<void> clean_up_resources() {
  say(loop, "Cleaning up");
  return eyelet::sleep(loop, 500ms).then([] { say(loop, "Cleaned up"); });
}

/// Wrong: an or_else() that ends well recovers, from a cancel as from any error.
Future<void> swallowing_task() {
  return long_running_operation().or_else([](Error) { return clean_up_resources(); });
}

/// Right: finally() is awaited, too, and passes the outcome on.
Future<void> cancellable_task() { return long_running_operation().finally(clean_up_resources); }

bool cancel_after_a_second(Future<void> (*body)()) {
  const auto task = loop.create_task(body);
  const auto cancelled = eyelet::sleep(loop, 1s).then([task] {
    task.cancel();
    return task;  // waits until it has cleaned up
  });
  static_cast<void>(loop.run_until_complete(cancelled));  // what matters is what the task says
  return task.cancelled();
}

int main() {
  const bool swallowing = cancel_after_a_second(swallowing_task);
  say(loop, "The swallowing task was cancelled: %s", swallowing ? "yes" : "no");
  const bool cancellable = cancel_after_a_second(cancellable_task);
  say(loop, "The cancellable task was cancelled: %s", cancellable ? "yes" : "no");
}
