// SPDX-License-Identifier: BSL-1.0
// timer_queue: armed blocks, the earliest first, equal deadlines in arming order. Floor 2.
// A leftist heap inside the blocks: no memory of its own, arm and remove O(log n) at worst. A
// binary heap in an array would need memory beside the blocks; a pairing heap is shorter, but one
// pop may take O(n); where memory is no matter, timer_wheel keeps most timers out of here. Overflow
// cannot happen here: saturating_add (time.hpp) ends before kNever. A zero delay is due in the next
// pass and not in this one, because the loop takes what is due before it runs any of it.
#pragma once

#include <eyelet/block_pool.hpp>
#include <eyelet/time.hpp>

namespace eyelet::detail {

/// What the payload of an armed block begins with.
struct Timer {
  TimePoint deadline;
  /// Ties: later armings count higher. On 32-bit targets it wraps, and two equal deadlines keep
  /// their order only if fewer than 2^31 armings lie between them; 64 bits would cost a pointer of
  /// every timer's captures.
  std::size_t order;
};

inline Timer& timer(Block& block) { return payload<Timer>(block); }

/// Whether a block waits for its time. The depth of those of other kinds means something else.
inline bool armed(const Block& block) {
  return block.depth != 0 && (block.kind == Kind::callback || block.kind == Kind::wait);
}

class TimerQueue {
 public:
  /// `first_order` is the arming number to begin with; tests begin just before the wrap.
  constexpr explicit TimerQueue(std::size_t first_order = 0) : order_{first_order} {}

  bool empty() const { return root_ == nullptr; }

  /// The earliest deadline, kNever if nothing is armed. O(1).
  TimePoint next() const { return empty() ? kNever : timer(*root()).deadline; }

  /// Arms `block`, which is in no list, as the last of those with its deadline. O(log n).
  void arm(Block& block, TimePoint deadline);

  /// Takes an armed block out, or one that was due and lies in a list since. O(log n), and O(1).
  void remove(Block& block) {
    if (block.depth == 0) return unlink(block);
    disarm(block);
  }

  /// Takes the earliest block out if its deadline is not after `now`, else null. O(log n).
  Block* pop_due(TimePoint now) {
    Block* const first = root();
    if (first == nullptr || timer(*first).deadline > now) return nullptr;
    disarm(*first);
    return first;
  }

  /// Takes an armed block out. O(log n).
  void disarm(Block& block);

 private:
  Block* root() const { return static_cast<Block*>(root_); }

  Link* root_ = nullptr;
  std::size_t order_;
};

}  // namespace eyelet::detail
