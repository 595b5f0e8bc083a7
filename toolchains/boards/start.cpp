// SPDX-License-Identifier: BSL-1.0
// start: from reset to main(), on any Cortex-M, in the memory that sections.ld lays out.
#include <cstdint>
#include <toolchains/boards/semihosting.hpp>

extern "C" {

// From sections.ld; the addresses are what counts.
extern std::uint32_t data_begin[], data_end[], data_image[], _end[];

// main(); in programs that link hosted.cpp, what that has to do before it.
int run_program();

// A fault, or an interrupt that has no handler. To say so would take 50 bytes of each image.
[[gnu::weak]] void HardFault_Handler() { board::exit(99); }
[[gnu::weak, gnu::alias("HardFault_Handler")]] void NMI_Handler();

void reset() {
#ifdef __ARM_FP
  // The floating-point unit is off until both its coprocessors are accessible.
  *reinterpret_cast<volatile std::uint32_t*>(0xE000ED88) |= 0xFu << 20;
  __asm__ volatile("dsb\n\tisb" : : : "memory");
#endif
  const std::uint32_t* image = data_image;
  for (std::uint32_t* word = data_begin; word != _end; ++word)
    *word = word < data_end ? *image++ : 0;
  board::exit(run_program());
}

}  // extern "C"
