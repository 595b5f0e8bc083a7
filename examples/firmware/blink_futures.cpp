// SPDX-License-Identifier: BSL-1.0
// The same light, by futures: an endless task that sleeps.
#include <eyelet/repeat.hpp>
#include <eyelet/sleep.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;

eyelet::BlockStorage<2> blocks;  // the task, and the sleep that it awaits
eyelet::Loop loop{board::port, blocks};
bool lit = false;

int main() {
  board::port.start();
  const auto blinking = eyelet::repeat(loop, [] {
    lit = !lit;
    board::set_led(lit);
    return eyelet::sleep(loop, 500ms);
  });
  loop.run_forever();
}
