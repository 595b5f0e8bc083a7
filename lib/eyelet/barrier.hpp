// SPDX-License-Identifier: BSL-1.0
// barrier: a number of parties that go on together. Floor 7.
#pragma once

#include <eyelet/waiters.hpp>

namespace eyelet {

/// asyncio.Barrier. Waiters that it leaves behind end broken_promise.
class Barrier : detail::WaitList {
 public:
  /// `parties` is at least 1.
  constexpr Barrier(Loop& loop, std::size_t parties) : loop_{&loop}, parties_{parties} {}
  ~Barrier() { fail_all(*loop_, Errc::broken_promise); }
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  /// Waits until as many as there are parties have come; the outcome is one's place in the order of
  /// arrival, from 0. Who is cancelled before that does not count; afterwards the others go on.
  /// Memory: one block. Errors: broken_barrier, cancelled, out_of_blocks, broken_promise.
  Future<std::size_t> wait();

  /// Completes the barrier at once if only one party is missing; the outcome is the last place.
  /// Errors: broken_barrier, invalid_state (others are missing, too; one does not count as come).
  Result<std::size_t> try_wait();

  /// Ends all who have not had their turn with broken_barrier, and all who come until reset().
  /// O(n), or O(blocks used) when the barrier was just full.
  void abort();
  /// Ends all who have not had their turn with broken_barrier; who comes now counts from the
  /// beginning. Cost: as abort().
  void reset();

  std::size_t parties() const { return parties_; }
  /// How many wait for the others.
  std::size_t waiting() const { return waiting_; }
  bool broken() const { return broken_; }

 private:
  template <class, class, class>
  friend struct detail::Waiting;

  struct Place {
    std::size_t index;
  };

  void join(detail::Block& waiter);
  void deliver(detail::Block& waiter, Place place) {
    detail::set_value<std::size_t>(waiter, place.index);
  }
  void pass_on() {}
  bool leave(detail::Block& waiter);
  void let_go();
  void fail_waiters();

  Loop* loop_;
  std::size_t parties_;
  std::size_t waiting_ = 0;
  bool broken_ = false;
};

}  // namespace eyelet
