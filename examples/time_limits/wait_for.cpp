// SPDX-License-Identifier: BSL-1.0
// A limit to how long one waits: at the limit the task is cancelled.
// In asyncio: try: await asyncio.wait_for(long_task(), timeout=3), except asyncio.TimeoutError.
// The limit is an error of its own, Errc::timed_out, and never taken for a cancel from outside.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<7> loop{port};

Future<void> long_task(eyelet::Delay duration) {
  return eyelet::sleep(loop, duration).then([] { say(loop, "Long task completed"); });
}

Future<void> run(Future<void> task, eyelet::Delay limit, const char* message) {
  return eyelet::wait_for(task, limit).or_else([message](eyelet::Error error) {
    say(loop, "%s", error.code == eyelet::Errc::timed_out ? message : name(error.code));
  });
}

int main() {
  const bool well =
      loop.run_until_complete(
          run(long_task(5s), 3s, "Task exceeded the time limit and was canceled")) &&
      loop.run_until_complete(run(long_task(10s), 2s, "The task took too long to complete"));
  return well ? 0 : 1;
}
