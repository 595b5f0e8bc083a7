// SPDX-License-Identifier: BSL-1.0
// Says hello, sleeps for a second without blocking anything else, and says goodbye.
// In asyncio: print("Hello"); await asyncio.sleep(1); print("Goodbye"), under asyncio.run(main()).
// SimPort jumps over the second; a StaticPollPort<16> of <port/poll/poll.hpp> lets it pass.
#include <cstdio>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;

eyelet::SimPort port;
eyelet::StaticLoop<2> loop{port};  // one block to sleep, one for what comes then

void say(const char* words) {
  std::printf("%4d ms  %s\n", static_cast<int>(loop.time().time_since_epoch() / 1ms), words);
}

int main() {
  say("Hello");
  const auto goodbye = eyelet::sleep(loop, 1s).then([] { say("Goodbye"); });
  return loop.run_until_complete(goodbye) ? 0 : 1;
}
