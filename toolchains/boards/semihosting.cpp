// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <toolchains/boards/semihosting.hpp>

namespace board {

namespace {

// Arm's numbers: "Semihosting for AArch32 and AArch64".
enum class Call : std::uint32_t { write0 = 0x04, get_command_line = 0x15, exit_extended = 0x20 };

std::uint32_t ask(Call call, const void* argument) {
  register std::uint32_t r0 __asm__("r0") = static_cast<std::uint32_t>(call);
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

}  // namespace

void print(const char* text) { ask(Call::write0, text); }

// In some fifty bytes: printf would bring six kilobytes, and a heap.
void print(unsigned number) {
  char text[11];
  char* first = text + sizeof text - 1;
  *first = '\0';
  do {
    *--first = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  print(first);
}

void exit(int status) {
  constexpr std::uint32_t kApplicationExit = 0x20026;
  const std::uint32_t reason[] = {kApplicationExit, static_cast<std::uint32_t>(status)};
  for (;;) ask(Call::exit_extended, reason);
}

void fail(const char* why) {
  ask(Call::write0, why);
  exit(99);
}

void read_command_line(char* text, unsigned room) {
  struct {
    char* text;
    std::uint32_t room;
  } place{text, room};
  text[0] = '\0';
  ask(Call::get_command_line, &place);
}

}  // namespace board
