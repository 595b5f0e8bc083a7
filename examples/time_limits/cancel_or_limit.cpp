// SPDX-License-Identifier: BSL-1.0
// A task of 5 s that main cancels after 2 s, and one that may take 3 s: both hear of it and say so.
// In asyncio: task.cancel(), asyncio.wait_for(..., timeout=3.0), except asyncio.CancelledError.
// An or_else() that cleans up gives the error on, as an except that ends with raise does.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Errc;
using eyelet::Error;
using eyelet::Future;
using eyelet::Result;

eyelet::SimPort port;
eyelet::StaticLoop<12> loop{port};

Future<const char*> long_running_task(const char* name, std::chrono::seconds duration) {
  say(loop, "%s starting (duration: %ds)", name, static_cast<int>(duration.count()));
  return eyelet::sleep(loop, duration)
      .then([name] {
        say(loop, "%s completed", name);
        return name;
      })
      .or_else([name](Error error) -> Result<const char*> {
        if (error.code == Errc::cancelled) say(loop, "%s was cancelled", name);
        return eyelet::failure(error);
      });
}

/// Says how `task` ended; `message` for the error that is expected.
Future<void> report(const Future<const char*>& task, Errc expected, const char* message) {
  return task.then([](const char* name) { say(loop, "Task result: Result from %s", name); })
      .or_else([expected, message](Error error) {
        say(loop, "%s", error.code == expected ? message : name(error.code));
      });
}

Future<void> demonstrate_cancellation() {
  say(loop, "=== Task Cancellation Demo ===");
  const auto task = loop.create_task([] { return long_running_task("LongTask", 5s); });
  const auto ended = eyelet::sleep(loop, 2s).then([task] {
    task.cancel();
    return task;
  });
  return report(ended, Errc::cancelled, "Task was successfully cancelled");
}

Future<void> demonstrate_timeout() {
  say(loop, "=== Timeout Demo ===");
  const auto limited = eyelet::wait_for(long_running_task("TimeoutTask", 5s), 3s);
  return report(limited, Errc::timed_out, "Task timed out after 3 seconds");
}

int main() {
  const auto both = demonstrate_cancellation().then(demonstrate_timeout);
  return loop.run_until_complete(both) ? 0 : 1;
}
