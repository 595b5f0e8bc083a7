// SPDX-License-Identifier: BSL-1.0
// The two timers of each emulated board.
#pragma once

#include <port/cortex_m/cmsdk_timer.hpp>
#include <port/cortex_m/cortex_m.hpp>
#include <port/cortex_m/nrf51_timer.hpp>
#include <port/cortex_m/systick.hpp>

#ifdef __ARM_ARCH_6M__  // micro:bit
using BoardTimer = eyelet::Nrf51Timer<32, 0x40008000, 8>;
using CoreTimer = eyelet::SysTick<16'000'000>;
#else  // MPS2
using BoardTimer = eyelet::CmsdkTimer<25'000'000, 0x40001000, 0x40000000, 8>;
using CoreTimer = eyelet::SysTick<25'000'000>;
#endif
