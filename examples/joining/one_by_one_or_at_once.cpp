// SPDX-License-Identifier: BSL-1.0
// Three requests one after the other, and the same three at once: 6 s and 3 s.
// In asyncio: three times await fetch_data(...), and asyncio.gather of three create_task(...).
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;
using Names = std::array<const char*, 3>;

eyelet::SimPort port;
eyelet::StaticLoop<16> loop{port};

Future<const char*> fetch_data(const char* name, eyelet::Delay delay) {
  say(loop, "Starting to fetch %s", name);
  return eyelet::sleep(loop, delay).then([name] {
    say(loop, "Finished fetching %s", name);
    return name;
  });
}

Future<Names> fetch_one_by_one() {
  return fetch_data("API-1", 2s).then([](const char* first) {
    return fetch_data("API-2", 1s).then([first](const char* second) {
      return fetch_data("API-3", 3s).then([first, second](const char* third) {
        return Names{first, second, third};
      });
    });
  });
}

Future<Names> fetch_at_once() {
  const std::array<Future<const char*>, 3> tasks{
      loop.create_task([] { return fetch_data("API-1", 2s); }),
      loop.create_task([] { return fetch_data("API-2", 1s); }),
      loop.create_task([] { return fetch_data("API-3", 3s); })};
  return eyelet::gather(tasks);
}

double seconds_since(eyelet::TimePoint start) {
  return std::chrono::duration<double>(loop.time() - start).count();
}

int main() {
  say(loop, "=== Sequential Execution ===");
  const eyelet::TimePoint start = loop.time();
  const auto one_by_one = loop.run_until_complete(fetch_one_by_one());
  const double sequential = seconds_since(start);
  say(loop, "Sequential time: %.2f seconds", sequential);

  say(loop, "=== Concurrent Execution ===");
  const eyelet::TimePoint restart = loop.time();
  const auto at_once = loop.run_until_complete(fetch_at_once());
  const double concurrent = seconds_since(restart);
  say(loop, "Concurrent time: %.2f seconds", concurrent);
  say(loop, "Speedup: %.2fx", sequential / concurrent);
  if (!one_by_one || !at_once) return 1;
  const auto& [first, second, third] = *at_once;
  say(loop, "Results: ['Data from %s', 'Data from %s', 'Data from %s']", first, second, third);
}
