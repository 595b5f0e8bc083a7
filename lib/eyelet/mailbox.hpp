// SPDX-License-Identifier: BSL-1.0
// mailbox: what threads and interrupts hand to the loop. Floor 2.
// A ring of fixed size under the port's critical section: no read-modify-write atomics, which a
// Cortex-M0 does not have. It needs no blocks, so that it works when the pool is empty.
#pragma once

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

  /// Refuses everything from now on; what is inside is dropped. Context: the loop's thread.
  void close(Port& port);

  /// A lone byte, so any context may read it; exact only in the loop's thread or a critical
  /// section.
  std::uint8_t size() const { return size_; }
  std::uint32_t refused() const { return refused_; }

 private:
  SmallCallback* slots_;
  std::uint32_t refused_ = 0;
  std::uint8_t capacity_;
  std::uint8_t first_ = 0;
  volatile std::uint8_t size_ = 0;
};

}  // namespace eyelet::detail
