// SPDX-License-Identifier: BSL-1.0
// An operation that succeeds, and then one that fails: an error is a value, never an exception.
// In asyncio: future.set_result(...) or future.set_exception(...), and try: future.result().
// Callbacks never run inside set_result: who completed the future goes on first.
#include <cstdio>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<5> loop{port};

enum Failure { kOutOfPaper = 1 };  // the program's own numbers, carried by Errc::user

void tell(const char* who, const eyelet::Result<const char*>& outcome) {
  if (outcome)
    std::printf("%s: %s\n", who, *outcome);
  else
    std::printf("%s: error %s %d\n", who, name(outcome.error().code),
                static_cast<int>(outcome.error().detail));
}

Future<void> operate(Future<const char*> future, bool succeeds) {
  return eyelet::sleep(loop, 1s).then([future, succeeds] {
    if (succeeds)
      future.set_result("Operation succeeded");
    else
      future.set_error(eyelet::Errc::user, kOutOfPaper);
  });
}

bool attempt(bool succeeds) {
  const auto future = loop.create_future<const char*>();
  future.add_done_callback([](Future<const char*> done) { tell("Callback", done.result()); });
  const auto told = operate(future, succeeds).then([future] { tell("Main", future.result()); });
  return loop.run_until_complete(told).has_value();
}

int main() { return attempt(true) && attempt(false) ? 0 : 1; }
