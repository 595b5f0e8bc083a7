// SPDX-License-Identifier: BSL-1.0
// expect: an item handed over by an interrupt is plain data
#include <eyelet/eyelet.hpp>
#include <memory>

#ifdef FIXED
using Item = int*;
#else
using Item = std::unique_ptr<int>;
#endif

bool broken(eyelet::IsrQueue<Item, 4>& queue, int& number) {
  return queue.put_nowait(Item{&number});
}
