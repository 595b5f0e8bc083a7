// SPDX-License-Identifier: BSL-1.0
// guard: something acquired, released when the guard goes. Floor 6.
// A result that nobody takes is destroyed with its future, and so gives back what it holds.
#pragma once

#include <utility>

namespace eyelet {

/// Holds one acquisition of `Resource`, or nothing. `Resource::release()` runs once.
template <class Resource>
class [[nodiscard]] Guard {
 public:
  constexpr Guard() = default;
  /// Takes over an acquisition.
  explicit Guard(Resource& resource) : resource_{&resource} {}
  Guard(Guard&& other) noexcept : resource_{std::exchange(other.resource_, nullptr)} {}
  Guard& operator=(Guard&& other) noexcept {
    if (this == &other) return *this;
    release();
    resource_ = std::exchange(other.resource_, nullptr);
    return *this;
  }
  ~Guard() { release(); }

  explicit operator bool() const { return resource_ != nullptr; }

  /// Releases now instead of at the end.
  void release() {
    if (Resource* const held = std::exchange(resource_, nullptr))
      static_cast<void>(held->release());
  }

  /// Gives the acquisition away: whoever has it must call `Resource::release()`.
  void detach() { resource_ = nullptr; }

 private:
  Resource* resource_ = nullptr;
};

}  // namespace eyelet
