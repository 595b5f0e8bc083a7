// SPDX-License-Identifier: BSL-1.0
#include <event2/event.h>

#include <cstdio>

int main() {
  event_base* const loop = event_base_new();
  event* const timer = evtimer_new(
      loop, [](int, short, void*) { std::puts("now"); }, nullptr);
  const timeval delay{0, 10'000};
  evtimer_add(timer, &delay);
  event_base_dispatch(loop);
}
