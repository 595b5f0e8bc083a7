// SPDX-License-Identifier: BSL-1.0
// A resource that is entered and left, both in their time; it is left also when the body fails.
// In asyncio: async with AsyncContextManager() as manager, and its __aenter__ and __aexit__.
// A lock or semaphore is such a resource as it is: eyelet::with(lock, body).
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<4> loop{port};

class ContextManager {
 public:
  Future<void> enter() {
    say(loop, "Asynchronous context: Enter");
    return eyelet::sleep(loop, 1s);
  }
  Future<void> exit() {
    return eyelet::sleep(loop, 1s).then([] { say(loop, "Asynchronous context: Exit"); });
  }
  Future<void> do_something() {
    say(loop, "Asynchronous context: Performing action");
    return eyelet::sleep(loop, 1s);
  }
};

ContextManager manager;

Future<void> act() {
  return eyelet::with(manager, [] { return manager.do_something(); });
}

Future<void> act_and_fail() {
  return eyelet::with(manager, [] {
    return manager.do_something().then(
        []() -> eyelet::Result<void> { return eyelet::failure(eyelet::Errc::user, 1); });
  });
}

int main() {
  if (!loop.run_until_complete(act())) return 1;
  const eyelet::Result<void> failed = loop.run_until_complete(act_and_fail());
  if (failed) return 1;
  say(loop, "Action failed: %s %d", name(failed.error().code),
      static_cast<int>(failed.error().detail));
}
