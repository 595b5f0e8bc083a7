// SPDX-License-Identifier: BSL-1.0
// A loop on a bare processor whose counter is about to wrap, or in the middle of its range: what
// loops of others got wrong there. Ids as in N10 name the bugs.
#include <tests/fake_processor.hpp>
#include <tests/fixture.hpp>
#include <vector>

using namespace std::chrono_literals;
using eyelet::Duration;
using eyelet::StaticLoop;
using eyelet::TimePoint;

namespace {

using Narrow = FakeTimer<1'000'000, 16>;
using Broad = FakeTimer<1'000'000, 32>;

/// What the loop and its port do themselves, in ticks of a microsecond.
constexpr std::uint64_t kSlack = 150;

/// Numbers of ticks around which a counter of 16 or 32 bits, or its difference to another, turns.
template <class Timer>
std::vector<std::uint64_t> turns() {
  std::vector<std::uint64_t> found;
  for (const std::uint64_t turn :
       {std::uint64_t{0}, Timer::kTurn / 2, Timer::kTurn, 2 * Timer::kTurn})
    for (std::int64_t near = -2; near <= 2; ++near)
      if (turn != 0 || near >= 0) found.push_back(turn + static_cast<std::uint64_t>(near));
  return found;
}

/// A loop on a board, and how late its callbacks are.
template <class Timer>
struct Running {
  FakeBoard<Timer> board;
  StaticLoop<8, 1> loop{board.port};
  std::uint64_t start = processor.ticks;

  explicit Running(std::uint64_t before_wrap) : board{before_wrap} {}
  ~Running() { CHECK_TRUE(loop.close().has_value()); }

  std::uint64_t ticks() const { return processor.ticks - start; }
  void stop_after(std::uint64_t delay) {
    loop.call_later(Duration{static_cast<std::int64_t>(delay)}, [this] { loop.stop(); });
  }
  /// Runs until a timer has stopped it, and looks whether that came in time.
  void expect_end(std::uint64_t due) {
    CHECK_TRUE(loop.run_forever().has_value());
    CHECK_FALSE(processor.hangs());
    CHECK_COMPARE(ticks(), >=, due);
    CHECK_COMPARE(ticks(), <=, due + kSlack);
  }
};

template <class Timer>
void expect_all_pairs_on_time() {
  for (const std::uint64_t before_wrap : turns<Timer>())
    for (const std::uint64_t delay : turns<Timer>()) {
      Running<Timer> running{before_wrap % Timer::kTurn};
      running.stop_after(delay);
      running.expect_end(delay);
    }
}

}  // namespace

TEST_GROUP(LoopWraps){};

// N8, N10, N11, N12
TEST(LoopWraps, a_timer_is_on_time_whatever_the_counter_shows_and_however_far_it_is) {
  expect_all_pairs_on_time<Narrow>();
  expect_all_pairs_on_time<Broad>();
}

// N9
TEST(LoopWraps, what_is_armed_for_never_neither_fires_nor_wakes_nor_keeps_others_from_firing) {
  for (const std::uint64_t before_wrap : turns<Narrow>()) {
    Running<Narrow> running{before_wrap % Narrow::kTurn};
    bool fired = false;
    const eyelet::Handle never = running.loop.call_at(eyelet::kNever, [&fired] { fired = true; });
    running.stop_after(1'000);
    running.expect_end(1'000);
    // For a thousand turns of the counter; then an interrupt ends it.
    const unsigned sleeps = processor.sleeps;
    running.board.interrupt_after(1'000 * Narrow::kTurn, [&running] {
      CHECK_TRUE(running.loop.call_soon_threadsafe([&running] { running.loop.stop(); }));
    });
    running.expect_end(running.ticks() + 1'000 * Narrow::kTurn);
    CHECK_COMPARE(processor.sleeps - sleeps, <=, 2'002);
    CHECK_FALSE(fired);
    CHECK_TRUE(never.cancel());
  }
}

// N14, N15: the loop sleeps for long, and an interrupt makes it arm something sooner.
TEST(LoopWraps, a_timer_that_is_armed_in_the_middle_of_a_long_sleep_ends_it) {
  for (const std::uint64_t before_wrap : turns<Narrow>())
    for (const unsigned delay : {1U, 2U, 10U, 1'000U, 32'767U, 32'768U, 65'535U, 65'536U}) {
      Running<Narrow> running{before_wrap % Narrow::kTurn};
      running.loop.call_later(24h, [] {});
      std::uint64_t due = 0;
      running.board.interrupt_after(3 * Narrow::kTurn / 4, [&] {
        CHECK_TRUE(running.loop.call_soon_threadsafe([&running, &due, delay] {
          due = running.ticks() + delay;
          running.stop_after(delay);
        }));
      });
      CHECK_TRUE(running.loop.run_forever().has_value());
      CHECK_COMPARE(running.ticks(), >=, due);
      CHECK_COMPARE(running.ticks(), <=, due + kSlack);
    }
}

// N16: a callback that takes half an hour.
TEST(LoopWraps, a_timer_that_was_due_many_times_over_fires_once) {
  for (const std::uint64_t before_wrap : turns<Broad>()) {
    Running<Broad> running{before_wrap % Broad::kTurn};
    struct Ticker {
      Running<Broad>* running;
      int* fired;
      void operator()() const {
        ++*fired;
        running->loop.call_later(1s, *this);
      }
    };
    int fired = 0;
    running.loop.call_later(1s, Ticker{&running, &fired});
    running.loop.call_later(500ms, [] { processor.pass(1'800'000'000); });
    running.loop.call_later(1801s, [&running] { running.loop.stop(); });
    CHECK_TRUE(running.loop.run_forever().has_value());
    // Once late; the next is due a second after that.
    CHECK_EQUAL(1, fired);
  }
}

// N20: by the clock the two are the same; by their numbers they are not.
TEST(LoopWraps, of_timers_of_one_tick_only_the_one_that_is_cancelled_does_not_fire) {
  for (const std::uint64_t before_wrap : turns<Narrow>()) {
    Running<Narrow> running{before_wrap % Narrow::kTurn};
    struct Timers {
      StaticLoop<8, 1>& loop;
      TimePoint due;
      std::string log;
      eyelet::Handle b;

      eyelet::Handle arm(char name) {
        return loop.call_at(due, [this, name] { fire(name); });
      }
      void fire(char name) {
        log += name;
        if (name != 'a') return;
        CHECK_TRUE(b.cancel());
        arm('d');  // in the block that b had
        CHECK_FALSE(b.cancel());
      }
    } timers{running.loop, running.loop.time() + 1ms, {}, {}};
    timers.arm('a');
    timers.b = timers.arm('b');
    timers.arm('c');
    running.stop_after(2'000);
    CHECK_TRUE(running.loop.run_forever().has_value());
    STRCMP_EQUAL("acd", timers.log.c_str());
  }
}
