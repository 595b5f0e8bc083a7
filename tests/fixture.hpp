// SPDX-License-Identifier: BSL-1.0
// What the tests of the rooms share: a loop on a virtual clock that remembers what was reported,
// counters for what must happen once, and a log of who ran in which order.
// A fixture checks itself: `void teardown() override { check_clean(); }`.
#pragma once

#include <array>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>
#include <string>

// Below the library: CppUTest may define a macro `new`.
#include <CppUTest/TestHarness.h>

namespace eyelet {

inline SimpleString StringFrom(Errc code) { return SimpleString{name(code)}; }

}  // namespace eyelet

namespace fixture {

using namespace std::chrono_literals;
using eyelet::Errc;
using eyelet::Error;
using eyelet::Future;
using eyelet::Handle;
using eyelet::Loop;
using eyelet::Result;
using eyelet::Task;

/// What a call or an outcome says, as one value that CHECK_EQUAL can print.
template <class T>
Errc code(const Result<T>& result) {
  return result ? Errc::none : result.error().code;
}
inline Errc code(const Handle& handle) { return handle.error(); }
/// A pending future has no outcome: that equals no Errc, not even `invalid_state`.
inline Errc code(const eyelet::AnyFuture& future) {
  return future.done() ? future.error().code : static_cast<Errc>(-1);
}
/// The value, which must be there: read where an error lies, it could be right by chance.
template <class T>
const T& value_of(const Result<T>& result) {
  CHECK_EQUAL(Errc::none, code(result));
  return *result;
}

/// Counts the living objects of a type. Moved-from ones live, too.
struct Live {
  static inline int count = 0;
  int id = 0;
  Live(int number = 0) : id{number} { ++count; }
  Live(const Live& other) : id{other.id} { ++count; }
  Live(Live&& other) noexcept : id{std::exchange(other.id, -1)} { ++count; }
  Live& operator=(const Live&) = default;
  Live& operator=(Live&& other) noexcept {
    id = std::exchange(other.id, -1);
    return *this;
  }
  ~Live() {
    --count;
    id = -2;
  }
};

/// The same, but it can only be moved.
struct MoveOnly : Live {
  MoveOnly(int number = 0) : Live{number} {}
  MoveOnly(MoveOnly&&) noexcept = default;
  MoveOnly& operator=(MoveOnly&&) noexcept = default;
};

/// Calls `fn` when the last owner goes: for destructors that come back into the library.
template <class F>
class OnDestroy {
 public:
  explicit OnDestroy(F fn) : fn_{std::move(fn)} {}
  OnDestroy(OnDestroy&& other) noexcept
      : fn_{std::move(other.fn_)}, owner_{std::exchange(other.owner_, false)} {}
  ~OnDestroy() {
    if (owner_) fn_();
  }

 private:
  F fn_;
  bool owner_ = true;
};

/// Schedules itself again and again, until `left` is used up.
struct Endless {
  Loop* loop;
  int* left;
  void operator()() const {
    if (--*left > 0) loop->call_soon(*this);
  }
};

/// `port`, `loop`, what the loop reported, and a `log` of short words. Blocks and Mail as of
/// StaticLoop.
template <std::size_t Blocks = 64, std::size_t Mail = 4>
struct BasicFixture : Utest {
  eyelet::SimPort port;
  eyelet::StaticLoop<Blocks, Mail> loop{port};
  std::array<Error, 16> reports{};
  std::size_t report_count = 0;
  std::string log;

  BasicFixture() {
    Live::count = 0;
    loop.set_exception_handler(
        [](Loop&, Error error, void* self) { static_cast<BasicFixture*>(self)->record(error); },
        this);
  }

  /// One pass. The clock stands still.
  void run_pass() { static_cast<void>(loop.poll()); }

  void run_passes(int n) {
    for (; n > 0; --n) run_pass();
  }

  /// Runs what is ready, and what that makes ready, for 1,000 passes at most; arms are not waited
  /// for.
  void run_ready() {
    for (int n = 0; n < 1000 && loop.poll() == eyelet::kAtOnce; ++n) {
    }
  }

  /// Moves the clock and runs what that makes ready.
  void advance(eyelet::Duration by) {
    port.advance(by);
    run_ready();
  }

  /// A callable that appends `word` and a space to the log.
  auto note(const char* word) {
    return [this, word] { log.append(word).append(" "); };
  }

  std::size_t in_use() { return loop.stats().in_use; }

  /// For teardown(): no block is in use, each is there once, no capture lives.
  void check_clean() {
    CHECK_EQUAL(0U, in_use());
    CHECK_EQUAL(0, Live::count);
    if (loop.closed()) return;
    std::array<Future<void>, Blocks> all;
    for (auto& f : all) f = loop.template create_future<void>();
    CHECK_EQUAL(Blocks, in_use());
  }

  /// Exactly these were reported, in this order; forgets them.
  template <class... Codes>
  void check_reports(Codes... codes) {
    const std::array<Errc, sizeof...(Codes)> expected{codes...};
    CHECK_EQUAL(expected.size(), report_count);
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK_EQUAL(expected[i], reports[i].code);
    report_count = 0;
  }

  void record(Error error) {
    if (report_count < reports.size()) reports[report_count] = error;
    ++report_count;
  }
};

using Fixture = BasicFixture<>;

}  // namespace fixture
