// SPDX-License-Identifier: BSL-1.0
// start: from reset to main(), on any Cortex-M, in the memory that sections.ld lays out.
#include <cstdint>
#include <toolchains/boards/semihosting.hpp>

extern "C" {

// From sections.ld; the addresses are what counts.
extern std::uint32_t data_begin, data_end, data_image, __bss_start, _end;

// Constructors, arguments, and then main(). Only programs that link hosted.cpp have it: firmware
// has no objects with constructors that run before main(), sections.ld sees to it.
[[gnu::weak]] void run_hosted();

int main();

void unexpected_interrupt() { board::fail("an unexpected interrupt or a fault\n"); }

// The compiler would call memcpy and memset for the two loops: 400 bytes in all.
[[gnu::optimize("no-tree-loop-distribute-patterns")]] void reset() {
#ifdef __ARM_FP
  // The floating-point unit is off until both its coprocessors are accessible.
  *reinterpret_cast<volatile std::uint32_t*>(0xE000ED88) |= 0xFu << 20;
  __asm__ volatile("dsb\n\tisb" : : : "memory");
#endif
  const std::uint32_t* image = &data_image;
  for (std::uint32_t* word = &data_begin; word != &data_end;) *word++ = *image++;
  for (std::uint32_t* word = &__bss_start; word != &_end;) *word++ = 0;
  if (run_hosted != nullptr) run_hosted();
  board::exit(main());
}

}  // extern "C"
