// SPDX-License-Identifier: BSL-1.0
// bench: what the programs of this folder share. Each has the same workloads under the same names,
// and is called `PROGRAM WORKLOAD OPERATIONS`; it prints how long they took, in nanoseconds,
// and how many bytes of a pool they hold. Without arguments it names its workloads. One that is
// named waiting_* prepares operations and leaves them waiting.
#pragma once

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {

struct Workload {
  const char* name;
  void (*run)(long operations);
};

/// In use of what was reserved beforehand.
inline std::size_t pool_bytes = 0;

inline std::chrono::steady_clock::time_point start;

/// Called again by a workload that had to prepare something.
inline void start_clock() { start = std::chrono::steady_clock::now(); }

template <std::size_t N>
int main(const Workload (&workloads)[N], int count, char** arguments) {
  for (const Workload& workload : workloads) {
    if (count == 1) std::puts(workload.name);
    if (count != 3 || std::strcmp(workload.name, arguments[1]) != 0) continue;
    start_clock();
    workload.run(std::atol(arguments[2]));
    const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - start;
    std::printf("%lld %zu\n", static_cast<long long>(taken.count()), pool_bytes);
    return 0;
  }
  return count == 1 ? 0 : 2;
}

// How many operations are to come, and what they computed.
inline long left = 0;
inline long sum = 0;

/// What is done while something is held: for all the compiler knows, anything. Otherwise it would
/// leave out acquiring and releasing.
[[gnu::noipa]] inline void use() { ++sum; }

/// When timers are due that do not fire: in a quarter of an hour to an hour, in no order.
inline std::chrono::seconds far(long i) {
  static constexpr auto kSeconds = [] {
    std::array<short, 1024> seconds{};
    unsigned chance = 1;
    for (short& each : seconds) {
      chance = chance * 1664525 + 1013904223;
      each = static_cast<short>(900 + (chance >> 16) % 2700);
    }
    return seconds;
  }();
  return std::chrono::seconds{kSeconds[static_cast<unsigned long>(i) % 1024]};
}

}  // namespace bench
