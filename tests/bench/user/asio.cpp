// SPDX-License-Identifier: BSL-1.0
#include <asio.hpp>
#include <cstdio>

int main() {
  asio::io_context loop;
  asio::steady_timer timer{loop, std::chrono::milliseconds{10}};
  timer.async_wait([](asio::error_code) { std::puts("now"); });
  loop.run();
}
