// SPDX-License-Identifier: BSL-1.0
// Of equal deadlines, those in the heap were armed before those in a bucket, and a bucket is in
// arming order. So whatever comes into the heap does so after its equals, and is numbered there.
#include <algorithm>
#include <eyelet/timer_wheel.hpp>

namespace eyelet::detail {

template <unsigned Levels>
void TimerWheel<Levels>::arm(Block& block, TimePoint deadline) {
  // Few cost less in the heap, and so does one that would be the next to leave its bucket.
  if (deadline < edge_ && (deadline <= cursor_ || standing_ < kFew || heap_.empty()))
    return arm_in_heap(block, deadline);
  put(block, deadline);
}

template <unsigned Levels>
void TimerWheel<Levels>::arm_in_heap(Block& block, TimePoint deadline) {
  ++standing_;
  heap_.arm(block, deadline);
}

// Recursive in its type: a loop over the levels takes some 20 instructions more.
template <unsigned Levels>
template <unsigned Highest>
void TimerWheel<Levels>::put(Block& block, TimePoint deadline) {
  const std::int64_t bucket_number = number(deadline, Highest);
  const std::int64_t ahead = bucket_number - number(cursor_, Highest);
  // A bucket's bit means one number only.
  if (static_cast<std::uint64_t>(ahead - 1) >= kBuckets - 1) {
    if constexpr (Highest == Levels - 1)
      if (ahead != 0) return put_far(block, deadline);
    if constexpr (Highest == 0)
      return arm_in_heap(block, deadline);
    else
      return put<Highest - 1>(block, deadline);
  }
  (::new (static_cast<void*>(block.payload)) Timer)->deadline = deadline;
  block.depth = kInBucket;
  Link& bucket = buckets_[Highest][digit(bucket_number)];
  if (bucket.prev == nullptr) return open<Highest>(bucket, block);
  insert_before(bucket, block);
}

// A bucket comes into use with its first block.
template <unsigned Levels>
template <unsigned Which>
void TimerWheel<Levels>::open(Link& bucket, Block& first) {
  const std::int64_t bucket_number = number(timer(first).deadline, Which);
  used_[Which] |= std::uint64_t{1} << digit(bucket_number);
  bucket = {&first, &first};
  first.next = first.prev = &bucket;
  ++standing_;
  edge_ = std::min(edge_, beginning(bucket_number, Which));
}

// It may seem far because the cursor is behind: while no bucket is in use, nothing moves that on.
template <unsigned Levels>
void TimerWheel<Levels>::put_far(Block& block, TimePoint deadline) {
  if (edge_ == kNever) cursor_ = saturating_add(port_->now(), kTick);
  const bool in_reach = number(deadline, Levels - 1) - number(cursor_, Levels - 1) < kBuckets;
  if (deadline > cursor_ && in_reach) return put(block, deadline);
  arm_in_heap(block, deadline);
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
  while (used_[lowest] == 0) ++lowest;
  const unsigned place = digit(number(edge_, lowest));
  used_[lowest] &= ~(std::uint64_t{1} << place);
  Link& bucket = buckets_[lowest][place];
  // For one block, or none, the cursor stays behind: what is armed before it may use buckets, too.
  const bool alone = bucket.next == bucket.prev;
  if (!alone) cursor_ = edge_;
  for (Link* link = bucket.next; link != &bucket;) {
    Block& block = block_of(*link);
    link = link->next;
    const TimePoint deadline = timer(block).deadline;
    if (alone)
      arm_in_heap(block, deadline);
    else
      put(block, deadline);
  }
  bucket = {};
  --standing_;
  edge_ = find_edge();
  if (edge_ == kNever) cursor_ = kBehind;
}

template <unsigned Levels>
TimePoint TimerWheel<Levels>::find_edge() const {
  for (unsigned i = 0; i < Levels; ++i) {
    const std::uint64_t used = used_[i];
    if (used == 0) continue;
    // Turned so that the cursor's own bucket, which is not in use, is the lowest bit.
    const std::int64_t cursor = number(cursor_, i);
    const unsigned place = digit(cursor);
    const std::uint64_t ahead = used >> place | used << (kBuckets - place) % kBuckets;
    return beginning(cursor + __builtin_ctzll(ahead), i);
  }
  return kNever;
}

// TimerWheel<0> is a heap alone, and no template.
template class TimerWheel<kTimerWheelLevels == 0 ? 1 : kTimerWheelLevels>;

}  // namespace eyelet::detail
