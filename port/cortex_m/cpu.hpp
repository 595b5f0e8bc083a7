// SPDX-License-Identifier: BSL-1.0
// cpu: what the port wants of an M-profile processor. Elsewhere the functions are only declared:
// tests on a host bring a processor of their own.
#pragma once

#include <cstdint>

namespace eyelet::cpu {

/// What PRIMASK holds: not 0 while interrupts are off.
using Mask = std::uint32_t;

#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'

/// Turns interrupts off, all but NMI and faults. Returns what restore_interrupts() wants.
inline Mask mask_interrupts() {
  Mask before;
  __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
  return before;
}

/// Ends one mask_interrupts().
inline void restore_interrupts(Mask before) {
  __asm__ volatile("msr primask, %0" : : "r"(before) : "memory");
}

/// Those that are on and pending run before it returns; else it may take the processor some
/// instructions to see that they are on.
inline void let_interrupts_run() { __asm__ volatile("isb" : : : "memory"); }

/// Sleeps until an interrupt is pending, also while they are off. Not WFE: an event that nobody
/// waited for would end it at once.
inline void wait_for_interrupt() { __asm__ volatile("dsb\n\twfi" : : : "memory"); }

/// The number of the exception that is being handled; 0: none.
inline std::uint32_t active_exception() {
  std::uint32_t number;
  __asm__ volatile("mrs %0, ipsr" : "=r"(number));
  return number;
}

/// A table that is as long as it is used, as toolchains/boards/vectors.S, gets this far. Others
/// have no such symbol.
template <unsigned kNumber>
void take_vector() {
  __asm__ volatile(".weak vector_%c0\n\t.reloc ., R_ARM_NONE, vector_%c0" : : "i"(kNumber));
}

#else

Mask mask_interrupts();
void restore_interrupts(Mask before);
void let_interrupts_run();
void wait_for_interrupt();
std::uint32_t active_exception();
template <unsigned kNumber>
void take_vector();

#endif

/// A register of the hardware.
inline volatile std::uint32_t& reg(std::uintptr_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);
}

/// Lets interrupt `kNumber` of the board through.
template <unsigned kNumber>
void enable_interrupt() {
  take_vector<kNumber>();
  reg(0xE000E100 + kNumber / 32 * 4) = std::uint32_t{1} << kNumber % 32;
}

/// Interrupts are off while it lives. It nests. Inline, so that they are for fewer instructions.
class InterruptsOff {
 public:
  [[gnu::always_inline]] InterruptsOff() : before_{mask_interrupts()} {}
  [[gnu::always_inline]] ~InterruptsOff() { restore_interrupts(before_); }
  InterruptsOff(const InterruptsOff&) = delete;
  InterruptsOff& operator=(const InterruptsOff&) = delete;

 private:
  Mask before_;
};

}  // namespace eyelet::cpu
