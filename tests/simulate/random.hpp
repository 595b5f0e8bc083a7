// SPDX-License-Identifier: BSL-1.0
// random: numbers of which a seed names all.
#pragma once

#include <cstddef>
#include <cstdint>

namespace simulate {

/// splitmix64: one seed, one sequence, on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t end) {
    return static_cast<std::size_t>((next() >> 32) * end >> 32);
  }
  std::uint8_t byte(std::size_t first, std::size_t end) {
    return static_cast<std::uint8_t>(first + below(end - first));
  }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace simulate
