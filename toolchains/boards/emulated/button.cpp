// SPDX-License-Identifier: BSL-1.0
// An emulated board has no button: a script touches the contact, and the interrupt of a line that
// nothing else uses comes as that of a pin would.
#include <toolchains/boards/board.hpp>

namespace {

constexpr unsigned kInterrupt = 25;  // without a source on any of the boards

bool touched = false;
void (*on_change)(bool pressed) = nullptr;

}  // namespace

namespace board {

void start_button(void (*fn)(bool pressed)) {
  on_change = fn;
  eyelet::cpu::enable_interrupt<kInterrupt>();
}

void touch_button(bool pressed) {
  touched = pressed;
  eyelet::cpu::reg(0xE000E200) = 1 << kInterrupt;  // makes it pending
}

}  // namespace board

extern "C" void Interrupt25_Handler() { on_change(touched); }
