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
void set_left(Block& b, Block* child) { b.next = child; }
void set_right(Block& b, Block* child) { b.prev = child; }

// The number of blocks on the way to the nearest missing child.
unsigned rank(const Block* b) { return b == nullptr ? 0U : b->depth; }

// The difference, not the numbers: it is right across the wrap.
bool armed_before(Block& a, Block& b) {
  return static_cast<std::make_signed_t<std::size_t>>(timer(a).order - timer(b).order) < 0;
}

bool due_before(Block& a, Block& b) {
  const TimePoint at = timer(a).deadline;
  const TimePoint bt = timer(b).deadline;
  return at < bt || (at == bt && armed_before(a, b));
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

// Merges two heaps below `parent` and returns the top one.
Block* merge(Block* a, Block* b, Block* parent) {
  Block* top = nullptr;
  Block* last = nullptr;
  while (a != nullptr && b != nullptr) {
    if (due_before(*b, *a)) std::swap(a, b);
    a->upstream = last;
    if (last == nullptr)
      top = a;
    else
      set_right(*last, a);
    last = a;
    a = right(*a);
  }
  Block* const rest = a != nullptr ? a : b;
  if (last == nullptr) {
    top = rest;
  } else {
    set_right(*last, rest);
    if (rest != nullptr) rest->upstream = last;
    for (; last != nullptr; last = last->upstream) restore(*last);
  }
  if (top != nullptr) top->upstream = parent;
  return top;
}

}  // namespace

void TimerQueue::arm(Block& block, TimePoint deadline) {
  ::new (static_cast<void*>(block.payload)) Timer{deadline, order_++};
  block.flags |= kArmed;
  // It is the last to be armed, so it goes below all on the right spine that are not later.
  Block* parent = nullptr;
  Block* below = root_;
  while (below != nullptr && timer(*below).deadline <= deadline) {
    parent = below;
    below = right(*below);
  }
  set_left(block, below);
  set_right(block, nullptr);
  block.depth = 1;
  block.upstream = parent;
  if (below != nullptr) below->upstream = &block;
  if (parent == nullptr)
    root_ = &block;
  else
    set_right(*parent, &block);
  restore_upwards(parent);
}

void TimerQueue::remove(Block& block) {
  EYELET_ASSERT(block.flags & kArmed);
  block.flags = static_cast<std::uint8_t>(block.flags & ~kArmed);
  Block* const parent = block.upstream;
  Block* const below = merge(left(block), right(block), parent);
  if (parent == nullptr)
    root_ = below;
  else if (left(*parent) == &block)
    set_left(*parent, below);
  else
    set_right(*parent, below);
  restore_upwards(parent);
  block.upstream = nullptr;
}

Block* TimerQueue::pop_due(TimePoint now) {
  Block* const first = root_;
  if (first == nullptr || timer(*first).deadline > now) return nullptr;
  remove(*first);
  return first;
}

}  // namespace eyelet::detail
