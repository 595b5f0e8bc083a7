// SPDX-License-Identifier: BSL-1.0
// config: every number that a user may change. Floor 0.
// -DEYELET_CONFIG_HEADER='"my_config.hpp"' names a header (of another name than this) that
// defines some of the macros below beforehand; the library and all that links with it must be built
// with the same values.
#pragma once

#include <cstddef>

#ifdef EYELET_CONFIG_HEADER
#include EYELET_CONFIG_HEADER
#endif

/// Bytes of one block, a multiple of 8. Default: 64 with 32-bit pointers, 128 with 64-bit ones.
/// Each 8 more cost 8 bytes times the blocks of every loop, and let a callable or a result be
/// 8 bytes larger. Too small a number fails to compile where something does not fit.
#ifndef EYELET_BLOCK_BYTES
#define EYELET_BLOCK_BYTES (sizeof(void*) == 8 ? 128 : 64)
#endif

/// Callbacks that may run before the port is asked for events again, 1 to 65535. Default: 64.
/// Fewer: I/O is served sooner under load, and more time goes into asking. Costs no memory.
#ifndef EYELET_CALLBACKS_PER_POLL
#define EYELET_CALLBACKS_PER_POLL 64
#endif

/// Levels of the timer wheel, 0 to 8: timers that are far ahead wait in its buckets, where they are
/// armed and cancelled in O(1). Default: 4 with 64-bit pointers, which reach 4.8 hours ahead, 0
/// with 32-bit ones. The lowest reaches 65 ms ahead, each further one 64 times as far; what is
/// beyond is in a heap. Each costs every loop 1032 bytes (520 with 32-bit pointers), the first 32
/// (24) more; 0 costs nothing: the heap alone.
#ifndef EYELET_TIMER_WHEEL_LEVELS
#define EYELET_TIMER_WHEEL_LEVELS (sizeof(void*) == 8 ? 4 : 0)
#endif

/// 1: bugs of the caller trap (a foreign thread in a loop-only function, a block leaked by a port).
/// 0: they are not looked for. Default: 1, and 0 with NDEBUG. Costs code, no memory.
#ifndef EYELET_CHECKS
#ifdef NDEBUG
#define EYELET_CHECKS 0
#else
#define EYELET_CHECKS 1
#endif
#endif

/// 1: a test may make any one acquisition of a block fail (block_pool.hpp). Default: 0.
#ifndef EYELET_FAULT_INJECTION
#define EYELET_FAULT_INJECTION 0
#endif

namespace eyelet {

inline constexpr std::size_t kBlockBytes = EYELET_BLOCK_BYTES;
inline constexpr unsigned kCallbacksPerPoll = EYELET_CALLBACKS_PER_POLL;
inline constexpr unsigned kTimerWheelLevels = EYELET_TIMER_WHEEL_LEVELS;
inline constexpr bool kChecks = EYELET_CHECKS != 0;
inline constexpr bool kFaultInjection = EYELET_FAULT_INJECTION != 0;

static_assert(kBlockBytes % 8 == 0, "EYELET_BLOCK_BYTES must be a multiple of 8");
static_assert(kTimerWheelLevels <= 8, "EYELET_TIMER_WHEEL_LEVELS must be 0 to 8");
static_assert(kCallbacksPerPoll >= 1 && kCallbacksPerPoll <= 65535,
              "EYELET_CALLBACKS_PER_POLL must be 1 to 65535");

}  // namespace eyelet
