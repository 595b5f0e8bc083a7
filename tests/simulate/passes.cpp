// SPDX-License-Identifier: BSL-1.0
// passes: the world's loop runs, pass by pass for a host, or sleeps by itself.
#include <tests/simulate/world.hpp>

namespace simulate {

void World::begin_pass(TimePoint now) {
  ++pass;
  pass_time = now;
  in_timers = false;
}

void World::end_pass() {
  look();
  check();
  callbacks_.check_pass();
}

bool World::run_pass() {
  const eyelet::Stats before = loop.stats();
  begin_pass(port.now());
  base = static_cast<const char*>(__builtin_frame_address(0));
  const std::size_t waiting = signals_.waiting();
  const unsigned mail_run = signals_.mail_run();
  const TimePoint next = loop.poll();
  stopped_ = false;
  const std::size_t ran = loop.stats().callbacks_run - before.callbacks_run;
  const std::size_t from_outside = waiting + signals_.posted() - mail_run;
  expect(ran <= before.ready + before.timers + from_outside, "a pass runs more than it found");
  end_pass();
  return next > port.now() && !port.woken();
}

void World::settle() {
  for (int n = 0; !run_pass(); ++n) expect(n < kMostPasses, "passes do not come to an end");
  check_quiet();
}

void World::stop() {
  stopped_ = true;
  loop.stop();
}

// Once a pass: a timer is armed while it runs alone.
void World::reads_clock(TimePoint now) {
  if (!alone_ || nesting != 0) return;
  end_pass();
  begin_pass(now);
}

void World::sleeps(TimePoint deadline) {
  end_pass();
  check_quiet();
  callbacks_.check_sleep(deadline);
  sleeps_.check_sleep(deadline);
}

/// Calls `run()`, in which the loop sleeps by itself, and is stopped at `until`. False: no block.
template <class F>
bool World::run_alone(TimePoint until, F run) {
  const eyelet::Handle end = loop.call_at(until, [this, until] {
    const Turn turn{*this};
    expect(until <= port.now(), "the loop is stopped early");
    stop();
  });
  if (!end) return false;
  base = static_cast<const char*>(__builtin_frame_address(0));
  alone_ = true;
  run();
  alone_ = false;
  end.cancel();
  end_pass();
  return true;
}

void World::run_until_complete(Slot awaited) {
  if (awaited.node == kNoNode || awaited.future.block() == nullptr) return;
  Errc said = Errc::none;
  const auto run = [&] { said = futures_.run_until_complete(awaited); };
  if (loop.running()) {
    run();
    return expect(said == Errc::invalid_state, "the loop runs within itself");
  }
  if (!run_alone(eyelet::kNever, run)) return;
  const bool stopped = std::exchange(stopped_, false);
  if (!awaited.future.done()) {
    expect(said == (stopped ? Errc::invalid_state : Errc::deadlock), "the loop ends too early");
    if (!stopped) check_deadlock();
  } else {
    expect(said != Errc::deadlock, "a deadlock though what is awaited is done");
    if (!stopped) callbacks_.check_awaited(awaited.node);
  }
}

void World::run_forever(TimePoint until) {
  Result<void> ran;
  const auto run = [&] { ran = loop.run_forever(); };
  const auto said = [&] { return ran ? Errc::none : ran.error().code; };
  if (loop.running()) {
    run();
    return expect(said() == Errc::invalid_state, "the loop runs within itself");
  }
  if (!run_alone(until, run)) return;
  const bool stopped = std::exchange(stopped_, false);
  expect(said() == (stopped ? Errc::none : Errc::deadlock), "the loop ends too early");
  if (!stopped) check_deadlock();
}

// Nothing can be ready any more.
void World::check_deadlock() {
  check_quiet();
  expect(!port.can_be_woken(), "a deadlock though an interrupt is to come");
  callbacks_.check_sleep(eyelet::kNever);
  sleeps_.check_sleep(eyelet::kNever);
}

}  // namespace simulate
