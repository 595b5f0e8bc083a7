// SPDX-License-Identifier: BSL-1.0
// The wheel against a sorted list, from any clock and over all distances. With
// EYELET_TIMER_WHEEL_LEVELS=0 it is the heap alone, and nothing is ever in a bucket.
#include <algorithm>
#include <eyelet/timer_wheel.hpp>
#include <map>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using eyelet::Duration;
using eyelet::kAtOnce;
using eyelet::kEndOfTime;
using eyelet::kNever;
using eyelet::saturating_add;
using eyelet::TimePoint;
using eyelet::detail::Block;
using eyelet::detail::Timers;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kLastOrder = static_cast<std::size_t>(-1);
constexpr bool kHasBuckets = eyelet::kTimerWheelLevels != 0;
constexpr Duration kReach{std::int64_t{1} << (10 + 6 * eyelet::kTimerWheelLevels)};

/// A clock to set, which counts how often it is looked at.
class Clock final : public eyelet::Port {
 public:
  constexpr explicit Clock(TimePoint start = TimePoint{}) : time{start} {}

  TimePoint now() const override {
    ++looks;
    return time;
  }
  void wait_until(TimePoint) override {}
  void wake() override {}
  std::uintptr_t enter_critical() override { return 0; }
  void exit_critical(std::uintptr_t) override {}
  std::uintptr_t context() const override { return 0; }

  TimePoint time;
  mutable int looks = 0;
};

// It needs no start-up code: the compiler refuses a constexpr one that does.
Clock clock_of_all;
constexpr Timers kTimers{clock_of_all};

/// One in which enough is armed, if only for the end of time, for others to go into buckets.
class Crowded : public Timers {
 public:
  explicit Crowded(const eyelet::Port& port) : Timers{port} {
    for (Block& other : others_) arm(other, kEndOfTime);
  }
  void disperse() {
    for (Block& other : others_) remove(other);
  }

 private:
  Block others_[8] = {};
};

/// In the heap a block has a rank, 64 at most.
bool in_bucket(const Block& block) { return block.depth > 64; }

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}
  std::uint64_t operator()(std::uint64_t below) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return (state_ >> 20) % below;
  }
  /// Of any magnitude up to 2^bits microseconds: as often below a second as above.
  Duration duration(unsigned bits) {
    return Duration{static_cast<std::int64_t>((*this)(std::uint64_t{1} << (*this)(bits + 1)))};
  }

 private:
  std::uint64_t state_;
};

/// A wheel with a clock, and beside it what it must hold: a multimap keeps equals in their order.
class Checked {
 public:
  explicit Checked(TimePoint start, std::size_t blocks = 100)
      : clock_{start}, wheel_{clock_, kLastOrder - 1000}, blocks_(blocks) {
    for (Block& block : blocks_) {
      block.kind = eyelet::detail::Kind::callback;
      free_.push_back(&block);
    }
  }

  bool full() const { return free_.empty(); }
  bool empty() const { return due_.empty(); }
  TimePoint now() const { return clock_.time; }
  TimePoint next() { return wheel_.next(); }
  bool knows_that_it_is_empty() const { return wheel_.empty(); }
  TimePoint deadline(std::size_t nth) { return at(nth)->first; }
  std::size_t size() const { return due_.size(); }

  void arm(TimePoint deadline) {
    Block& block = *free_.back();
    free_.pop_back();
    wheel_.arm(block, deadline);
    due_.emplace(deadline, &block);
  }

  void remove(std::size_t nth) {
    wheel_.remove(*at(nth)->second);
    forget(at(nth));
  }

  /// Takes out what is due once the clock is at `time`. False: not that, or not in that order.
  bool pop(TimePoint time) {
    clock_.time = time;
    while (!due_.empty() && due_.begin()->first <= now()) {
      if (wheel_.pop_due(now()) != due_.begin()->second) return false;
      forget(due_.begin());
    }
    return wheel_.pop_due(now()) == nullptr;
  }

  /// Empty if all is as it should be, else what is not.
  std::string fault() const {
    if (wheel_.empty() && !due_.empty()) return "empty";
    for (const Block* block : free_)
      if (armed(*block) || block->upstream != nullptr) return "armed though removed";
    for (const auto& [deadline, block] : due_)
      if (!armed(*block)) return "not armed";
    return "";
  }

 private:
  using Due = std::multimap<TimePoint, Block*>;

  Due::iterator at(std::size_t nth) {
    return std::next(due_.begin(), static_cast<std::ptrdiff_t>(nth));
  }
  void forget(Due::iterator due) {
    free_.push_back(due->second);
    due_.erase(due);
  }

  Clock clock_;
  Timers wheel_;
  Due due_;
  std::vector<Block> blocks_;
  std::vector<Block*> free_;
};

}  // namespace

TEST_GROUP(TimerWheel) {
  Clock port;
  Crowded wheel{port};
  Block blocks[4] = {};

  TimePoint now() const { return port.time; }

  /// As the loop does: nothing is due yet.
  void pass(Timers & timers, TimePoint time) {
    port.time = time;
    POINTERS_EQUAL(nullptr, timers.pop_due(time));
  }

  void expect_due(Block & block, TimePoint when) {
    CHECK_TRUE(wheel.next() == when);
    POINTERS_EQUAL(nullptr, wheel.pop_due(when - Duration{1}));
    POINTERS_EQUAL(&block, wheel.pop_due(when));
  }

  static void check(const Checked& wheel) { STRCMP_EQUAL("", wheel.fault().c_str()); }

  static void play(Checked & wheel, Random & random, int steps);
};

TEST(TimerWheel, that_is_empty_is_never_due) {
  CHECK_TRUE(kTimers.empty());
  Timers empty{port};
  CHECK_TRUE(empty.empty());
  CHECK_TRUE(empty.next() == kNever);
  POINTERS_EQUAL(nullptr, empty.pop_due(kAtOnce));
  POINTERS_EQUAL(nullptr, empty.pop_due(kEndOfTime));
  CHECK_TRUE(empty.empty());
}

TEST(TimerWheel, gives_nothing_a_microsecond_early_however_far_ahead) {
  for (unsigned bit = 0; bit < 63; ++bit) {
    const Duration ahead{std::int64_t{1} << bit};
    for (const Duration more : {Duration{-1}, Duration{0}, Duration{1}}) {
      Crowded other{port};
      Block first{};
      Block last{};
      const TimePoint when = now() + ahead + more;
      other.arm(first, when);
      other.arm(last, when);
      CHECK_TRUE(other.next() == when);
      POINTERS_EQUAL(nullptr, other.pop_due(when - Duration{1}));
      POINTERS_EQUAL(&first, other.pop_due(when));
      POINTERS_EQUAL(&last, other.pop_due(when));
      CHECK_TRUE(other.next() == kEndOfTime);
    }
  }
}

TEST(TimerWheel, keeps_what_is_armed_for_never_to_the_end_of_time) {
  for (const TimePoint start : {TimePoint{}, kEndOfTime - 1s, kEndOfTime}) {
    port.time = start;
    Crowded other{port};
    other.arm(blocks[0], kNever);
    other.arm(blocks[1], kNever);
    other.arm(blocks[2], kNever);
    other.arm(blocks[3], kEndOfTime);
    POINTERS_EQUAL(nullptr, other.pop_due(kEndOfTime - 1us));
    other.disperse();
    CHECK_TRUE(other.next() == kEndOfTime);
    POINTERS_EQUAL(&blocks[3], other.pop_due(kEndOfTime));
    POINTERS_EQUAL(nullptr, other.pop_due(kEndOfTime));
    CHECK_TRUE(other.next() == kNever);
    other.remove(blocks[0]);
    other.remove(blocks[1]);
    CHECK_FALSE(other.empty());
    other.remove(blocks[2]);
    CHECK_TRUE(other.empty());
  }
}

TEST(TimerWheel, nothing_is_due_any_more_once_all_are_removed) {
  wheel.arm(blocks[0], now());
  wheel.arm(blocks[1], now() + 10ms);
  wheel.arm(blocks[2], now() + 1min);
  wheel.arm(blocks[3], now() + 1h);
  for (Block& block : blocks) wheel.remove(block);
  CHECK_TRUE(wheel.next() == kEndOfTime);
  POINTERS_EQUAL(nullptr, wheel.pop_due(kEndOfTime - 1us));
  wheel.disperse();
  CHECK_TRUE(wheel.empty());
  CHECK_TRUE(wheel.next() == kNever);
  POINTERS_EQUAL(nullptr, wheel.pop_due(kEndOfTime));
}

TEST(TimerWheel, a_block_is_armed_from_arm_to_pop_or_remove) {
  for (Block& block : blocks) {
    block.kind = eyelet::detail::Kind::wait;
    wheel.arm(block, now() + 1h);
    CHECK_TRUE(armed(block));
  }
  wheel.remove(blocks[1]);
  CHECK_FALSE(armed(blocks[1]));
  expect_due(blocks[0], now() + 1h);
  CHECK_FALSE(armed(blocks[0]));
}

TEST(TimerWheel, takes_one_that_was_due_out_of_the_list_that_it_is_in) {
  eyelet::detail::List ready;
  for (Block& block : blocks) wheel.arm(block, now() + 1h);
  wheel.remove(blocks[3]);
  while (Block* due = wheel.pop_due(now() + 1h)) ready.push_back(*due);
  wheel.remove(blocks[1]);
  POINTERS_EQUAL(&blocks[0], &ready.pop_front());
  POINTERS_EQUAL(&blocks[2], &ready.pop_front());
  CHECK_TRUE(ready.empty());
  CHECK_TRUE(wheel.next() == kEndOfTime);
}

TEST(TimerWheel, once_asked_for_the_next_it_knows_that_all_were_removed) {
  for (const auto ahead : {Duration{10ms}, Duration{1s}, Duration{1h}}) {
    for (Block& block : blocks) wheel.arm(block, now() + ahead);
    for (Block& block : blocks) wheel.remove(block);
  }
  wheel.disperse();
  CHECK_TRUE(wheel.next() == kNever);
  CHECK_TRUE(wheel.empty());
}

TEST(TimerWheel, equal_deadlines_come_in_arming_order_whichever_way_they_took) {
  const TimePoint when = now() + 10h;  // where a tick begins
  const Duration ahead[] = {
      10h,     // beyond its reach
      1h,      // into a bucket of an upper level
      20ms,    // into that of its tick
      2048us,  // that has just been entered
      100us,   // within a tick
  };
  for (std::size_t first = 0; first < 5; ++first) {
    for (std::size_t second = first; second < 5; ++second) {
      Crowded other{port};
      pass(other, when - ahead[first]);
      other.arm(blocks[0], when);
      pass(other, when - ahead[second]);
      other.arm(blocks[1], when);
      pass(other, when - 1us);
      POINTERS_EQUAL(&blocks[0], other.pop_due(when));
      POINTERS_EQUAL(&blocks[1], other.pop_due(when));
    }
  }
}

TEST(TimerWheel, what_is_armed_before_all_that_it_looked_for_comes_first) {
  wheel.arm(blocks[0], now() + 1h);
  wheel.arm(blocks[1], now() + 1h);
  wheel.arm(blocks[2], now() + 1h);
  wheel.remove(blocks[0]);
  CHECK_TRUE(wheel.next() == now() + 1h);
  wheel.arm(blocks[3], now() + 1min);
  expect_due(blocks[3], now() + 1min);
  expect_due(blocks[1], now() + 1h);
}

TEST(TimerWheel, one_far_ahead_goes_into_a_bucket_however_long_the_clock_ran_before) {
  for (const auto start : {-5h, 0h, 5h, 24h * 365 * 100}) {
    port.time = TimePoint{} + start;
    Crowded other{port};
    for (const auto ahead : {Duration{10ms}, Duration{1s}, Duration{1h}}) {
      other.arm(blocks[0], now() + ahead);
      CHECK_EQUAL(ahead < kReach, in_bucket(blocks[0]));
      other.remove(blocks[0]);
    }
  }
}

TEST(TimerWheel, a_few_go_through_no_bucket) {
  Timers few{port};
  for (Block& block : blocks) {
    few.arm(block, now() + 50ms);
    CHECK_FALSE(in_bucket(block));
  }
  CHECK_EQUAL(0, port.looks);
}

TEST(TimerWheel, one_that_is_due_within_a_tick_goes_through_no_bucket) {
  for (TimePoint time = now(); time < now() + 5ms; time += Duration{64}) {
    POINTERS_EQUAL(nullptr, wheel.pop_due(time));
    for (const auto ahead : {Duration{0}, Duration{1}, Duration{1024}}) {
      wheel.arm(blocks[0], time + ahead);
      CHECK_FALSE(in_bucket(blocks[0]));
      wheel.remove(blocks[0]);
    }
  }
}

TEST(TimerWheel, those_in_a_bucket_are_few_however_many_they_are) {
  Block later[9] = {};
  for (Block& block : later) wheel.arm(block, now() + 60ms);
  CHECK_EQUAL(kHasBuckets, in_bucket(later[8]));
  wheel.disperse();
  wheel.arm(blocks[0], now() + 50ms);
  wheel.arm(blocks[1], now() + 40ms);
  CHECK_FALSE(in_bucket(blocks[0]));
  CHECK_FALSE(in_bucket(blocks[1]));
  expect_due(blocks[1], now() + 40ms);
  expect_due(blocks[0], now() + 50ms);
  expect_due(later[0], now() + 60ms);
}

TEST(TimerWheel, one_that_comes_before_all_others_goes_through_no_bucket) {
  Block later[9] = {};
  for (int i = 0; i < 9; ++i) wheel.arm(later[i], now() + 20ms + i * 2ms);
  CHECK_EQUAL(kHasBuckets, in_bucket(later[8]));
  wheel.disperse();
  wheel.arm(blocks[0], now() + 15ms);
  CHECK_FALSE(in_bucket(blocks[0]));
  wheel.arm(blocks[1], now() + 12ms);
  CHECK_EQUAL(kHasBuckets, in_bucket(blocks[1]));
  wheel.remove(blocks[0]);
  wheel.arm(blocks[0], now() + 20ms);
  expect_due(blocks[1], now() + 12ms);
  expect_due(later[0], now() + 20ms);
}

TEST(TimerWheel, one_far_ahead_and_alone_keeps_none_before_it_from_a_bucket) {
  wheel.arm(blocks[0], now() + 60ms);
  wheel.arm(blocks[1], now() + 62ms);
  CHECK_TRUE(wheel.next() == now() + 60ms);
  wheel.arm(blocks[2], now() + 50ms);
  CHECK_EQUAL(kHasBuckets, in_bucket(blocks[2]));
  expect_due(blocks[2], now() + 50ms);
}

TEST(TimerWheel, to_know_the_first_it_takes_none_out_of_a_bucket_that_is_due_later) {
  wheel.arm(blocks[0], now() + 10s);
  wheel.arm(blocks[1], now() + 10500ms);  // in the same bucket at first
  wheel.arm(blocks[2], now() + 20s);
  CHECK_TRUE(wheel.next() == now() + 10s);
  CHECK_FALSE(in_bucket(blocks[0]));
  CHECK_EQUAL(10s < kReach, in_bucket(blocks[1]));
  CHECK_EQUAL(20s < kReach, in_bucket(blocks[2]));
  for (int i = 0; i < 3; ++i) POINTERS_EQUAL(&blocks[i], wheel.pop_due(now() + 20s));
}

TEST(TimerWheel, is_exact_at_the_end_of_its_reach) {
  for (const auto start : {0us, 1us, 1023us, 1024us, 100ms + 0us, 1h + 0us}) {
    for (int part = -8; part <= 8; ++part) {
      Crowded other{port};
      port.time = TimePoint{} + start;
      const TimePoint far = now() + kReach + part * kReach / 256;
      other.arm(blocks[0], now());
      other.arm(blocks[1], now() + kReach / 2);
      other.arm(blocks[2], far);
      other.arm(blocks[3], far - kReach / 200);
      POINTERS_EQUAL(&blocks[0], other.pop_due(now()));
      for (const int i : {1, 3, 2}) {
        const TimePoint when = eyelet::detail::timer(blocks[i]).deadline;
        CHECK_TRUE(other.next() == when);
        POINTERS_EQUAL(nullptr, other.pop_due(when - 1us));
        POINTERS_EQUAL(&blocks[i], other.pop_due(when));
      }
    }
  }
}

TEST(TimerWheel, the_clock_is_looked_at_once_for_many_that_are_armed) {
  port.time = TimePoint{} + 24h;
  for (int i = 0; i < 10; ++i) {
    wheel.arm(blocks[0], now() + 60ms);
    wheel.arm(blocks[1], now() + 2 * kReach);
    wheel.remove(blocks[0]);
    wheel.remove(blocks[1]);
  }
  CHECK_EQUAL(kHasBuckets ? 1 : 0, port.looks);
}

TEST(TimerWheel, when_its_buckets_are_empty_it_begins_anew_by_the_clock) {
  // Ahead of it, to know what is first of the two.
  wheel.arm(blocks[0], now() + 60ms);
  wheel.arm(blocks[1], now() + 60ms);
  CHECK_TRUE(wheel.next() == now() + 60ms);
  wheel.arm(blocks[2], now() + 50ms);
  CHECK_EQUAL(kHasBuckets, in_bucket(blocks[2]));
  expect_due(blocks[2], now() + 50ms);
}

void TEST_GROUP_CppUTestGroupTimerWheel::play(Checked& wheel, Random& random, int steps) {
  for (int step = 0; step < steps; ++step) {
    const std::uint64_t choice = random(16);
    const std::size_t any = wheel.empty() ? 0 : random(wheel.size());
    if (choice < 7) {
      if (wheel.full()) continue;
      const std::uint64_t kind = random(16);
      if (kind == 0)
        wheel.arm(random(2) == 0 ? kEndOfTime : kNever);
      else if (kind == 1)
        wheel.arm(random(2) == 0 ? kAtOnce : wheel.now());
      else if (kind < 5 && !wheel.empty())
        wheel.arm(wheel.deadline(any));
      else
        wheel.arm(saturating_add(wheel.now(), random.duration(kind == 15 ? 62 : 36)));
    } else if (wheel.empty()) {
      CHECK_TRUE(wheel.next() == kNever);
      CHECK_TRUE(wheel.knows_that_it_is_empty());
    } else if (choice < 11) {
      wheel.remove(any);
    } else if (choice < 13) {
      CHECK_TRUE(wheel.next() == wheel.deadline(0));
    } else if (choice == 13 && wheel.deadline(0) != kNever && wheel.deadline(0) > wheel.now()) {
      CHECK_TRUE(wheel.pop(wheel.next()));
    } else {
      CHECK_TRUE(wheel.pop(saturating_add(wheel.now(), random.duration(34))));
    }
    if (step % 8 == 0) check(wheel);
  }
}

TEST(TimerWheel, agrees_with_a_sorted_list_in_long_random_runs_of_any_clock) {
  const TimePoint starts[] = {TimePoint{}, TimePoint{} - 1h,      TimePoint{} + 24h * 365,
                              kAtOnce,     kEndOfTime - 24h * 30, kEndOfTime - 1h};
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random{seed};
    Checked wheel{starts[seed % 6], static_cast<std::size_t>(seed % 5 + seed % 3 * 50 + 2)};
    play(wheel, random, 1000);
    while (!wheel.empty() && wheel.deadline(0) != kNever)
      CHECK_TRUE(wheel.pop(std::max(wheel.next(), wheel.now())));
    check(wheel);
  }
}

// A step that walked through a bucket would take some ten thousand million of them.
TEST(TimerWheel, a_hundred_thousand_timers_of_one_bucket_come_and_go) {
  constexpr std::size_t kMany = 100'000;
  std::vector<Block> many(kMany);
  for (int round = 0; round < 3; ++round) {
    const TimePoint when = now() + 1h;
    for (std::size_t i = 0; i < kMany; ++i)
      wheel.arm(many[i], when + Duration{static_cast<std::int64_t>(i * 7919 % kMany)});
    if (round == 0) {
      for (Block& block : many) wheel.remove(block);
      continue;
    }
    if (round == 2) CHECK_TRUE(wheel.next() == when);
    TimePoint last = kAtOnce;
    std::size_t n = 0;
    for (; Block* block = wheel.pop_due(when + 1h); ++n) {
      if (eyelet::detail::timer(*block).deadline < last) break;
      last = eyelet::detail::timer(*block).deadline;
    }
    CHECK_EQUAL(kMany, n);
    CHECK_TRUE(wheel.next() == kEndOfTime);
  }
}
