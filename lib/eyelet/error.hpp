// SPDX-License-Identifier: BSL-1.0
// error: what went wrong, as a value of 8 bytes. Floor 0.
// Values are never renumbered; new ones go to the end.
#pragma once

#include <cstdint>

namespace eyelet {

/// Why an operation failed. The comment says what Error::detail holds; 0 where it says nothing.
enum class Errc : std::int32_t {
  none = 0,               ///< no error
  cancelled = 1,          ///< cancel() was called
  timed_out = 2,          ///< the time limit came first
  invalid_state = 3,      ///< not possible now: already done, still pending, running, taken
  out_of_blocks = 4,      ///< the loop's pool is empty; works again once a block is free
  queue_empty = 5,        ///< get_nowait found nothing
  queue_full = 6,         ///< put_nowait found no room
  queue_shut_down = 7,    ///< the queue takes or gives no more
  broken_promise = 8,     ///< whoever was to complete it has gone
  broken_barrier = 9,     ///< the barrier was aborted or reset
  deadlock = 10,          ///< nothing can run any more. detail: futures still pending
  incomplete_read = 11,   ///< the stream ended early. detail: bytes read
  limit_overrun = 12,     ///< over a fixed capacity. detail: that capacity
  not_supported = 13,     ///< this port cannot do it
  system = 14,            ///< a system call failed. detail: errno
  user = 15,              ///< the application's own. detail: its number
  invalid_argument = 16,  ///< a value that makes no sense, such as a negative delay
  closed = 17,            ///< the loop was closed
  slow_callback = 18,     ///< reported only. detail: microseconds, saturated
};

/// An error. Trivially copyable; two errors are equal if both fields are.
struct Error {
  Errc code = Errc::none;
  std::int32_t detail = 0;
};

constexpr bool operator==(Error a, Error b) { return a.code == b.code && a.detail == b.detail; }
constexpr bool operator!=(Error a, Error b) { return !(a == b); }

/// The enumerator's own name, "unknown" for a number that is none. Context: any.
const char* name(Errc code);

}  // namespace eyelet
