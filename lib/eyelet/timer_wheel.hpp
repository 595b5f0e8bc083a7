// SPDX-License-Identifier: BSL-1.0
// timer_wheel: armed blocks in the order of timer_queue, of which most are never due. Floor 2.
// Timeouts are armed far ahead and cancelled soon. Here they wait in buckets, each a list of what
// is due within some span of time, so that arming and cancelling takes a few steps however many
// there are. What is due soon, or first of all, is in the heap of timer_queue; the rest follows
// when its bucket's turn comes.
//
// Level 0 has 64 buckets of a tick each, level 1 has 64 of 64 ticks each, and so on. A cursor runs
// ahead of the clock: what is due up to its tick is in the heap. What is due later lies on the
// highest level on which its bucket is not the one that the cursor is in; what is too far for the
// highest level is in the heap, too, which may hold anything. So all on a level is due before all
// on the levels above. When the cursor enters a bucket, its blocks go down, to lower levels or into
// the heap: each is moved at most once a level, but all at once. That takes half a millisecond for
// a hundred thousand timers, and three to seven if they are due within the same tick. To move a few
// at a time would leave next() without an exact answer, and the loop would wake up for nothing.
#pragma once

#include <eyelet/port.hpp>
#include <eyelet/timer_queue.hpp>

namespace eyelet::detail {

/// With the interface of TimerQueue.
template <unsigned Levels>
class TimerWheel {
 public:
  constexpr explicit TimerWheel(const Port& port, std::size_t first_order = 0)
      : heap_{first_order}, port_{&port} {}

  /// Whether nothing can be due. A bucket whose blocks were all removed counts until its turn, or
  /// until next() comes by.
  bool empty() const { return standing_ == 0; }

  /// The earliest deadline, kNever if nothing is armed. To know it exactly, the cursor enters every
  /// bucket that may hold it, even far ahead of the clock. O(1), and O(n) if those hold n blocks.
  TimePoint next() {
    const TimePoint first = heap_.next();
    return first <= edge_ ? first : find_next();
  }

  /// Arms `block`, which is in no list. O(1) if it goes into a bucket, else O(log n).
  void arm(Block& block, TimePoint deadline);

  /// Takes an armed block out, or one that was due and lies in a list since. O(log n) if it is in
  /// the heap, else O(1).
  void remove(Block& block) {
    if ((block.depth & ~kInBucket) != 0) {
      --standing_;
      return heap_.disarm(block);
    }
    block.depth = 0;
    unlink(block);
  }

  /// Takes the earliest block out if its deadline is not after `now`, else null. O(log n), and O(n)
  /// if the clock has come to buckets that hold n blocks.
  Block* pop_due(TimePoint now) {
    // At least a tick ahead: what is armed for so soon goes through no bucket.
    if (now > cursor_ - kTick) turn(now);
    Block* const due = heap_.pop_due(now);
    if (due != nullptr) --standing_;
    return due;
  }

 private:
  static constexpr unsigned kTickBits = 10;  // of microseconds
  static constexpr Duration kTick{1 << kTickBits};
  static constexpr unsigned kDigitBits = 6;
  static constexpr unsigned kBuckets = 1U << kDigitBits;
  // So many are no burden to the heap: to fire takes two thirds of what it takes by a bucket.
  static constexpr std::size_t kFew = 8;
  static constexpr unsigned kInBucket = 128;  // as depth; in the heap that is a rank, 64 at most
  // The cursor, where nothing is in a bucket and nobody knows the time.
  static constexpr TimePoint kBehind = kAtOnce + kTick;

  // Buckets are numbered along the clock; the last digit of its number is a bucket's place.
  static constexpr std::int64_t number(TimePoint moment, unsigned level) {
    return moment.time_since_epoch().count() >> (kTickBits + level * kDigitBits);
  }
  static constexpr unsigned digit(std::int64_t number) {
    return static_cast<unsigned>(number) % kBuckets;
  }
  static constexpr TimePoint beginning(std::int64_t number, unsigned level) {
    return TimePoint{Duration{number * (std::int64_t{1} << (kTickBits + level * kDigitBits))}};
  }

  void arm_in_heap(Block& block, TimePoint deadline);
  template <unsigned Highest = Levels - 1>
  void put(Block& block, TimePoint deadline);
  void put_far(Block& block, TimePoint deadline);
  template <unsigned Which>
  void open(Link& bucket, Block& first);
  TimePoint find_next();
  void turn(TimePoint now);
  void enter_first_bucket();
  TimePoint find_edge() const;

  TimerQueue heap_;
  const Port* port_;
  std::size_t standing_ = 0;  // blocks in the heap, and buckets in use
  TimePoint cursor_ = kBehind;
  TimePoint edge_ = kNever;  // where the first bucket in use begins; the cursor is before it
  // A bit for each bucket in use. One whose blocks were all removed stays so until its turn.
  std::uint64_t used_[Levels] = {};
  // Rings; zero while not in use, so a loop needs no start-up code for them.
  Link buckets_[Levels][kBuckets] = {};
};

/// The heap alone.
template <>
class TimerWheel<0> : public TimerQueue {
 public:
  constexpr explicit TimerWheel(const Port&, std::size_t first_order = 0)
      : TimerQueue{first_order} {}
};

using Timers = TimerWheel<kTimerWheelLevels>;

}  // namespace eyelet::detail
