// SPDX-License-Identifier: BSL-1.0
// The smallest firmware: a light that blinks, by a callback that schedules itself. Between the
// blinks the processor sleeps.
#include <eyelet/loop.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;

eyelet::StaticLoop<2> loop{board::port};  // the blink that runs, and the next
bool lit = false;

void blink() {
  lit = !lit;
  board::set_led(lit);
  loop.call_later(500ms, blink);
}

int main() {
  board::port.start();
  loop.call_soon(blink);
  return loop.run_forever() ? 0 : 1;
}
