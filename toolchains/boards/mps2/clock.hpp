// SPDX-License-Identifier: BSL-1.0
// Arm MPS2 with the images AN385 or AN386: its timer 1 is the clock, its timer 0 the alarm.
#pragma once

#include <port/cortex_m/cmsdk_timer.hpp>
#include <port/cortex_m/cortex_m.hpp>

namespace board {

using Clock = eyelet::CmsdkTimer<25'000'000, 0x40001000, 0x40000000, 8>;

}  // namespace board
