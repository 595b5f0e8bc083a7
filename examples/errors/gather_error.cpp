// SPDX-License-Identifier: BSL-1.0
// One of three fails: gather() ends with that error at once, and the other two go on unheard.
// In asyncio: try: results = await asyncio.gather(*tasks), except ValueError as e, else.
// Whoever wants all outcomes, errors too, says gather(kReturnErrors, ...).
#include <array>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Errc;
using eyelet::Error;
using eyelet::Future;
using eyelet::Result;

eyelet::SimPort port;
eyelet::StaticLoop<12> loop{port};

Future<int> fetch_data_with_error(int input) {
  if (input == 2) return eyelet::ensure_future(loop, Result<int>{eyelet::failure(Errc::user, 2)});
  return eyelet::sleep(loop, 2s).then([input] { return input; });
}

int main() {
  const std::array tasks{fetch_data_with_error(1), fetch_data_with_error(2),
                         fetch_data_with_error(3)};
  const auto handled = eyelet::gather(tasks)
                           .then([](const std::array<int, 3>& results) {
                             for (int result : results)
                               say(loop, "Data %d: Data for input %d", result, result);
                           })
                           .or_else([](Error error) {
                             if (error.code == Errc::user)
                               say(loop, "Caught an exception: Simulated error for input %d",
                                   static_cast<int>(error.detail));
                             else
                               say(loop, "%s", name(error.code));
                           });
  return loop.run_until_complete(handled) ? 0 : 1;
}
