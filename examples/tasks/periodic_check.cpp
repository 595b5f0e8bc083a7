// SPDX-License-Identifier: BSL-1.0
// A check every 0.75 s for as long as nobody cancels it; main does so after 3 s: four checks.
// In asyncio: task.cancel(), except asyncio.CancelledError to clean up and raise, await task.
// Memory is constant however long it runs: the one timer is armed again by each check.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;

eyelet::SimPort port;
eyelet::StaticLoop<8> loop{port};

class UpdateCheck {
 public:
  eyelet::Future<void> run() {
    check();
    return cancelled_.finally([this] {
      timer_.cancel();
      say(loop, "Update check has been cancelled");
    });
  }

 private:
  void check() {
    if (cancelled_.done()) return;
    say(loop, "Checking for updates...");
    timer_ = loop.call_later(750ms, [this] { check(); });
  }

  eyelet::Future<void> cancelled_ = loop.create_future<void>();  // ends by cancel() alone
  eyelet::Handle timer_;
};

int main() {
  UpdateCheck updates;
  const auto task = loop.create_task([&updates] { return updates.run(); });
  const auto finished = eyelet::sleep(loop, 3s)
                            .then([task] {
                              task.cancel();
                              return task;  // waits until it has cleaned up
                            })
                            .or_else([](eyelet::Error error) {
                              if (error.code == eyelet::Errc::cancelled)
                                say(loop, "Main: the update task was cancelled");
                            });
  return loop.run_until_complete(finished) ? 0 : 1;
}
