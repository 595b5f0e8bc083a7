// SPDX-License-Identifier: BSL-1.0
// Counts the program's heap allocations; `operator new` ends in malloc, too. glibc only, and not
// with a sanitizer, which has a malloc of its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

inline constexpr bool kHeapIsCounted = true;
inline std::atomic<unsigned> heap_allocations{0};

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  ++heap_allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++heap_allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  ++heap_allocations;
  return __libc_realloc(old, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++heap_allocations;
  return __libc_memalign(alignment, size);
}
}

#else

inline constexpr bool kHeapIsCounted = false;
inline constexpr unsigned heap_allocations = 0;

#endif
