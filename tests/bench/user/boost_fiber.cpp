// SPDX-License-Identifier: BSL-1.0
#include <boost/fiber/all.hpp>
#include <cstdio>

int main() {
  boost::fibers::fiber fiber{[] {
    boost::this_fiber::sleep_for(std::chrono::milliseconds{10});
    std::puts("now");
  }};
  fiber.join();
}
