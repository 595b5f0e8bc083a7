// SPDX-License-Identifier: BSL-1.0
// What lib/eyelet/port.hpp relies on, checked for any port. It needs no test framework and no
// threads of its own, so that a board's firmware can run it, too. A port comes in a host:
//
//   struct Host {
//     static constexpr bool kOutside;  // something outside can call wake() while the port sleeps
//     static constexpr bool kThreads;  // and there is a Thread = std::thread
//     Port port;
//     void wake_later(Duration after);   // port.wake() from outside, once; with kOutside
//     static Duration processor_time();  // used so far; zero where nobody counts
//   };
//
// check_port<Host>(report) calls report(check, complaint) for each check; no complaint: null.
// No check wants a wait to last: a port may return early, but it must not do nothing else.
#pragma once

#include <eyelet/loop.hpp>

namespace port_contract {

using namespace std::chrono_literals;
using eyelet::Duration;
using eyelet::TimePoint;

/// A check returns what is wrong, or null.
using Complaint = const char*;

/// Far beyond any delay that a loaded machine causes. What takes so long has hung.
inline constexpr Duration kHang = 4s;
/// Early returns that a port may have in one wait.
inline constexpr int kSpurious = 20;

/// Waits as a loop does, until `deadline` or until `done()`. Returns how often it had to ask.
template <class Port, class Done>
int wait(Port& port, TimePoint deadline, Done done) {
  int rounds = 0;
  for (; port.now() < deadline && !done() && rounds < 100'000; ++rounds) port.wait_until(deadline);
  return rounds;
}

inline constexpr auto kNotDone = [] { return false; };

template <class Host>
Complaint clock_never_goes_back() {
  Host host;
  TimePoint last = host.port.now();
  if (last < TimePoint{}) return "it begins before zero";
  for (int i = 0; i < 1000; ++i) {
    if (i % 100 == 0) host.port.wait_until(last + 1ms);
    const TimePoint now = host.port.now();
    if (now < last) return "it went back";
    last = now;
  }
  return nullptr;
}

template <class Host>
Complaint past_deadline_does_not_sleep() {
  Host host;
  const TimePoint start = host.port.now();
  for (int i = 0; i < 400; ++i) {
    host.port.wait_until(eyelet::kAtOnce);
    host.port.wait_until(TimePoint{});
    host.port.wait_until(start);
    host.port.wait_until(start - 1s);
  }
  const TimePoint end = host.port.now();
  if (end < start) return "it went back";
  return end < start + 800ms ? nullptr : "1 ms a look, or more";
}

template <class Host>
Complaint timers_are_never_early() {
  Host host;
  eyelet::StaticLoop<64> loop{host.port};
  struct Timers {
    Host& host;
    TimePoint due[60];
    int early = 0, fired = 0;
  } timers{host, {}};
  for (int i = 0; i < 60; ++i) {
    timers.due[i] = host.port.now() + (i + 1) * 433us;
    loop.call_at(timers.due[i], [&timers, i] {
      ++timers.fired;
      if (timers.host.port.now() < timers.due[i]) ++timers.early;
    });
  }
  loop.call_later(30ms, [&loop] { loop.stop(); });
  if (!loop.run_forever() || timers.fired != 60) return "some did not fire";
  return timers.early == 0 ? nullptr : "some fired early";
}

template <class Host>
Complaint wait_of_over_a_second_neither_spins_nor_ends_early() {
  Host host;
  const Duration used = host.processor_time();
  const TimePoint start = host.port.now();
  const int rounds = wait(host.port, start + 1234567us, kNotDone);
  if (host.port.now() - start < 1234567us) return "it does not end";
  if (host.port.now() - start > kHang) return "it ended seconds late";
  if (rounds > kSpurious) return "it was over again and again";
  return host.processor_time() - used < 300ms ? nullptr : "it kept the processor busy";
}

template <class Host>
Complaint wake_before_the_sleep_is_not_lost() {
  Host host;
  const TimePoint start = host.port.now();
  host.port.wake();
  host.port.wait_until(start + kHang);
  return host.port.now() - start < kHang ? nullptr : "it was lost";
}

template <class Host>
Complaint wake_with_no_deadline_is_not_lost() {
  Host host;
  host.port.wake();
  host.port.wait_until(eyelet::kNever);  // hangs if it was
  return nullptr;
}

template <class Host>
Complaint wakes_of_the_past_are_forgotten() {
  Host host;
  for (int i = 0; i < 1000; ++i) host.port.wake();
  host.port.wait_until(eyelet::kAtOnce);
  const int rounds = wait(host.port, host.port.now() + 20ms, kNotDone);
  return rounds <= kSpurious ? nullptr : "each ended a wait of its own";
}

template <class Host>
Complaint wake_from_outside_ends_a_wait() {
  if constexpr (Host::kOutside) {
    Host host;
    for (int i = 0; i < 5; ++i) {
      const TimePoint start = host.port.now();
      host.wake_later(5ms);
      const auto woken = [&host, start] { return host.port.now() - start >= 5ms; };
      wait(host.port, start + kHang, woken);
      if (host.port.now() - start >= kHang) return "it did not";
    }
  }
  return nullptr;
}

// 2^63 microseconds, and what does not fit into a narrower timer on the way there.
template <class Host>
Complaint far_deadlines_neither_end_early_nor_overflow() {
  for (const TimePoint deadline :
       {eyelet::kNever, eyelet::kEndOfTime, TimePoint{Duration{INT64_MAX / 1000}},
        TimePoint{Duration{INT64_MAX / 1000 + 1}}, TimePoint{Duration{INT64_C(1) << 54}},
        TimePoint{1000h * 24}, TimePoint{(INT64_C(1) << 32) * 1ms}, TimePoint{2147484s}}) {
    Host host;
    if constexpr (Host::kOutside) {
      const TimePoint start = host.port.now();
      const auto woken = [&host, start] { return host.port.now() - start >= 3ms; };
      host.wake_later(3ms);
      const int rounds = wait(host.port, deadline, woken);
      if (host.port.now() - start >= kHang) return "a wake did not end it";
      if (rounds > kSpurious) return "it did not sleep";
    } else {
      host.port.wake();
      host.port.wait_until(deadline);
    }
  }
  return nullptr;
}

template <class Host>
Complaint critical_sections_nest() {
  using Section = eyelet::detail::CriticalSection;
  Host host;
  for (int i = 0; i < 3; ++i) {
    const Section outer{host.port}, middle{host.port}, inner{host.port};
    host.port.wake();
  }
  if constexpr (Host::kThreads) {
    // Each step may lose to the other thread, unless the inner exit keeps it out.
    volatile int count = 0;
    const auto add = [&host, &count] {
      for (int i = 0; i < 20'000; ++i) {
        const Section outer{host.port};
        {
          const Section inner{host.port};
          count = count + 1;
        }
        count = count + 1;
      }
    };
    typename Host::Thread other{add};
    add();
    other.join();
    if (count != 80'000) return "they let another thread in";
  }
  return nullptr;
}

template <class Host>
Complaint context_tells_threads_apart() {
  Host host;
  if (host.port.context() != host.port.context()) return "it changes within a thread";
  if constexpr (Host::kThreads) {
    const std::uintptr_t here = host.port.context();
    std::uintptr_t there = here;
    typename Host::Thread other{[&host, &there] { there = host.port.context(); }};
    other.join();
    if (there == here) return "another thread has the same";
  }
  return nullptr;
}

template <class Host, class Report>
void check_port(Report report) {
  report("clock_never_goes_back", clock_never_goes_back<Host>());
  report("past_deadline_does_not_sleep", past_deadline_does_not_sleep<Host>());
  report("timers_are_never_early", timers_are_never_early<Host>());
  report("wait_of_over_a_second_neither_spins_nor_ends_early",
         wait_of_over_a_second_neither_spins_nor_ends_early<Host>());
  report("wake_before_the_sleep_is_not_lost", wake_before_the_sleep_is_not_lost<Host>());
  report("wake_with_no_deadline_is_not_lost", wake_with_no_deadline_is_not_lost<Host>());
  report("wakes_of_the_past_are_forgotten", wakes_of_the_past_are_forgotten<Host>());
  report("wake_from_outside_ends_a_wait", wake_from_outside_ends_a_wait<Host>());
  report("far_deadlines_neither_end_early_nor_overflow",
         far_deadlines_neither_end_early_nor_overflow<Host>());
  report("critical_sections_nest", critical_sections_nest<Host>());
  report("context_tells_threads_apart", context_tells_threads_apart<Host>());
}

}  // namespace port_contract
