// SPDX-License-Identifier: BSL-1.0
// An interrupt that has no handler is a fault, and so is told, wherever in the table it is: behind
// the last handler, too, it has a place there.
#include <tests/firmware/board_timers.hpp>
#include <toolchains/boards/semihosting.hpp>

eyelet::CortexMPort<BoardTimer> port;
void board_timer_interrupt() { port.on_alarm(); }

// From sections.ld.
extern "C" const std::uint32_t vectors[], vectors_end[];

namespace {

constexpr unsigned kNone = 21;  // without a source on any board

bool table_ends_with(unsigned interrupt) { return vectors_end == vectors + 16 + interrupt + 1; }

}  // namespace

// Faults come here. On its stack the processor has left r0 to r3, r12, lr, where it was, and in
// what.
extern "C" void HardFault_Handler() {
  const std::uint32_t interrupted = static_cast<const std::uint32_t*>(__builtin_dwarf_cfa())[7];
  board::exit((interrupted & 0x1FF) == 16 + kNone ? 0 : 1);
}

int main() {
  if (!table_ends_with(kNone)) return 1;
  port.start();
  eyelet::cpu::enable_interrupt<kNone>();
  eyelet::cpu::reg(0xE000E200) = std::uint32_t{1} << kNone;  // makes it pending
  eyelet::cpu::let_interrupts_run();
  return 1;
}
