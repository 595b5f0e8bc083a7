// SPDX-License-Identifier: BSL-1.0
// Of equal deadlines, those in the heap were armed before those in a bucket, and a bucket is in
// arming order. So whatever is inserted into the heap comes there after its equals.
#include <algorithm>
#include <eyelet/timer_wheel.hpp>

namespace eyelet::detail {

template <unsigned Levels>
void TimerWheel<Levels>::arm(Block& block, TimePoint deadline) {
  heap_.stamp(block, deadline);
  ++armed_;
  if (deadline <= cursor_) return heap_.insert(block);
  // A few cost less there, and so does one that would be the next to leave its bucket.
  if (deadline < edge_ && (armed_ <= kFew || heap_.empty())) return heap_.insert(block);
  put(block, deadline);
}

template <unsigned Levels>
void TimerWheel<Levels>::put(Block& block, TimePoint deadline) {
  if (!in_reach(deadline)) return put_far(block, deadline);
  put_below<Levels - 1>(block, deadline);
}

// It may seem far because the cursor is behind: while no bucket is in use, nothing moves that on.
template <unsigned Levels>
void TimerWheel<Levels>::put_far(Block& block, TimePoint deadline) {
  if (edge_ == kNever) cursor_ = saturating_add(port_->now(), kTick);
  if (deadline > cursor_ && in_reach(deadline)) return put(block, deadline);
  heap_.insert(block);
}

// Recursive in its type: a loop over the levels takes some 20 instructions more.
template <unsigned Levels>
template <unsigned Highest>
void TimerWheel<Levels>::put_below(Block& block, TimePoint deadline) {
  const std::int64_t bucket_number = number(deadline, Highest);
  const std::int64_t ahead = bucket_number - number(cursor_, Highest);
  if (ahead == 0) {
    if constexpr (Highest == 0)
      return heap_.insert(block);
    else
      return put_below<Highest - 1>(block, deadline);
  }
  Level& level = levels_[Highest];
  const unsigned place = digit(bucket_number);
  Link& bucket = level.buckets[place];
  if ((level.used >> place & 1) == 0) {
    level.used |= std::uint64_t{1} << place;
    bucket = {&bucket, &bucket};
    edge_ = std::min(edge_, beginning(bucket_number, Highest));
  }
  block.depth = kInBucket;
  insert_before(bucket, block);
}

template <unsigned Levels>
TimePoint TimerWheel<Levels>::find_next() {
  while (heap_.next() > edge_) enter_first_bucket();
  return heap_.next();
}

template <unsigned Levels>
void TimerWheel<Levels>::turn(TimePoint now) {
  const TimePoint ahead = saturating_add(now, 2 * kTick);
  while (edge_ <= ahead) enter_first_bucket();
  cursor_ = ahead;
}

template <unsigned Levels>
void TimerWheel<Levels>::enter_first_bucket() {
  unsigned lowest = 0;
  while (levels_[lowest].used == 0) ++lowest;
  Level& level = levels_[lowest];
  const unsigned place = digit(number(edge_, lowest));
  level.used &= ~(std::uint64_t{1} << place);
  Link& bucket = level.buckets[place];
  // For one block, or none, the cursor stays behind: what is armed before it may use buckets, too.
  const bool alone = bucket.next == bucket.prev;
  if (!alone) cursor_ = edge_;
  while (bucket.next != &bucket) {
    Block& block = block_of(*bucket.next);
    unlink(block);
    if (alone)
      heap_.insert(block);
    else
      put(block, timer(block).deadline);
  }
  edge_ = find_edge();
  if (edge_ == kNever) cursor_ = kBehind;
}

template <unsigned Levels>
TimePoint TimerWheel<Levels>::find_edge() const {
  for (unsigned i = 0; i < Levels; ++i) {
    const std::uint64_t used = levels_[i].used;
    if (used == 0) continue;
    // Turned so that the cursor's own bucket, which is not in use, is the lowest bit.
    const std::int64_t cursor = number(cursor_, i);
    const unsigned place = digit(cursor);
    const std::uint64_t ahead = used >> place | used << (kBuckets - place) % kBuckets;
    return beginning(cursor + __builtin_ctzll(ahead), i);
  }
  return kNever;
}

template class TimerWheel<kTimerWheelLevels>;

}  // namespace eyelet::detail
