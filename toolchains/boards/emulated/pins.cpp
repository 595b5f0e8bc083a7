// SPDX-License-Identifier: BSL-1.0
// A light that nobody sees: it says when it goes on and off. Firmware does not end; after three
// seconds this ends it.
#include <toolchains/boards/board.hpp>

namespace board {

void set_led(bool on) {
  if (port.now() >= eyelet::TimePoint{std::chrono::seconds{3}}) exit(0);
  say(on ? "light on" : "light off");
}

}  // namespace board
