// SPDX-License-Identifier: BSL-1.0
// A task that fails, and who awaits it sees the error and goes on.
// In asyncio: raise ValueError("An error occurred!"), and try: await ..., except ValueError as e.
// Nothing is thrown: an error is a value, and passes by every then() up to the next or_else().
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Error;
using eyelet::Future;
using eyelet::Result;

eyelet::SimPort port;
eyelet::StaticLoop<4> loop{port};

constexpr Error kValueError{eyelet::Errc::user, 1};  // the program's own, number 1

Future<void> faulty_task() {
  return eyelet::sleep(loop, 1s).then(
      []() -> Result<void> { return eyelet::failure(kValueError); });
}

int main() {
  const auto caught = faulty_task()
                          .then([] { say(loop, "This is not printed"); })
                          .or_else([](Error error) -> Result<void> {
                            if (error != kValueError) return eyelet::failure(error);
                            say(loop, "Exception caught: An error occurred!");
                            return {};
                          });
  return loop.run_until_complete(caught) ? 0 : 1;
}
