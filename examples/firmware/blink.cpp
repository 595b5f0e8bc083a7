// SPDX-License-Identifier: BSL-1.0
// The smallest firmware: a light that blinks, by a callback that schedules itself. Between the
// blinks the processor sleeps.
#include <eyelet/loop.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;

// Apart from the loop, because a StaticLoop would lie in flash with its blocks.
eyelet::BlockStorage<1> blocks;  // the next blink
eyelet::Loop loop{board::port, blocks};
bool lit = false;

void blink() {
  lit = !lit;
  board::set_led(lit);
  loop.call_later(500ms, blink);
}

int main() {
  board::port.start();
  loop.call_soon(blink);
  loop.run_forever();
}
