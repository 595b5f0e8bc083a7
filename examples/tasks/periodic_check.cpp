// SPDX-License-Identifier: BSL-1.0
// A check every 0.75 s for as long as nobody cancels it; main does so after 3 s: four checks.
// In asyncio: while True: ... in a task, task.cancel(), except asyncio.CancelledError, await task.
// Memory is constant however long it runs.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<8> loop{port};

Future<void> check_updates(std::chrono::milliseconds interval) {
  return eyelet::repeat(loop,
                        [interval] {
                          say(loop, "Checking for updates...");
                          return eyelet::sleep(loop, interval);
                        })
      .finally([] { say(loop, "Update check has been cancelled"); });
}

int main() {
  const auto task = loop.create_task([] { return check_updates(750ms); });
  const auto ended = eyelet::sleep(loop, 3s)
                         .then([task] {
                           task.cancel();
                           return task;  // waits until it has cleaned up
                         })
                         .or_else([](eyelet::Error error) -> eyelet::Result<void> {
                           if (error.code != eyelet::Errc::cancelled) return eyelet::failure(error);
                           say(loop, "Main: the update task was cancelled");
                           return {};
                         });
  return loop.run_until_complete(ended) ? 0 : 1;
}
