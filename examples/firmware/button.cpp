// SPDX-License-Identifier: BSL-1.0
// A button whose contact bounces: presses, long presses and what is neither. The interrupt tells no
// more than that something has changed.
#include <atomic>
#include <eyelet/repeat.hpp>
#include <eyelet/thread_safe_flag.hpp>
#include <eyelet/wait.hpp>
#include <eyelet/wait_for.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;
using eyelet::Errc;
using eyelet::Error;
using eyelet::Future;
using eyelet::Result;

namespace {

eyelet::StaticLoop<20> loop{board::port};
eyelet::ThreadSafeFlag changed{loop};
std::atomic<bool> closed{false};

// Ends when the contact has been quiet for 20 ms.
Future<void> quiet() {
  return eyelet::repeat(loop, [] {
    return eyelet::wait_for(changed.wait(), 20ms)
        .then([] { return true; })
        .or_else([](Error error) -> Result<bool> {
          if (error.code != Errc::timed_out) return eyelet::failure(error);
          return false;
        });
  });
}

// Ends when the contact has changed, and then is quiet as `wanted`.
Future<void> becomes(bool wanted) {
  return eyelet::repeat(loop, [wanted] {
    return changed.wait().then(quiet).then([wanted] { return closed != wanted; });
  });
}

Future<void> one_press() {
  return becomes(true).then([] {
    board::say("pressed");
    auto released = becomes(false);
    return eyelet::wait(eyelet::ReturnWhen::first_completed, 1s, released)
        .then([released](eyelet::Done done) {
          if (!done[0]) board::say("long press");
          return released;
        })
        .then([] { board::say("released"); });
  });
}

// What a finger does, in milliseconds since the start. Each touch bounces.
struct Touch {
  int at;
  bool closed;
};
constexpr Touch kScript[] = {
    {100, true},   {101, false}, {103, true},   {108, false}, {109, true},  // pressed ...
    {300, false},  {302, true},  {304, false},                              // ... and released
    {600, true},   {605, false},                                            // hardly touched
    {900, true},   {902, false}, {903, true},                               // held
    {2400, false}, {2401, true}, {2403, false},
};

}  // namespace

int main() {
  board::port.start();
  board::start_button([](bool is_closed) {
    closed = is_closed;
    changed.set();
  });
  // One after the other, in a single block.
  struct Finger {
    const Touch* next = kScript;
    void operator()() {
      board::touch_button(next->closed);
      if (++next != std::end(kScript)) loop.call_at(eyelet::TimePoint{1ms * next->at}, *this);
    }
  };
  loop.call_at(eyelet::TimePoint{1ms * kScript[0].at}, Finger{});
  loop.call_later(3s, [] { loop.stop(); });
  const auto watching = eyelet::repeat(loop, one_press);
  return loop.run_forever() && !watching.done() ? 0 : 1;
}
