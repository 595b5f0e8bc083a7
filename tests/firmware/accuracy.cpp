// SPDX-License-Identifier: BSL-1.0
// Sleeps of every length by one timer, looked at by another: none is early, and the clock does not
// drift by more than 100 millionths, however often its alarm is armed.
#include <tests/firmware/timers.hpp>
#include <toolchains/boards/board.hpp>

namespace {

constexpr unsigned kSleeps = 2'000;
constexpr std::uint32_t kInterval = BoardTimer::kHz / 10'000;

eyelet::CortexMPort<CoreTimer> port;
BoardTimer reference;

std::uint32_t reference_count() {
  const eyelet::cpu::InterruptsOff off;
  return reference.count();
}

std::uint32_t microseconds_since(std::uint32_t count) {
  return (reference_count() - count) / (BoardTimer::kHz / 1'000'000);
}

}  // namespace

int main() {
  on_core_timer = [] { port.on_alarm(); };
  // It interrupts all the time, too, and wakes nobody.
  on_board_timer = [] {
    reference.acknowledge();
    reference.arm(reference.count() + kInterval);
  };
  port.start();
  reference.start();
  on_board_timer();

  const std::uint32_t start = reference_count();
  const eyelet::TimePoint port_start = port.now();
  unsigned early = 0, late = 0;
  for (unsigned i = 0; i < kSleeps; ++i) {
    const eyelet::Duration length{i * 37 % 5'000};
    const std::uint32_t sleep_start = reference_count();
    const eyelet::TimePoint deadline = port.now() + length;
    while (port.now() < deadline) port.wait_until(deadline);
    const std::uint32_t took = microseconds_since(sleep_start);
    if (took < length.count()) ++early;
    if (took > length.count() + 30) ++late;
  }
  const auto shown = static_cast<std::uint32_t>((port.now() - port_start).count());
  const std::uint32_t real = microseconds_since(start);
  board::print(kSleeps);
  board::print(" sleeps: early ");
  board::print(early);
  board::print(", late ");
  board::print(late);
  // An emulated instruction may take less than a tick, so that the clock gains.
  const bool exact = shown < real + real / 10'000 && real < shown + real / 10'000;
  board::print(exact ? ", the clock does not drift\n" : ", the clock drifts\n");
  return early == 0 && late == 0 && exact ? 0 : 1;
}
