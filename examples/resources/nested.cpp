// SPDX-License-Identifier: BSL-1.0
// One resource, and then two of which the inner one is released first.
// In asyncio: async with AsyncResource("Cache") as cache, AsyncResource("Logger") as logger.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<7> loop{port};

class AsyncResource {
 public:
  explicit constexpr AsyncResource(const char* name) : name_{name} {}

  Future<void> enter() {
    say(loop, "Acquiring resource: %s", name_);
    return eyelet::sleep(loop, 100ms);
  }
  Future<void> exit() {
    say(loop, "Releasing resource: %s", name_);
    return eyelet::sleep(loop, 100ms);
  }
  Future<const char*> do_work() {
    say(loop, "Working with resource: %s", name_);
    return eyelet::sleep(loop, 1s).then([this] { return name_; });
  }

 private:
  const char* name_;
};

AsyncResource database{"Database"}, cache{"Cache"}, logger{"Logger"};

Future<void> use_one() {
  return eyelet::with(database, [] {
    return database.do_work().then(
        [](const char* name) { say(loop, "Work completed with %s", name); });
  });
}

Future<const char*> use_two() {
  return eyelet::with(cache, [] {
    return eyelet::with(
        logger, [] { return cache.do_work().then([](const char*) { return logger.do_work(); }); });
  });
}

int main() {
  say(loop, "=== Async Context Manager Demo ===");
  const auto both = use_one().then(use_two);
  return loop.run_until_complete(both) ? 0 : 1;
}
