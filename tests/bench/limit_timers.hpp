// SPDX-License-Identifier: BSL-1.0
// limit: the timers, as a heap and as a wheel.
#pragma once

#include <time.h>

#include <cstddef>
#include <cstdint>
#include <tests/bench/limit.hpp>
#include <vector>

namespace limit {

using Time = std::uint64_t;  // microseconds

inline Time now() {
  timespec time;
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<Time>(time.tv_sec) * 1'000'000 + static_cast<Time>(time.tv_nsec) / 1000;
}

struct Timer : Link {
  Time when;
  std::size_t place;
  void (*run)(Timer&);
};

// --- A heap of four children a node ---

class Heap {
 public:
  explicit Heap(std::size_t capacity) { entries_.reserve(capacity); }

  void arm(Timer& timer) {
    entries_.push_back({});
    rise(entries_.size() - 1, {timer.when, &timer});
  }

  void cancel(Timer& timer) {
    const Entry moved = entries_.back();
    entries_.pop_back();
    const std::size_t hole = timer.place;
    if (hole == entries_.size()) return;
    if (hole != 0 && moved.when < entries_[(hole - 1) / 4].when)
      rise(hole, moved);
    else
      sink(hole, moved);
  }

  Timer* pop_due(Time time) {
    if (entries_.empty() || entries_[0].when > time) return nullptr;
    Timer* const due = entries_[0].timer;
    cancel(*due);
    return due;
  }

 private:
  struct Entry {
    Time when;
    Timer* timer;
  };

  void put(std::size_t place, Entry entry) {
    entries_[place] = entry;
    entry.timer->place = place;
  }

  void rise(std::size_t hole, Entry entry) {
    for (; hole != 0 && entry.when < entries_[(hole - 1) / 4].when; hole = (hole - 1) / 4)
      put(hole, entries_[(hole - 1) / 4]);
    put(hole, entry);
  }

  void sink(std::size_t hole, Entry entry) {
    for (;;) {
      std::size_t least = 4 * hole + 1;
      for (std::size_t child = least + 1; child <= 4 * hole + 4 && child < entries_.size(); ++child)
        if (entries_[child].when < entries_[least].when) least = child;
      if (least >= entries_.size() || !(entries_[least].when < entry.when)) break;
      put(hole, entries_[least]);
      hole = least;
    }
    put(hole, entry);
  }

  std::vector<Entry> entries_;
};

// --- A wheel of two levels, of a millisecond and of a second a slot ---

class Wheel {
 public:
  explicit Wheel(std::size_t) : tick_{now() >> 10} {}

  void arm(Timer& timer) {
    const Time tick = timer.when >> 10;
    (tick - tick_ < 1024 ? fine_[tick % 1024] : coarse_[(tick >> 10) % 4096]).push_back(timer);
  }

  static void cancel(Timer& timer) { timer.unlink(); }

  Timer* pop_due(Time time) {
    for (;; turn()) {
      List& slot = fine_[tick_ % 1024];
      for (Link* link = slot.next; link != &slot; link = link->next) {
        auto& timer = static_cast<Timer&>(*link);
        if (timer.when > time) continue;
        timer.unlink();
        return &timer;
      }
      if (tick_ >= time >> 10) return nullptr;
    }
  }

 private:
  void turn() {
    if (++tick_ % 1024 != 0) return;
    List& slot = coarse_[(tick_ >> 10) % 4096];
    while (!slot.empty()) arm(static_cast<Timer&>(slot.pop_front()));
  }

  Time tick_;
  List fine_[1024];
  List coarse_[4096];
};

}  // namespace limit
