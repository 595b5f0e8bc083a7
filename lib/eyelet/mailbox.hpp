// SPDX-License-Identifier: BSL-1.0
// mailbox: what threads and interrupts hand to the loop. Floor 2.
// A ring of fixed size under the port's critical section: no read-modify-write atomics, which a
// Cortex-M0 does not have. It needs no blocks, so that it works when the pool is empty.
#pragma once

#include <atomic>
#include <eyelet/callback.hpp>
#include <eyelet/port.hpp>

namespace eyelet::detail {

class Mailbox {
 public:
  constexpr Mailbox(SmallCallback* slots, std::uint8_t capacity)
      : slots_{slots}, capacity_{capacity} {}

  /// Puts `callback` in, or counts it as refused: full, or closed. O(1). Context: any.
  bool post(Port& port, const SmallCallback& callback);

  /// Takes the oldest out. False if there is none. O(1). Context: the loop's thread.
  bool take(Port& port, SmallCallback& callback);

  /// Refuses everything from now on; what is inside stays. Context: the loop's thread.
  void close(Port& port);

  /// Context: any; a moment later it may be wrong.
  std::uint8_t size() const { return size_.load(std::memory_order_relaxed); }
  std::uint32_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  SmallCallback* slots_;
  // Written in the critical section only, by plain stores.
  std::atomic<std::uint32_t> refused_{0};
  std::atomic<std::uint8_t> size_{0};
  std::uint8_t first_ = 0;
  std::uint8_t capacity_;
  bool closed_ = false;
};

}  // namespace eyelet::detail
