// SPDX-License-Identifier: BSL-1.0
// cancel: how a request to cancel travels to what a future waits for. Floor 4.
// It walks up in a loop and takes effect at the end of the way; circles are opened.
#pragma once

#include <eyelet/future_core.hpp>

namespace eyelet::detail {

/// Future::cancel().
bool cancel(Block& future);

/// For SlowWaitOperations::cancel of a wait that has children: calls its Operations::turn, which
/// cancels them; one such wait after the other, and not one inside the other. kGranted is set
/// meanwhile.
void cancel_children(Block& parent);

/// For WaitOperations::withdraw of such a wait, and before it ends by itself: out of that line.
void leave_cancelling(Block& parent);

}  // namespace eyelet::detail
