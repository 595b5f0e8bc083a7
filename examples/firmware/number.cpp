// SPDX-License-Identifier: BSL-1.0
// A number in decimal, in some fifty bytes: printf would bring six kilobytes, and a heap.
#include <examples/firmware/board.hpp>

namespace board {

void print(unsigned number) {
  char text[11];
  char* first = text + sizeof text;
  *--first = '\0';
  do {
    *--first = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  print(first);
}

}  // namespace board
