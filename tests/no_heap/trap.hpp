// SPDX-License-Identifier: BSL-1.0
// Every function of the C library that gives or takes memory is replaced by one that counts its
// calls while a Trap lives. For one source file of a program.
#pragma once

#include <cstddef>
#include <cstdlib>

#include <CppUTest/TestHarness.h>

namespace {

bool trap_set = false;
int trapped_calls = 0;
const char* first_trapped = "";

void pass_trap(const char* function) {
  if (!trap_set) return;
  if (trapped_calls++ == 0) first_trapped = function;
}

/// Sets the trap for as long as it lives.
class Trap {
 public:
  Trap() {
    trapped_calls = 0;
    first_trapped = "";
    trap_set = true;
  }
  ~Trap() { trap_set = false; }
};

}  // namespace

// The C library's own, under the names that it keeps for those who replace the others. What C++ has
// (new and delete in all their forms) ends in these.
#ifdef __GLIBC__

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* memory);
}

#else  // newlib

#include <malloc.h>
#include <reent.h>

inline void* __libc_malloc(std::size_t bytes) { return _malloc_r(_REENT, bytes); }
inline void* __libc_calloc(std::size_t count, std::size_t bytes) {
  return _calloc_r(_REENT, count, bytes);
}
inline void* __libc_realloc(void* memory, std::size_t bytes) {
  return _realloc_r(_REENT, memory, bytes);
}
inline void* __libc_memalign(std::size_t alignment, std::size_t bytes) {
  return _memalign_r(_REENT, alignment, bytes);
}
inline void __libc_free(void* memory) { _free_r(_REENT, memory); }

#endif

extern "C" {

void* malloc(std::size_t bytes) noexcept {
  pass_trap("malloc");
  return __libc_malloc(bytes);
}

void* calloc(std::size_t count, std::size_t bytes) noexcept {
  pass_trap("calloc");
  return __libc_calloc(count, bytes);
}

void* realloc(void* memory, std::size_t bytes) noexcept {
  pass_trap("realloc");
  return __libc_realloc(memory, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  pass_trap("aligned_alloc");
  return __libc_memalign(alignment, bytes);
}

void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  pass_trap("memalign");
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  pass_trap("posix_memalign");
  *memory = __libc_memalign(alignment, bytes);
  return 0;
}

void free(void* memory) noexcept {
  pass_trap("free");
  __libc_free(memory);
}

}  // extern "C"

namespace {

void check_trapped(int calls, const char* first) {
  CHECK_EQUAL(calls, trapped_calls);
  STRCMP_EQUAL(first, first_trapped);
}

}  // namespace
