// SPDX-License-Identifier: BSL-1.0
#include <cstdio>
#include <eyelet/eyelet.hpp>
#include <port/poll/poll.hpp>

eyelet::StaticPollPort<8> port;
eyelet::StaticLoop<8> loop{port};

int main() {
  loop.call_later(std::chrono::milliseconds{10}, [] {
    std::puts("now");
    loop.stop();
  });
  loop.run_forever();
}
