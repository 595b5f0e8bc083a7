// SPDX-License-Identifier: BSL-1.0
// A superloop with work of its own: in each round it calls poll(), and then sleeps until the loop,
// an interrupt or its own work wants it.
#include <algorithm>
#include <eyelet/isr_queue.hpp>
#include <eyelet/repeat.hpp>
#include <eyelet/sleep.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;

namespace {

eyelet::StaticLoop<8> loop{board::port};
eyelet::IsrQueue<bool, 4> touches{loop};

void notice(bool) { board::say("touched"); }

void touch() { board::touch_button(true); }

}  // namespace

int main() {
  board::port.start();
  board::start_button([](bool pressed) { touches.put_nowait(pressed); });
  const auto noticing = eyelet::repeat(loop, [] { return touches.get().then(notice); });
  const auto touching = eyelet::repeat(loop, [] { return eyelet::sleep(loop, 300ms).then(touch); });

  int rounds = 0;
  for (eyelet::TimePoint feeding{}; feeding <= eyelet::TimePoint{1s}; ++rounds) {
    const eyelet::TimePoint next = loop.poll();
    if (board::port.now() >= feeding) {
      board::say("watchdog fed");
      feeding += 250ms;
    }
    board::port.wait_until(std::min(next, feeding));
  }
  return rounds < 40 ? 0 : 1;  // it slept most of the time
}
