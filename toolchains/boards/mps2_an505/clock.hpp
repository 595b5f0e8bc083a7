// SPDX-License-Identifier: BSL-1.0
// Arm MPS2 with the image AN505, in its secure state: its timer 1 is the clock, its timer 0 the
// alarm.
#pragma once

#include <port/cortex_m/cmsdk_timer.hpp>
#include <port/cortex_m/cortex_m.hpp>

namespace board {

using Clock = eyelet::CmsdkTimer<20'000'000, 0x50001000, 0x50000000, 3>;

}  // namespace board
