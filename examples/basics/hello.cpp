// SPDX-License-Identifier: BSL-1.0
// Says hello, sleeps for a second without blocking anything else, and says goodbye.
// In asyncio: print("Hello"); await asyncio.sleep(1); print("Goodbye"), under asyncio.run(main()).
// SimPort jumps over the second; a StaticPollPort<16> of <port/poll/poll.hpp> lets it pass.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;

eyelet::SimPort port;
eyelet::StaticLoop<2> loop{port};  // one block to sleep, one for what comes then

int main() {
  say(loop, "Hello");
  const auto goodbye = eyelet::sleep(loop, 1s).then([] { say(loop, "Goodbye"); });
  return loop.run_until_complete(goodbye) ? 0 : 1;
}
