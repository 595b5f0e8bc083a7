// SPDX-License-Identifier: BSL-1.0
// BBC micro:bit, as QEMU emulates it: with a SysTick, which the real nRF51 has not.
#pragma once

#include <port/cortex_m/cortex_m.hpp>
#include <port/cortex_m/systick.hpp>

namespace board {

using Clock = eyelet::SysTick<16'000'000>;

}  // namespace board
