// SPDX-License-Identifier: BSL-1.0
// Chance for the examples, the same in every run.
#pragma once

#include <chrono>
#include <random>

/// Between `least` and `most`, without `most`.
inline std::chrono::milliseconds between(std::chrono::milliseconds least,
                                         std::chrono::milliseconds most) {
  static std::minstd_rand number{1};
  return least + std::chrono::milliseconds{number() % (most - least).count()};
}
