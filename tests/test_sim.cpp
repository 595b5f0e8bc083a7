// SPDX-License-Identifier: BSL-1.0
// The virtual clock on its own; tests/port_contract.hpp asks of it what it asks of every port.
#include <eyelet/loop.hpp>
#include <limits>
#include <port/sim/sim.hpp>

#include <CppUTest/TestHarness.h>

using namespace std::chrono_literals;
using eyelet::kAtOnce;
using eyelet::kEndOfTime;
using eyelet::kNever;
using eyelet::SimPort;
using eyelet::TimePoint;

TEST_GROUP(Sim) { SimPort port; };

TEST(Sim, the_clock_begins_where_it_is_told) {
  CHECK_TRUE(port.now() == TimePoint{});
  CHECK_TRUE(SimPort{TimePoint{5s}}.now() == TimePoint{5s});
  CHECK_TRUE(SimPort{kEndOfTime}.now() == kEndOfTime);
}

TEST(Sim, time_stands_still_while_nobody_waits) {
  const TimePoint before = port.now();
  for (int i = 0; i < 1000; ++i) CHECK_TRUE(port.now() == before);
}

TEST(Sim, waiting_jumps_to_the_deadline) {
  port.wait_until(TimePoint{24h});
  CHECK_TRUE(port.now() == TimePoint{24h});
  port.wait_until(kEndOfTime);
  CHECK_TRUE(port.now() == kEndOfTime);
}

TEST(Sim, waiting_for_what_is_past_takes_no_time_and_never_goes_back) {
  port.wait_until(TimePoint{2s});
  port.wait_until(TimePoint{1s});
  CHECK_TRUE(port.now() == TimePoint{2s});
  port.wait_until(TimePoint{2s});
  CHECK_TRUE(port.now() == TimePoint{2s});
  port.wait_until(kAtOnce);
  CHECK_TRUE(port.now() == TimePoint{2s});
}

TEST(Sim, waiting_for_never_comes_back_without_moving_the_clock) {
  port.wait_until(kNever);
  CHECK_TRUE(port.now() == TimePoint{});
}

TEST(Sim, a_wake_before_the_wait_is_not_lost_and_ends_one_wait) {
  port.wake();
  port.wake();
  port.wait_until(TimePoint{1s});
  CHECK_TRUE(port.now() == TimePoint{});
  port.wait_until(TimePoint{1s});
  CHECK_TRUE(port.now() == TimePoint{1s});
}

TEST(Sim, only_a_latched_wake_can_still_wake_it) {
  eyelet::StaticLoop<1> loop{port};
  CHECK_TRUE(port.check_deadlock(loop).failed());
  port.wake();
  CHECK_FALSE(port.check_deadlock(loop).failed());
  port.wait_until(kNever);
  CHECK_TRUE(port.check_deadlock(loop).failed());
}

TEST(Sim, advancing_moves_the_clock_and_saturates) {
  port.advance(3s);
  port.advance(0s);
  CHECK_TRUE(port.now() == TimePoint{3s});
  port.advance(eyelet::Duration::max());
  CHECK_TRUE(port.now() == kEndOfTime);
  port.advance(1us);
  CHECK_TRUE(port.now() == kEndOfTime);
}
