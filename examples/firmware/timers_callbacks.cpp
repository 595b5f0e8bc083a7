// SPDX-License-Identifier: BSL-1.0
// Two timers put numbers into a queue of 8, and a consumer shows them: by callbacks. What that
// costs, and what it costs by tasks, as in timers_futures.cpp, is in docs/SIZES.md.
#include <eyelet/isr_queue.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;

eyelet::BlockStorage<3> blocks;  // two timers, and the consumer
eyelet::Loop loop{board::port, blocks};
eyelet::IsrQueue<int, 8> numbers{loop};

void consume() {
  while (const eyelet::Result<int> number = numbers.get_nowait()) board::set_led(*number == 1);
}

void produce(int number) {
  if (numbers.empty()) loop.call_soon(consume);
  numbers.put_nowait(number);
}

void fast() {
  produce(1);
  loop.call_later(300ms, fast);
}

void slow() {
  produce(2);
  loop.call_later(650ms, slow);
}

int main() {
  board::port.start();
  fast();
  slow();
  loop.run_forever();
}
