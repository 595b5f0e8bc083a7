// SPDX-License-Identifier: BSL-1.0
#include <eyelet/block_pool.hpp>

namespace eyelet::detail {

Block* BlockPool::count_failure() {
  ++failures_;
  return nullptr;
}

template <std::size_t BlockBytes, bool FaultInjection>
Block* BlockPool::extend(Loop& loop) {
  if (fresh_ == capacity_) return count_failure();
  Block& block = blocks_[fresh_++];
  block.loop = &loop;
  block.generation = 0;
  return &block;
}

template Block* BlockPool::extend<kBlockBytes, kFaultInjection>(Loop& loop);

}  // namespace eyelet::detail
