// SPDX-License-Identifier: BSL-1.0
// The same light, by futures: an endless task that sleeps.
#include <eyelet/repeat.hpp>
#include <eyelet/sleep.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;

eyelet::StaticLoop<4> loop{board::port};  // the task, a round, and the next one
bool lit = false;

void blink() {
  lit = !lit;
  board::set_led(lit);
}

int main() {
  board::port.start();
  blink();
  const auto blinking = eyelet::repeat(loop, [] { return eyelet::sleep(loop, 500ms).then(blink); });
  return loop.run_forever() ? 0 : 1;
}
