// SPDX-License-Identifier: BSL-1.0
// isr_queue: items from one interrupt or thread to the loop. Floor 7.
// A ring with one writer of either index: loads and stores are enough, no lock and no critical
// section, also on a Cortex-M0. Putting needs no block and cannot wait.
#pragma once

#include <eyelet/waiters.hpp>

namespace eyelet {

/// Up to `N` items of plain data. One producer: an interrupt, a thread, or several that never
/// interrupt one another. It is declared where it outlives its loop, and so needs no destructor:
/// the loop keeps looking at it from the first wait on. A global one lies in .data, image included.
template <class T, std::size_t N>
class IsrQueue : detail::Source, detail::WaitList {
 public:
  static_assert(N >= 1 && N <= INT16_MAX, "eyelet: an IsrQueue holds 1 to 32767 items");
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>,
                "eyelet: an item handed over by an interrupt is plain data");

  constexpr explicit IsrQueue(Loop& loop) : loop_{&loop} {}
  IsrQueue(const IsrQueue&) = delete;
  IsrQueue& operator=(const IsrQueue&) = delete;

  /// Puts a copy of `item` in and wakes the loop. False: it is full, which is counted, and `item`
  /// is not in. Context: the producer's.
  bool put_nowait(const T& item);

  /// Waits in line for an item. Cancelled, also when it was granted one already: the item stays.
  /// Memory: one block. Errors: cancelled, out_of_blocks, closed.
  Future<T> get();
  /// An item at once. Errors: queue_empty.
  Result<T> get_nowait();

  /// Context: the producer's and the loop's; a moment later it may be wrong.
  std::size_t size() const {
    const unsigned put = put_.load(std::memory_order_acquire);
    const unsigned got = got_.load(std::memory_order_acquire);
    return put >= got ? put - got : put + kPositions - got;
  }
  bool empty() const { return size() == 0; }
  bool full() const { return size() == N; }
  static constexpr std::size_t capacity() { return N; }
  /// How many items were refused because it was full. It wraps.
  std::uint32_t missed() const { return missed_.load(std::memory_order_relaxed); }

 private:
  template <class, class, class>
  friend struct detail::Waiting;

  bool collect(detail::Block& getter) { return WaitList::collect(getter, !empty()); }
  void deliver(detail::Block& getter, detail::NoRequest) { detail::set_value<T>(getter, take()); }
  T take();
  void pass_on() { look_at(*this); }
  static void look_at(Source& source);

  // Positions run twice round the ring, so that a full one differs from an empty one.
  using Position = std::uint16_t;
  static constexpr unsigned kPositions = 2 * N;
  static Position after(unsigned position) {
    return static_cast<Position>(position + 1 == kPositions ? 0 : position + 1);
  }
  T& slot(unsigned position) { return slots_[position < N ? position : position - N]; }

  Loop* loop_;
  std::atomic<std::uint32_t> missed_{0};  // the producer's
  std::atomic<Position> put_{0};          // the producer's
  std::atomic<Position> got_{0};          // the loop's
  T slots_[N] = {};
};

template <class T, std::size_t N>
bool IsrQueue<T, N>::put_nowait(const T& item) {
  if (full()) {
    missed_.store(missed() + 1, std::memory_order_relaxed);
    return false;
  }
  const unsigned position = put_.load(std::memory_order_relaxed);
  slot(position) = item;
  put_.store(after(position), std::memory_order_release);
  loop_->port().wake();
  return true;
}

template <class T, std::size_t N>
Result<T> IsrQueue<T, N>::get_nowait() {
  if (empty()) return failure(Errc::queue_empty);
  return take();
}

template <class T, std::size_t N>
T IsrQueue<T, N>::take() {
  const unsigned position = got_.load(std::memory_order_relaxed);
  const T item = slot(position);
  got_.store(after(position), std::memory_order_release);
  return item;
}

template <class T, std::size_t N>
Future<T> IsrQueue<T, N>::get() {
  loop_->add_source(*this, look_at);
  auto future = detail::wait_in<T>(*loop_, *this);
  look_at(*this);
  return future;
}

template <class T, std::size_t N>
void IsrQueue<T, N>::look_at(Source& source) {
  auto& queue = static_cast<IsrQueue&>(source);
  while (!queue.WaitList::empty() && queue.granted() < queue.size()) queue.grant_front();
}

}  // namespace eyelet
