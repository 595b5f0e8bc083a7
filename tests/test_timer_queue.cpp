// SPDX-License-Identifier: BSL-1.0
// The heap against a sorted list: every order of operations on few blocks, and long runs on many.
#include <algorithm>
#include <array>
#include <eyelet/timer_queue.hpp>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using eyelet::Duration;
using eyelet::kAtOnce;
using eyelet::kEndOfTime;
using eyelet::kNever;
using eyelet::TimePoint;
using eyelet::detail::Block;
using eyelet::detail::TimerQueue;

namespace {

constexpr std::size_t kLastOrder = static_cast<std::size_t>(-1);

TimePoint at(std::int64_t microseconds) { return TimePoint{Duration{microseconds}}; }

const Block* left(const Block& b) { return static_cast<const Block*>(b.next); }
const Block* right(const Block& b) { return static_cast<const Block*>(b.prev); }
unsigned rank(const Block* b) { return b == nullptr ? 0 : b->depth; }

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}
  std::uint64_t operator()(std::uint64_t below) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return (state_ >> 33) % below;
  }

 private:
  std::uint64_t state_;
};

/// A queue, and beside it what it must hold: the blocks in the order in which they are due.
class Checked {
 public:
  explicit Checked(std::size_t blocks, std::size_t first_order = 0)
      : blocks_(blocks), queue_{first_order} {
    for (Block& block : blocks_) block.kind = eyelet::detail::Kind::callback;
    for (std::size_t i = 0; i < blocks; ++i) free_.push_back(&blocks_[blocks - 1 - i]);
  }

  std::size_t size() const { return due_.size(); }
  std::size_t room() const { return free_.size(); }
  Block& operator[](std::size_t place) const { return *due_[place].block; }
  TimePoint deadline(std::size_t place) const { return due_[place].deadline; }

  void arm(TimePoint deadline) {
    Block& block = *free_.back();
    free_.pop_back();
    queue_.arm(block, deadline);
    auto place = due_.begin();
    while (place != due_.end() && place->deadline <= deadline) ++place;
    due_.insert(place, {deadline, &block});
  }

  void remove(std::size_t place) {
    queue_.remove(*due_[place].block);
    forget(place);
  }

  /// False if the queue gave another block than the one that is due first, or too early a one.
  bool pop() {
    const TimePoint first = due_[0].deadline;
    if (first != kAtOnce && queue_.pop_due(first - Duration{1}) != nullptr) return false;
    if (queue_.pop_due(first) != due_[0].block) return false;
    forget(0);
    return true;
  }

  /// Whether the heap is one, and holds what it must. Empty if so, else what is wrong.
  std::string fault() const {
    if (queue_.empty() != due_.empty()) return "empty";
    if (queue_.next() != (due_.empty() ? kNever : due_[0].deadline)) return "next";
    for (Block* block : free_)
      if (armed(*block) || block->upstream != nullptr) return "armed though removed";
    std::size_t edges = 0;
    for (const Due& due : due_) {
      const Block& block = *due.block;
      if (!armed(block)) return "not armed";
      if (eyelet::detail::timer(*due.block).deadline != due.deadline) return "deadline";
      if (rank(left(block)) < rank(right(block))) return "leans to the right";
      if (block.depth != rank(right(block)) + 1) return "rank";
      for (const Block* child : {left(block), right(block)}) {
        if (child == nullptr) continue;
        ++edges;
        if (child->upstream != &block) return "parent";
        if (place_of(child) < place_of(&block)) return "due before its parent";
      }
    }
    if (edges + 1 != due_.size() && !due_.empty()) return "not one tree";
    // 2^rank - 1 blocks at least are below a block of that rank.
    if (!due_.empty() && (std::size_t{1} << rank(due_[0].block)) > due_.size() + 1) return "depth";
    return "";
  }

  /// The heap as text: two with the same text behave alike ever after.
  std::string shape() const { return due_.empty() ? "" : shape(due_[0].block); }

 private:
  struct Due {
    TimePoint deadline;
    Block* block;
  };

  void forget(std::size_t place) {
    free_.push_back(due_[place].block);
    due_.erase(due_.begin() + static_cast<std::ptrdiff_t>(place));
  }

  std::size_t place_of(const Block* block) const {
    std::size_t place = 0;
    while (place < due_.size() && due_[place].block != block) ++place;
    return place;
  }

  std::string shape(const Block* block) const {
    if (block == nullptr) return ".";
    return std::to_string(place_of(block)) + shape(left(*block)) + shape(right(*block));
  }

  std::vector<Block> blocks_;
  std::vector<Block*> free_;
  std::vector<Due> due_;
  TimerQueue queue_;
};

/// What is done to a heap: a block armed before place `at` of those that are due, or the one at
/// that place taken out.
struct Step {
  enum Kind { arm, arm_with_the_one_before, remove, pop } kind;
  std::size_t place;
};

bool apply(Checked& heap, const Step& step) {
  switch (step.kind) {
    case Step::remove: heap.remove(step.place); return true;
    case Step::pop: return heap.pop();
    case Step::arm_with_the_one_before: heap.arm(heap.deadline(step.place - 1)); return true;
    case Step::arm: break;
  }
  // Far enough apart for a new one to fit between any two, forty times.
  const std::int64_t width = std::int64_t{1} << 40;
  const std::size_t n = heap.size();
  std::int64_t low = -width;
  std::int64_t high = width;
  if (step.place > 0) low = heap.deadline(step.place - 1).time_since_epoch().count();
  if (step.place < n) high = heap.deadline(step.place).time_since_epoch().count();
  heap.arm(at(low + (high - low) / 2));
  return true;
}

}  // namespace

TEST_GROUP(TimerQueue){void check(const Checked& heap){STRCMP_EQUAL("", heap.fault().c_str());
}

void pop_all(Checked& heap) {
  while (heap.size() != 0) {
    CHECK_TRUE(heap.pop());
    check(heap);
  }
}
}
;

TEST(TimerQueue, that_is_empty_is_never_due) {
  TimerQueue queue;
  CHECK_TRUE(queue.empty());
  CHECK_TRUE(queue.next() == kNever);
  POINTERS_EQUAL(nullptr, queue.pop_due(kEndOfTime));
  POINTERS_EQUAL(nullptr, queue.pop_due(kNever));
}

TEST(TimerQueue, gives_nothing_a_microsecond_early) {
  TimerQueue queue;
  Block block{};
  queue.arm(block, at(1000));
  CHECK_TRUE(queue.next() == at(1000));
  POINTERS_EQUAL(nullptr, queue.pop_due(at(999)));
  CHECK_FALSE(queue.empty());
  POINTERS_EQUAL(&block, queue.pop_due(at(1000)));
  CHECK_TRUE(queue.empty());
}

TEST(TimerQueue, gives_what_is_overdue) {
  TimerQueue queue;
  Block block{};
  queue.arm(block, kAtOnce);
  POINTERS_EQUAL(&block, queue.pop_due(at(0)));
}

TEST(TimerQueue, a_block_is_armed_from_arm_to_pop_or_remove) {
  TimerQueue queue;
  Block block{};
  block.kind = eyelet::detail::Kind::callback;
  CHECK_FALSE(armed(block));
  queue.arm(block, at(1));
  CHECK_TRUE(armed(block));
  queue.pop_due(at(1));
  CHECK_FALSE(armed(block));
  queue.arm(block, at(1));
  queue.remove(block);
  CHECK_FALSE(armed(block));
  POINTERS_EQUAL(nullptr, block.upstream);
}

TEST(TimerQueue, the_depth_of_what_no_time_ends_does_not_make_it_armed) {
  Block task{};
  task.kind = eyelet::detail::Kind::task;
  task.depth = 3;
  CHECK_FALSE(armed(task));
}

TEST(TimerQueue, takes_one_that_was_due_out_of_the_list_that_it_is_in) {
  TimerQueue queue;
  eyelet::detail::List ready;
  Block first{};
  Block last{};
  queue.arm(first, at(1));
  queue.arm(last, at(2));
  ready.push_back(*queue.pop_due(at(1)));
  queue.remove(first);
  CHECK_TRUE(ready.empty());
  POINTERS_EQUAL(&last, queue.pop_due(at(2)));
}

TEST(TimerQueue, keeps_what_is_armed_for_never_to_the_end_of_time) {
  TimerQueue queue;
  Block never{};
  Block late{};
  queue.arm(never, kNever);
  CHECK_TRUE(queue.next() == kNever);
  queue.arm(late, kEndOfTime);
  CHECK_TRUE(queue.next() == kEndOfTime);
  POINTERS_EQUAL(&late, queue.pop_due(kEndOfTime));
  POINTERS_EQUAL(nullptr, queue.pop_due(kEndOfTime));
  queue.remove(never);
  CHECK_TRUE(queue.empty());
}

TEST(TimerQueue, begins_at_a_chosen_arming_number) {
  TimerQueue queue{kLastOrder};
  Block a{};
  Block b{};
  queue.arm(a, at(1));
  queue.arm(b, at(1));
  CHECK_EQUAL(kLastOrder, eyelet::detail::timer(a).order);
  CHECK_EQUAL(0U, eyelet::detail::timer(b).order);
}

// P8
TEST(TimerQueue, twelve_equal_deadlines_come_in_arming_order) {
  Checked heap{12};
  for (int i = 0; i < 12; ++i) heap.arm(at(5));
  pop_all(heap);
}

// N11
TEST(TimerQueue, equal_deadlines_come_in_arming_order_across_the_wrap_of_the_arming_number) {
  for (std::size_t before = 0; before <= 12; ++before) {
    Checked heap{12, kLastOrder - before + 1};
    for (int i = 0; i < 12; ++i) heap.arm(at(5));
    // Merging compares arming numbers, and arming does not: take some out of the middle.
    heap.remove(5);
    heap.remove(0);
    pop_all(heap);
  }
}

// N17
TEST(TimerQueue, every_order_of_arm_remove_and_pop_on_up_to_seven_blocks) {
  // Every heap that can be reached, with one way to it; then every step from each of them.
  std::map<std::string, std::vector<Step>> ways{{"", {}}};
  std::vector<std::string> unseen{""};
  std::size_t steps_tried = 0;
  const auto rebuild = [&ways](Checked& heap, const std::string& shape) {
    for (const Step& step : ways[shape]) apply(heap, step);
  };
  while (!unseen.empty()) {
    const std::string from = unseen.back();
    unseen.pop_back();
    std::vector<Step> steps;
    std::size_t n = 0;
    {
      Checked heap{7};
      rebuild(heap, from);
      n = heap.size();
      STRCMP_EQUAL(from.c_str(), heap.shape().c_str());
    }
    for (std::size_t place = 0; place < n; ++place) steps.push_back({Step::remove, place});
    if (n != 0) steps.push_back({Step::pop, 0});
    if (n != 7) {
      for (std::size_t place = 0; place <= n; ++place) steps.push_back({Step::arm, place});
      for (std::size_t place = 1; place <= n; ++place)
        steps.push_back({Step::arm_with_the_one_before, place});
    }
    for (const Step& step : steps) {
      ++steps_tried;
      Checked heap{7};
      rebuild(heap, from);
      CHECK_TRUE(apply(heap, step));
      check(heap);
      if (step.kind == Step::arm_with_the_one_before) continue;
      if (!ways.emplace(heap.shape(), ways[from]).second) continue;
      ways[heap.shape()].push_back(step);
      unseen.push_back(heap.shape());
    }
  }
  // Of 868 leftist heaps of up to seven blocks these can be come by.
  CHECK_EQUAL(802U, ways.size());
  CHECK_TRUE(steps_tried > 8000);
}

TEST(TimerQueue, any_one_of_seven_may_be_taken_out_whatever_the_arming_order) {
  std::array<int, 7> order;
  std::iota(order.begin(), order.end(), 0);
  do {
    for (std::size_t out = 0; out < 7; ++out) {
      Checked heap{7};
      for (const int deadline : order) heap.arm(at(deadline / 2));  // with ties
      heap.remove(out);
      check(heap);
      while (heap.size() != 0) CHECK_TRUE(heap.pop());
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

// N17
TEST(TimerQueue, agrees_with_a_sorted_list_in_long_random_runs) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Random random{seed};
    const std::uint64_t deadlines = seed % 2 == 0 ? 8 : 1'000'000;  // many ties, or few
    Checked heap{100, kLastOrder - 1000};
    for (int step = 0; step < 3000; ++step) {
      const std::uint64_t choice = random(10);
      if (choice < 5 && heap.room() != 0)
        heap.arm(at(static_cast<std::int64_t>(random(deadlines))));
      else if (choice < 8 && heap.size() != 0)
        heap.remove(random(heap.size()));
      else if (heap.size() != 0)
        CHECK_TRUE(heap.pop());
      if (step % 8 == 0) check(heap);
    }
    pop_all(heap);
  }
}

TEST(TimerQueue, its_right_spine_is_never_longer_than_the_logarithm) {
  enum { ascending, descending, equal, shuffled };
  for (const int kind : {ascending, descending, equal, shuffled}) {
    Random random{7};
    TimerQueue queue;
    std::vector<Block> blocks(4095);
    Block* first = nullptr;
    for (std::size_t n = 0; n < blocks.size(); ++n) {
      const auto i = static_cast<std::int64_t>(n);
      queue.arm(blocks[n], at(kind == ascending    ? i
                              : kind == descending ? -i
                              : kind == equal      ? 0
                                                   : static_cast<std::int64_t>(random(1000))));
      for (first = &blocks[n]; first->upstream != nullptr && n % 64 == 62;) first = first->upstream;
      if (n % 64 != 62) continue;
      std::size_t spine = 0;
      for (const Block* b = first; b != nullptr; b = right(*b)) ++spine;
      CHECK_EQUAL(rank(first), spine);
      CHECK_TRUE((std::size_t{1} << spine) <= n + 2);
    }
  }
}

// A step that walked the tree's height, or the list, would take some ten thousand million of them.
TEST(TimerQueue, a_hundred_thousand_timers_come_and_go_in_any_order) {
  constexpr std::size_t kMany = 100'000;
  std::vector<Block> blocks(kMany);
  TimerQueue queue;
  const auto pop_all_in_order = [&] {
    TimePoint last = kAtOnce;
    std::size_t n = 0;
    for (; Block* block = queue.pop_due(kEndOfTime); ++n) {
      if (eyelet::detail::timer(*block).deadline < last) break;
      last = eyelet::detail::timer(*block).deadline;
    }
    CHECK_EQUAL(kMany, n);
    CHECK_TRUE(queue.empty());
  };
  for (std::size_t i = 0; i < kMany; ++i) queue.arm(blocks[i], at(static_cast<std::int64_t>(i)));
  pop_all_in_order();
  for (std::size_t i = 0; i < kMany; ++i) queue.arm(blocks[i], at(-static_cast<std::int64_t>(i)));
  pop_all_in_order();
  // The deepest first: each lies at the end of the whole left spine.
  for (std::size_t i = 0; i < kMany; ++i) queue.arm(blocks[i], at(-static_cast<std::int64_t>(i)));
  for (Block& block : blocks) queue.remove(block);
  CHECK_TRUE(queue.empty());
}
