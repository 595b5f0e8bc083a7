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

/// Ends one mask_interrupts(). If that turns them on, those that are pending run before it returns.
inline void restore_interrupts(Mask before) {
  __asm__ volatile("msr primask, %0\n\tisb" : : "r"(before) : "memory");
}

/// Sleeps until an interrupt is pending, also while they are off. Not WFE: an event that nobody
/// waited for would end it at once.
inline void wait_for_interrupt() { __asm__ volatile("dsb\n\twfi" : : : "memory"); }

/// The number of the exception that is being handled; 0: none.
inline std::uint32_t active_exception() {
  std::uint32_t number;
  __asm__ volatile("mrs %0, ipsr" : "=r"(number));
  return number;
}

#else

Mask mask_interrupts();
void restore_interrupts(Mask before);
void wait_for_interrupt();
std::uint32_t active_exception();

#endif

/// A register of the hardware.
inline volatile std::uint32_t& reg(std::uintptr_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);
}

/// Lets interrupt `number` of the board through.
inline void enable_interrupt(unsigned number) {
  reg(0xE000E100 + number / 32 * 4) = std::uint32_t{1} << number % 32;
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
