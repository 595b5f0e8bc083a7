// SPDX-License-Identifier: BSL-1.0
// inbox: what a thread leaves for a loop that can be woken, but takes no messages.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

namespace bench {

class Inbox {
 public:
  void put(long message) {
    const std::lock_guard<std::mutex> guard{mutex_};
    messages_.push_back(message);
  }

  std::vector<long> take() {
    const std::lock_guard<std::mutex> guard{mutex_};
    return std::exchange(messages_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<long> messages_;
};

}  // namespace bench
