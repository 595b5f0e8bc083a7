// SPDX-License-Identifier: BSL-1.0
// Two timers put numbers into a queue of 8, and a consumer shows them: by tasks. What that costs,
// and what it costs by callbacks, as in timers_callbacks.cpp, is in docs/SIZES.md.
#include <eyelet/queue.hpp>
#include <eyelet/repeat.hpp>
#include <eyelet/sleep.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;

eyelet::BlockStorage<7> blocks;  // three tasks, and what they wait for
eyelet::Loop loop{board::port, blocks};

void show(int number) { board::set_led(number == 1); }

int main() {
  board::port.start();
  eyelet::Queue<int, 8> numbers{loop};
  const auto fast = eyelet::repeat(loop, [&numbers] {
    numbers.put_nowait(1);
    return eyelet::sleep(loop, 300ms);
  });
  const auto slow = eyelet::repeat(loop, [&numbers] {
    numbers.put_nowait(2);
    return eyelet::sleep(loop, 650ms);
  });
  const auto consumer = eyelet::repeat(loop, [&numbers] { return numbers.get().then(show); });
  loop.run_forever();
}
