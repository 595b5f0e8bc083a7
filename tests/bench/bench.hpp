// SPDX-License-Identifier: BSL-1.0
// bench: what the programs of this folder share. Each has the same workloads under the same names,
// and is called `PROGRAM WORKLOAD OPERATIONS`; it prints how long they took, in nanoseconds.
// Without arguments it names its workloads.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {

struct Workload {
  const char* name;
  void (*run)(long operations);
};

template <std::size_t N>
int main(const Workload (&workloads)[N], int count, char** arguments) {
  for (const Workload& workload : workloads) {
    if (count == 1) std::puts(workload.name);
    if (count != 3 || std::strcmp(workload.name, arguments[1]) != 0) continue;
    const auto start = std::chrono::steady_clock::now();
    workload.run(std::atol(arguments[2]));
    const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - start;
    std::printf("%lld\n", static_cast<long long>(taken.count()));
    return 0;
  }
  return count == 1 ? 0 : 2;
}

// How many operations are to come, and what they computed.
inline long left = 0;
inline long sum = 0;

/// When others are due that are armed and do not fire: within an hour, in no order.
inline std::chrono::seconds far(long i) { return std::chrono::seconds{900 + i * 7919 % 2700}; }

/// When one is due that is armed and cancelled: in the midst of them.
constexpr std::chrono::minutes kMidst{30};

}  // namespace bench
