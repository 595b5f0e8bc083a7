// SPDX-License-Identifier: BSL-1.0
// mailbox: what threads and interrupts hand to the loop. Floor 2.
// A ring of fixed size. Who posts takes turns in the port's critical section; who takes out is one,
// and needs none: no read-modify-write atomics, which a Cortex-M0 does not have. It needs no
// blocks, so that it works when the pool is empty.
#pragma once

#include <atomic>
#include <eyelet/callback.hpp>
#include <eyelet/port.hpp>

namespace eyelet::detail {

/// The alignment of what has a writer of its own: two would take the cache line from each other.
template <class T>
inline constexpr std::size_t kApart = sizeof(void*) == 8 ? 64 : alignof(T);

class Mailbox {
 public:
  /// A place in the ring, and as its highest bit which lap: a full ring differs from an empty one.
  using Position = std::uint16_t;
  static constexpr Position kLap = 0x8000;
  static constexpr std::size_t kMostPlaces = kLap - 1;

  constexpr Mailbox(SmallCallback* slots, std::size_t capacity)
      : slots_{slots},
        capacity_{static_cast<Position>(capacity != 0 ? capacity : kClosed)},
        limit_{capacity != 0 ? kLap : Position{0}} {}

  /// Puts `callback` in, or counts it as refused: full, or closed. O(1). Context: any.
  bool post(Port& port, const SmallCallback& callback);

  /// After end() and before take(): what was posted is seen. Context: the loop's thread.
  void open() const { static_cast<void>(put_.load(std::memory_order_acquire)); }
  /// Takes the oldest out. False if that is at `end`. O(1). Context: the loop's thread.
  bool take(Position end, SmallCallback& callback);

  /// Refuses everything from now on; what is inside stays. Context: the loop's thread.
  void close(Port& port);

  /// Where the next post goes. Context: any; a moment later it may be wrong.
  Position end() const { return put_.load(std::memory_order_relaxed); }
  /// Where the next take() looks. Context: the loop's thread.
  Position begin() const { return got_; }
  bool empty() const { return begin() == end(); }
  /// Context: any; a moment later it may be wrong.
  std::uint32_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  static constexpr Position kClosed = kLap;  // beside the capacity

  static Position after(unsigned position, unsigned capacity) {
    const unsigned next = position + 1;
    return static_cast<Position>((next & kMostPlaces) == capacity ? ~position & kLap : next);
  }
  SmallCallback& slot(Position position) const { return slots_[position & kMostPlaces]; }

  SmallCallback* const slots_;
  Position capacity_;
  // The loop's, others use __atomic_load_n: of an atomic each pass would cost 2 instructions more.
  alignas(kApart<Position>) Position got_ = 0;
  // Written in the critical section only, by plain stores.
  alignas(kApart<Position>) std::atomic<Position> put_{0};
  Position limit_;  // where it is full, as of the last look at got_
  std::atomic<std::uint32_t> refused_{0};
};

}  // namespace eyelet::detail
