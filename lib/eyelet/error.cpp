// SPDX-License-Identifier: BSL-1.0
#include <eyelet/error.hpp>

namespace eyelet {

const char* name(Errc code) {
  switch (code) {
    case Errc::none: return "none";
    case Errc::cancelled: return "cancelled";
    case Errc::timed_out: return "timed_out";
    case Errc::invalid_state: return "invalid_state";
    case Errc::out_of_blocks: return "out_of_blocks";
    case Errc::queue_empty: return "queue_empty";
    case Errc::queue_full: return "queue_full";
    case Errc::queue_shut_down: return "queue_shut_down";
    case Errc::broken_promise: return "broken_promise";
    case Errc::broken_barrier: return "broken_barrier";
    case Errc::deadlock: return "deadlock";
    case Errc::incomplete_read: return "incomplete_read";
    case Errc::limit_overrun: return "limit_overrun";
    case Errc::not_supported: return "not_supported";
    case Errc::system: return "system";
    case Errc::user: return "user";
    case Errc::invalid_argument: return "invalid_argument";
    case Errc::closed: return "closed";
    case Errc::slow_callback: return "slow_callback";
  }
  return "unknown";
}

}  // namespace eyelet
