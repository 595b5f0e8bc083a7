// SPDX-License-Identifier: BSL-1.0
// start: from reset to main(), on any Cortex-M, in the memory that sections.ld lays out.
#include <cstdint>
#include <toolchains/boards/semihosting.hpp>

extern "C" {

// From sections.ld; the addresses are what counts.
extern std::uint32_t data_begin, data_end, data_image, _end;

// main(); in programs that link hosted.cpp, what that has to do before it.
int run_program();

[[gnu::weak]] void HardFault_Handler() { board::fail("unexpected interrupt or fault\n"); }
[[gnu::weak, gnu::alias("HardFault_Handler")]] void NMI_Handler();

// The compiler would call memcpy and memset for the two loops: 400 bytes in all.
[[gnu::optimize("no-tree-loop-distribute-patterns")]] void reset() {
#ifdef __ARM_FP
  // The floating-point unit is off until both its coprocessors are accessible.
  *reinterpret_cast<volatile std::uint32_t*>(0xE000ED88) |= 0xFu << 20;
  __asm__ volatile("dsb\n\tisb" : : : "memory");
#endif
  const std::uint32_t* image = &data_image;
  std::uint32_t* word = &data_begin;
  while (word != &data_end) *word++ = *image++;
  while (word != &_end) *word++ = 0;
  board::exit(run_program());
}

}  // extern "C"
