// SPDX-License-Identifier: BSL-1.0
#include <uv.h>

#include <cstdio>

int main() {
  uv_loop_t* const loop = uv_default_loop();
  uv_timer_t timer;
  uv_timer_init(loop, &timer);
  uv_timer_start(
      &timer, [](uv_timer_t*) { std::puts("now"); }, 10, 0);
  uv_run(loop, UV_RUN_DEFAULT);
}
