// SPDX-License-Identifier: BSL-1.0
// The same function awaited one call after the other, as two tasks, and gathered three times over.
// In asyncio: await fetch_data(1); asyncio.create_task(fetch_data(1)); asyncio.gather(*tasks).
// It takes 6 s, 3 s and 3 s.
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<16> loop{port};

struct Data {
  int input, start, end;  // start and end in seconds
};

int seconds() { return static_cast<int>(loop.time().time_since_epoch() / 1s); }

void print(const char* number, const Data& data) {
  say(loop, "Data %s: {'input': %d, 'start_time': '00:00:%02d', 'end_time': '00:00:%02d'}", number,
      data.input, data.start, data.end);
}

Future<Data> fetch_data(int input) {
  say(loop, "Fetching data...");
  return eyelet::sleep(loop, 3s).then([data = Data{input, seconds(), 0}]() mutable {
    say(loop, "Data retrieved.");
    data.end = seconds();
    return data;
  });
}

Future<void> one_after_the_other() {
  return fetch_data(1).then([](const Data& one) {
    return fetch_data(2).then([one](const Data& two) {
      print("one", one);
      print("two", two);
    });
  });
}

Future<void> as_tasks() {
  const auto task_one = loop.create_task([] { return fetch_data(1); });
  const auto task_two = loop.create_task([] { return fetch_data(2); });
  return task_one.then([task_two](const Data& one) {
    return task_two.then([one](const Data& two) {
      print("one", one);
      print("two", two);
    });
  });
}

Future<void> gathered() {
  static std::array<Data, 3> results;  // too large for a block of 64 bytes
  const std::array all{fetch_data(1), fetch_data(2), fetch_data(3)};
  return eyelet::gather(loop, all.data(), all.size(), results.data()).then([] {
    print("1", results[0]);
    print("2", results[1]);
    print("3", results[2]);
  });
}

int main() {
  const auto all = one_after_the_other().then(as_tasks).then(gathered);
  return loop.run_until_complete(all) ? 0 : 1;
}
