// SPDX-License-Identifier: BSL-1.0
#include <eyelet/block_pool.hpp>

namespace eyelet::detail {

template <std::size_t BlockBytes, bool FaultInjection, unsigned TimerWheelLevels>
void BlockPool::count_failure() {
  ++failures_;
}

template void BlockPool::count_failure<kBlockBytes, kFaultInjection, kTimerWheelLevels>();

}  // namespace eyelet::detail
