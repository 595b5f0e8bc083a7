// SPDX-License-Identifier: BSL-1.0
// A leftist heap is a binary tree in which no block is due before its parent, and in which the way
// down to a missing child is never longer on the right than on the left. So the right spine has at
// most log2(n + 1) blocks, and all that is done here is merging two right spines.
#include <eyelet/timer_queue.hpp>
#include <utility>

namespace eyelet::detail {
namespace {

// While a block is armed, its link and its upstream are the heap's.
Block* left(const Block& b) { return static_cast<Block*>(b.next); }
Block* right(const Block& b) { return static_cast<Block*>(b.prev); }

// The number of blocks on the way to the nearest missing child.
unsigned rank(const Block* b) { return b == nullptr ? 0U : b->depth; }

bool due_before(Block& a, Block& b) {
  // Not whether they are equal first: 18 bytes more on a Cortex-M3.
  const TimePoint at = timer(a).deadline;
  const TimePoint bt = timer(b).deadline;
  if (at > bt) return false;
  if (at < bt) return true;
  // The difference, not the numbers: it is right across the wrap.
  return static_cast<std::make_signed_t<std::size_t>>(timer(a).order - timer(b).order) < 0;
}

// From `b` up to where no rank alters: puts the shorter way on the right, and the rank right.
void restore_upwards(Block* b) {
  for (; b != nullptr; b = b->upstream) {
    const unsigned on_left = rank(left(*b));
    unsigned shorter = rank(right(*b));
    if (on_left < shorter) {
      std::swap(b->next, b->prev);
      shorter = on_left;
    }
    const unsigned was = b->depth;
    b->depth = static_cast<std::uint8_t>(shorter + 1);
    if (b->depth == was) return;
  }
}

}  // namespace

void TimerQueue::arm(Block& block, TimePoint deadline) {
  ::new (static_cast<void*>(block.payload)) Timer{deadline, order_++};
  // It is the last to be armed, so it goes below all on the right spine that are not later.
  Link** place = &root_;
  Block* above = nullptr;
  Block* below = root();
  while (below != nullptr && timer(*below).deadline <= deadline) {
    above = below;
    place = &below->prev;
    below = right(*below);
  }
  block.next = below;
  if (below != nullptr) below->upstream = &block;
  block.prev = nullptr;
  block.depth = 1;
  block.upstream = above;
  *place = &block;
  restore_upwards(above);
}

void TimerQueue::disarm(Block& block) {
  EYELET_ASSERT(block.depth != 0);
  Block* above = std::exchange(block.upstream, nullptr);
  Link** place = above == nullptr ? &root_ : left(*above) == &block ? &above->next : &above->prev;
  block.depth = 0;
  // What was below it is merged, along both right spines.
  Block* a = left(block);
  Block* b = right(block);
  while (a != nullptr && b != nullptr) {
    if (due_before(*b, *a)) std::swap(a, b);
    *place = a;
    a->upstream = above;
    a->depth = 0;  // no rank, so that it alters
    above = a;
    place = &a->prev;
    a = right(*a);
  }
  if (a == nullptr) a = b;
  *place = a;
  if (a != nullptr) a->upstream = above;
  restore_upwards(above);
}

}  // namespace eyelet::detail
