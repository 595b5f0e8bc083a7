// SPDX-License-Identifier: BSL-1.0
// hosted: what tests want beyond firmware, as a C library knows it: constructors, arguments, a
// heap. Files and streams are the host's, by newlib's semihosting library.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <toolchains/boards/semihosting.hpp>

int main(int count, char** words);

// From sections.ld.
using Constructor = void (*)();
extern "C" Constructor constructors_begin[], constructors_end[];
extern "C" std::uint32_t stack_bottom[];
extern "C" char end[], heap_end[];

namespace {

constexpr int kMostWords = 63;
char command_line[1024];
char* words[kMostWords + 1];

int split_command_line() {
  board::read_command_line(command_line, sizeof command_line);
  int count = 0;
  char* word = std::strtok(command_line, " ");
  for (; word != nullptr && count < kMostWords; word = std::strtok(nullptr, " "))
    words[count++] = word;
  return count;
}

// The memory of an emulated board begins as zeros.
bool stack_was_large_enough() {
  return std::all_of(stack_bottom, stack_bottom + 64, [](std::uint32_t word) { return word == 0; });
}

}  // namespace

extern "C" {

// newlib's: opens stdin, stdout and stderr.
void initialise_monitor_handles();

[[noreturn]] void run_hosted() {
  initialise_monitor_handles();
  for (Constructor* run = constructors_begin; run != constructors_end; ++run) (*run)();
  const int status = main(split_command_line(), words);
  if (!stack_was_large_enough()) board::fail("the stack was too small\n");
  std::exit(status);
}

// newlib's exit() runs it last.
void _fini() {}

// Tells shared libraries apart.
[[gnu::visibility("hidden")]] void* __dso_handle = nullptr;

void* _sbrk(std::ptrdiff_t bytes) {
  static char* top = end;
  if (bytes > heap_end - top) {
    errno = ENOMEM;
    return reinterpret_cast<void*>(-1);
  }
  char* const begin = top;
  top += bytes;
  return begin;
}

}  // extern "C"
