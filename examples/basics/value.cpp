// SPDX-License-Identifier: BSL-1.0
// A function that takes its time and then gives a value: run as a task, and awaited directly.
// In asyncio: await asyncio.create_task(fetch_data()), and data = await fetch_data().
// Called directly it begins at once; a task begins in the next pass of the loop.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<5> loop{port};

struct Data {
  int data;
};

Future<Data> fetch_data() {
  say(loop, "Start fetching");
  return eyelet::sleep(loop, 2s).then([] {
    say(loop, "Done fetching");
    return Data{1};
  });
}

int main() {
  const auto task = loop.create_task(fetch_data);
  const auto printed = task.then([](Data) { return fetch_data(); }).then([](Data fetched) {
    say(loop, "{'data': %d}", fetched.data);
  });
  return loop.run_until_complete(printed) ? 0 : 1;
}
