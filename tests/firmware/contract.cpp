// SPDX-License-Identifier: BSL-1.0
// The contract of port.hpp on an emulated processor, for each timer that it has: instructions,
// registers and interrupts are the emulator's.
#include <tests/firmware/timers.hpp>
#include <tests/port_contract.hpp>
#include <toolchains/boards/semihosting.hpp>

namespace {

bool failed = false;

void report(const char* check, const char* complaint) {
  if (complaint == nullptr) return;
  failed = true;
  for (const char* text : {check, ": ", complaint, "\n"}) board::print(text);
}

// A port by `Timer`, and something outside by `Outside`. The hardware is there once, and so is
// this.
template <class Timer, class Outside>
struct Host {
  static constexpr bool kOutside = true;
  static constexpr bool kThreads = false;

  static inline eyelet::CortexMPort<Timer> port;
  static inline Outside outside;

  static void start() {
    port.start();
    outside.start();
  }
  static void on_alarm() { port.on_alarm(); }
  static void on_outside() {
    outside.acknowledge();
    port.wake();
  }
  static void wake_later(eyelet::Duration after) {
    const eyelet::cpu::InterruptsOff off;
    const auto microseconds = static_cast<std::uint32_t>(after.count());
    outside.arm(outside.count() + Outside::kHz / 1'000'000 * microseconds);
  }
  static eyelet::Duration processor_time() { return eyelet::Duration{}; }
};

template <class Host>
void check(const char* timer) {
  Host::start();
  port_contract::check_port<Host>(report);
  board::print(timer);
}

}  // namespace

int main() {
  using OnBoardTimer = Host<BoardTimer, CoreTimer>;
  on_board_timer = OnBoardTimer::on_alarm;
  on_core_timer = OnBoardTimer::on_outside;
  check<OnBoardTimer>("the board's timer was looked at\n");

  using OnCoreTimer = Host<CoreTimer, BoardTimer>;
  on_core_timer = OnCoreTimer::on_alarm;
  on_board_timer = OnCoreTimer::on_outside;
  check<OnCoreTimer>("the processor's timer was looked at\n");
  return failed ? 1 : 0;
}
