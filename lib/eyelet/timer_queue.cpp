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
  const Timer& at = timer(a);
  const Timer& bt = timer(b);
  if (at.deadline != bt.deadline) return at.deadline < bt.deadline;
  // The difference, not the numbers: it is right across the wrap.
  return static_cast<std::make_signed_t<std::size_t>>(at.order - bt.order) < 0;
}

// Puts the shorter way of `b` on its right; tells whether the rank of `b` changed.
bool restore(Block& b) {
  if (rank(left(b)) < rank(right(b))) std::swap(b.next, b.prev);
  const unsigned was = b.depth;
  b.depth = static_cast<std::uint8_t>(rank(right(b)) + 1);
  return b.depth != was;
}

// Above a change, ranks alter on the way up for as long as each new one differs: at most log2(n).
void restore_upwards(Block* b) {
  while (b != nullptr && restore(*b)) b = b->upstream;
}

// Merges two heaps into one at `place`, which is in `above`, or the root.
void merge(Link** place, Block* above, Block* a, Block* b) {
  Block* last = above;
  while (a != nullptr && b != nullptr) {
    if (due_before(*b, *a)) std::swap(a, b);
    *place = a;
    a->upstream = last;
    last = a;
    place = &a->prev;
    a = right(*a);
  }
  if (a == nullptr) a = b;
  *place = a;
  if (a != nullptr) a->upstream = last;
  for (; last != above; last = last->upstream) restore(*last);
  restore_upwards(above);
}

}  // namespace

void TimerQueue::arm(Block& block, TimePoint deadline) {
  stamp(block, deadline);
  insert(block);
}

void TimerQueue::insert(Block& block) {
  const TimePoint deadline = timer(block).deadline;
  // It is the last to be armed, so it goes below all on the right spine that are not later: there
  // is less to compare than in a merge.
  Link** place = &root_;
  Block* parent = nullptr;
  Block* below = root();
  while (below != nullptr && timer(*below).deadline <= deadline) {
    parent = below;
    place = &below->prev;
    below = right(*below);
  }
  block.next = below;
  block.prev = nullptr;
  block.depth = 1;
  block.upstream = parent;
  if (below != nullptr) below->upstream = &block;
  *place = &block;
  restore_upwards(parent);
}

void TimerQueue::remove(Block& block) {
  EYELET_ASSERT(block.flags & kArmed);
  block.flags = static_cast<std::uint8_t>(block.flags & ~kArmed);
  Block* const parent = block.upstream;
  block.upstream = nullptr;
  Link** const place = parent == nullptr         ? &root_
                       : left(*parent) == &block ? &parent->next
                                                 : &parent->prev;
  merge(place, parent, left(block), right(block));
}

}  // namespace eyelet::detail
