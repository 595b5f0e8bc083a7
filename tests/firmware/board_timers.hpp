// SPDX-License-Identifier: BSL-1.0
// The two timers of each emulated board: the board's own, whose interrupt is a program's function
// board_timer_interrupt(), and the processor's, whose is SysTick_Handler().
#pragma once

#include <port/cortex_m/cmsdk_timer.hpp>
#include <port/cortex_m/cortex_m.hpp>
#include <port/cortex_m/nrf51_timer.hpp>
#include <port/cortex_m/systick.hpp>

extern "C" {

#if defined __ARM_ARCH_6M__  // micro:bit
using BoardTimer = eyelet::Nrf51Timer<32, 0x40008000, 8>;
using CoreTimer = eyelet::SysTick<16'000'000>;
void board_timer_interrupt() __asm__("Interrupt8_Handler");
#elif defined __ARM_ARCH_8M_MAIN__  // MPS2 with AN505
using BoardTimer = eyelet::CmsdkTimer<20'000'000, 0x50001000, 0x50000000, 3>;
using CoreTimer = eyelet::SysTick<20'000'000>;
void board_timer_interrupt() __asm__("Interrupt3_Handler");
#else                               // MPS2 with AN385 or AN386
using BoardTimer = eyelet::CmsdkTimer<25'000'000, 0x40001000, 0x40000000, 8>;
using CoreTimer = eyelet::SysTick<25'000'000>;
void board_timer_interrupt() __asm__("Interrupt8_Handler");
#endif

}  // extern "C"
