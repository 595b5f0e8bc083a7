// SPDX-License-Identifier: BSL-1.0
// A loop's life in the program's own hands: run until a future is done, until stop(), or by a host.
// In asyncio: loop.run_until_complete(greet()); loop.run_forever(), loop.stop(); loop.close().
// SimPort jumps over the seconds; a StaticPollPort<16> of <port/poll/poll.hpp> lets them pass.
#include <cstdio>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;
using eyelet::Result;

eyelet::SimPort port;
eyelet::StaticLoop<3> loop{port};

Future<void> greet() {
  say(loop, "Hello");
  return eyelet::sleep(loop, 1s).then([] { say(loop, "Goodbye"); });
}

Result<void> run_until_greeted() {
  std::puts("run_until_complete:");
  return loop.run_until_complete(greet());
}

Result<void> run_until_stopped() {
  std::puts("run_forever and stop:");
  const auto greeting = greet().then([] { loop.stop(); });
  return loop.run_forever();
}

// A superloop, an RTOS task or another library's event loop: it calls poll(), which never sleeps,
// and does its own work until the time that poll() returned, or until the port's wake().
Result<void> run_by_host() {
  std::puts("a host that calls poll:");
  const auto greeting = loop.create_task(greet);
  while (!greeting.done()) {
    const eyelet::TimePoint next = loop.poll();
    say(loop, "(the host's turn)");
    port.wait_until(next);
  }
  return greeting.result();
}

int main() {
  const bool well = run_until_greeted() && run_until_stopped() && run_by_host();
  return well && loop.close() ? 0 : 1;
}
