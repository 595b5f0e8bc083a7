// SPDX-License-Identifier: BSL-1.0
// A loop inside another one, which has work of its own: it calls poll() in each round, and sleeps
// no longer than that says.
#include <eyelet/isr_queue.hpp>
#include <eyelet/repeat.hpp>
#include <eyelet/sleep.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;

namespace {

eyelet::StaticLoop<8> loop{board::port};
eyelet::IsrQueue<bool, 4> touches{loop};

int rounds = 0;
int counted = 0;

void count(bool) { ++counted; }

}  // namespace

int main() {
  board::port.start();
  board::start_button([](bool pressed) { touches.put_nowait(pressed); });
  const auto counting = eyelet::repeat(loop, [] { return touches.get().then(count); });
  const auto touching = eyelet::repeat(
      loop, [] { return eyelet::sleep(loop, 100ms).then([] { board::touch_button(true); }); });
  const eyelet::TimePoint end = board::port.now() + 1050ms;
  while (board::port.now() < end) {
    const eyelet::TimePoint next = loop.poll();
    ++rounds;  // work of its own
    board::port.wait_until(next < end ? next : end);
  }
  board::say(counted == 10 ? "10 touches were counted" : "touches were missed");
  // It slept: three or four rounds for each touch, and not thousands.
  board::say(rounds < 60 ? "few rounds" : "it was busy all the time");
  return 0;
}
