// SPDX-License-Identifier: BSL-1.0
#include <ev.h>

#include <cstdio>

int main() {
  struct ev_loop* const loop = EV_DEFAULT;
  ev_timer timer;
  ev_timer_init(
      &timer, [](struct ev_loop*, ev_timer*, int) { std::puts("now"); }, 0.01, 0);
  ev_timer_start(loop, &timer);
  ev_run(loop, 0);
}
