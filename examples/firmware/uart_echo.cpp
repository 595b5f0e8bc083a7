// SPDX-License-Identifier: BSL-1.0
// Lines over a serial port, answered one by one. Each byte comes by an interrupt and through an
// IsrQueue. A line that stops in its middle for 200 ms is thrown away; after half a second without
// one the program says goodbye.
#include <eyelet/isr_queue.hpp>
#include <eyelet/repeat.hpp>
#include <eyelet/wait_for.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;
using eyelet::Errc;
using eyelet::Error;
using eyelet::Future;
using eyelet::Result;

namespace {

eyelet::StaticLoop<8> loop{board::port};
eyelet::IsrQueue<char, 64> received{loop};

constexpr unsigned kLongest = 16;
char line[kLongest + 1];
unsigned length = 0;

void send(const char* text) {
  for (; *text != '\0'; ++text) board::send(*text);
}

void answer() {
  line[length < kLongest ? length : kLongest] = '\0';
  send(length > kLongest ? "too long: " : "you said: ");
  send(line);
  send("\n");
  length = 0;
}

// Whether to go on.
bool add(char byte) {
  if (byte == '\n')
    answer();
  else if (length++ < kLongest)
    line[length - 1] = byte;
  return true;
}

Result<bool> give_up(Error error) {
  if (error.code != Errc::timed_out) return eyelet::failure(error);
  const bool in_a_line = length > 0;
  length = 0;
  send(in_a_line ? "too slow\n" : "goodbye\n");
  return in_a_line;
}

Future<bool> next_byte() {
  return eyelet::wait_for(received.get(), length > 0 ? 200ms : 500ms).then(add).or_else(give_up);
}

}  // namespace

int main() {
  board::port.start();
  board::start_uart([](char byte) { received.put_nowait(byte); });
  const Result<void> ended = loop.run_until_complete(eyelet::repeat(loop, next_byte));
  return ended && received.missed() == 0 ? 0 : 1;
}
