// SPDX-License-Identifier: BSL-1.0
// callback: callables in place, in memory that somebody else owns. Floor 1.
// No std::function: it allocates, and costs a kilobyte of flash on a Cortex-M.
#pragma once

#include <cstddef>
#include <cstdint>
#include <eyelet/config.hpp>
#include <new>
#include <type_traits>
#include <utility>

namespace eyelet::detail {

/// Alignment of every payload; a type that wants more does not compile.
inline constexpr std::size_t kPayloadAlign = 8;

/// One readable message for all that is too large; the compiler prints both numbers beside it.
template <std::size_t BytesNeeded, std::size_t BytesThere>
constexpr bool fits() {
  static_assert(BytesNeeded <= BytesThere,
                "eyelet: this callable or result does not fit into a block: capture or return "
                "less, or raise EYELET_BLOCK_BYTES");
  return true;
}

/// Constructs a T made from `args` in `Bytes` bytes at `where`.
template <class T, std::size_t Bytes, class... Args>
T& construct(void* where, Args&&... args) {
  static_assert(fits<sizeof(T), Bytes>());
  static_assert(alignof(T) <= kPayloadAlign, "eyelet: over-aligned callable or result");
  return *::new (where) T(std::forward<Args>(args)...);
}

/// A function that destroys the T at `Offset` in a payload; null if there is nothing to destroy.
template <class T, std::size_t Offset = 0>
constexpr auto destructor() -> void (*)(void*) {
  if constexpr (std::is_trivially_destructible_v<T>)
    return nullptr;
  else
    return [](void* payload) {
      std::launder(reinterpret_cast<T*>(static_cast<unsigned char*>(payload) + Offset))->~T();
    };
}

/// A callable that may be copied as bytes, so that another thread or an interrupt can hand it over
/// with no code of the user's running. At most three pointers.
class SmallCallback {
 public:
  SmallCallback() = default;

  template <class F>
  explicit SmallCallback(F fn) {
    static_assert(std::is_trivially_copyable_v<F> && std::is_trivially_destructible_v<F>,
                  "eyelet: a callable handed over between threads holds plain data only");
    static_assert(sizeof(F) <= sizeof(storage_) && alignof(F) <= alignof(void*),
                  "eyelet: a callable handed over between threads captures at most three pointers");
    ::new (static_cast<void*>(storage_)) F(fn);
    call_ = [](void* storage) { (*static_cast<F*>(storage))(); };
  }

  void operator()() { call_(storage_); }

  /// Becomes a copy of `other`, which was written a moment ago: where words have 64 bits a copy in
  /// larger pieces would wait for that, 4 ns.
  void copy(const SmallCallback& other) {
    if constexpr (sizeof(void*) == 8) {
      using Word [[gnu::may_alias]] = std::uint64_t;
      static_assert(sizeof(SmallCallback) % sizeof(Word) == 0);
      const auto from = reinterpret_cast<const volatile Word*>(&other);
      const auto to = reinterpret_cast<Word*>(this);
      for (std::size_t i = 0; i < sizeof(SmallCallback) / sizeof(Word); ++i) to[i] = from[i];
    } else {
      *this = other;
    }
  }

 private:
  void (*call_)(void*);
  alignas(void*) unsigned char storage_[3 * sizeof(void*)];
};

}  // namespace eyelet::detail
