// SPDX-License-Identifier: BSL-1.0
// port: the five things a loop needs from the place it runs in. Floor 2.
// docs/PORTING.md walks through one; port/template is the one to copy, tests/port_contract.hpp
// proves any of them.
#pragma once

#include <cstdint>
#include <eyelet/error.hpp>
#include <eyelet/time.hpp>

namespace eyelet {

class Loop;

/// Why a run ended. In one number, which comes in a register: an Error would go through memory, 32
/// bytes of stack under all that runs.
class RunEnd {
 public:
  constexpr RunEnd(Errc error) : value_{static_cast<std::int32_t>(error)} {}
  /// By a deadlock of so many futures.
  static constexpr RunEnd deadlock(std::int32_t pending) { return static_cast<Errc>(~pending); }

  constexpr bool failed() const { return value_ != 0; }
  constexpr Error error() const {
    return value_ < 0 ? Error{Errc::deadlock, ~value_} : Error{static_cast<Errc>(value_)};
  }

 private:
  std::int32_t value_;
};

/// A clock, a way to sleep and a way to be woken.
class Port {
 public:
  /// The time. Monotonic, and 64 bits wide: a port widens its counter itself.
  /// Relied on: never goes back, also seen from different threads and interrupts.
  /// Tolerated: standing still, and steps of any size forwards.
  /// Context: any. Must not: block.
  virtual TimePoint now() const = 0;

  /// Sleeps until `deadline`, or until woken, or until an outside source is ready, and puts what is
  /// ready into the loop's ready queue. kAtOnce looks at the sources and does not sleep; kNever
  /// sleeps until woken.
  /// Relied on: a wake() since the last call makes it return at once, "nothing to do, so sleep" is
  /// atomic against it.
  /// Tolerated: returning early, for no reason; the loop looks at the clock and asks again.
  /// Context: the loop's thread. Must not: run callbacks.
  virtual void wait_until(TimePoint deadline) = 0;

  /// Ends the wait_until() that is going on, or else the next one. Several calls may end the same.
  /// Relied on: never lost.
  /// Tolerated: waking when nobody waits.
  /// Context: any thread, interrupt or signal handler. Must not: run callbacks, call into the
  /// loop, or take a lock that an interrupted thread may hold.
  virtual void wake() = 0;

  /// Keeps every thread and interrupt that uses the loop out until exit_critical(), which gets what
  /// this returned: how it was before. Calls nest.
  /// Relied on: what was written inside is seen by the next to enter.
  /// Tolerated: more being kept out than needed. The loop stays inside for some tens of
  /// instructions and runs no code of the user's there.
  /// Context: any thread or interrupt. Must not: sleep.
  virtual std::uintptr_t enter_critical() = 0;
  virtual void exit_critical(std::uintptr_t before) = 0;

  /// Asked when nothing is ready and nothing armed. Errc::none, as here: some outside source
  /// (descriptor, interrupt, thread) may still wake the loop, and it sleeps. A port that nobody can
  /// wake any more answers `loop.deadlock()`, and the run ends; programs on other ports do not link
  /// that. Context: the loop's thread. Must not: guess that nobody will.
  virtual RunEnd check_deadlock(Loop&) { return Errc::none; }

  /// A number for the thread or interrupt that calls, for the checks of debug builds.
  /// Relied on: the same for the same thread, another one for others.
  /// Context: any.
  virtual std::uintptr_t context() const = 0;

 protected:
  constexpr Port() = default;
  ~Port() = default;
};

namespace detail {

/// The critical section of `port` for as long as it lives. Inline, so that it is shorter.
class CriticalSection {
 public:
  [[gnu::always_inline]] explicit CriticalSection(Port& port)
      : port_{port}, before_{port.enter_critical()} {}
  [[gnu::always_inline]] ~CriticalSection() { port_.exit_critical(before_); }
  CriticalSection(const CriticalSection&) = delete;
  CriticalSection& operator=(const CriticalSection&) = delete;

 private:
  Port& port_;
  std::uintptr_t before_;
};

}  // namespace detail

}  // namespace eyelet
