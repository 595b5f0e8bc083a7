// SPDX-License-Identifier: BSL-1.0
#include <toolchains/boards/board.hpp>

namespace board {

namespace {

void say_time() {
  // In 32 bits, whose division is cheap: that is enough for 71 minutes.
  const auto microseconds = static_cast<std::uint32_t>(port.now().time_since_epoch().count());
  const unsigned milliseconds = microseconds / 1000;
  for (unsigned width = 10'000; width > 1 && milliseconds < width; width /= 10) print(" ");
  print(milliseconds);
  print(" ms  ");
}

}  // namespace

void say(const char* text) {
  say_time();
  print(text);
  print("\n");
}

void say(const char* text, unsigned number) {
  say_time();
  print(text);
  print(" ");
  print(number);
  print("\n");
}

}  // namespace board
