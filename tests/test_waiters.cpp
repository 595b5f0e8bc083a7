// SPDX-License-Identifier: BSL-1.0
// The one list of those who wait, by a primitive as small as can be: a gate with permits.
#include <tests/fixture.hpp>

using namespace fixture;

namespace {

/// Hands out numbers, one a permit; a waiter may bring an item.
template <class Request>
struct Gate : eyelet::detail::WaitList {
  int permits = 0;
  int delivered = 0;
  int last_item = 0;

  Future<int> pass(Loop& loop, Request request) {
    Future<int> waiter = eyelet::detail::wait_in<int>(loop, *this, std::move(request));
    pass_on();
    return waiter;
  }

  void open(int n = 1) {
    permits += n;
    for (; n > 0; --n) pass_on();
  }

  void deliver(eyelet::detail::Block& waiter, const Request& request) {
    --permits;
    if constexpr (std::is_base_of_v<Live, Request>) last_item = request.id;
    eyelet::detail::set_value<int>(waiter, ++delivered);
  }

  void pass_on() {
    if (!empty() && permits > static_cast<int>(granted())) grant_front();
  }
};

struct Nothing {};

/// A request that brings a move-only item.
struct Item : MoveOnly {
  using MoveOnly::MoveOnly;
};

/// A request whose destructor ends the wait that it belongs to.
class EndsItself {
 public:
  EndsItself(Future<int>& slot, bool cancels) : slot_{&slot}, cancels_{cancels} {}
  EndsItself(EndsItself&& other) noexcept
      : slot_{std::exchange(other.slot_, nullptr)}, cancels_{other.cancels_} {}
  ~EndsItself() {
    if (slot_ == nullptr) return;
    Future<int>& slot = *std::exchange(slot_, nullptr);
    if (cancels_) static_cast<void>(slot.cancel());
    slot = Future<int>{};
  }

 private:
  Future<int>* slot_;
  bool cancels_;
  Live live_;
};

}  // namespace

TEST_GROUP_BASE(Waiters, Fixture) {
  Gate<Nothing> gate;

  void teardown() override {
    CHECK(gate.empty());
    CHECK_EQUAL(0U, gate.granted());
    check_clean();
  }

  Future<int> wait() { return gate.pass(loop, {}); }
};

TEST(Waiters, a_waiter_costs_one_block_until_its_future_goes) {
  auto f = wait();
  CHECK_EQUAL(1U, in_use());
  CHECK(!f.done());
  gate.open();
  run_pass();
  CHECK_EQUAL(1, value_of(f.result()));
  CHECK_EQUAL(1U, in_use());
  f = {};
  CHECK_EQUAL(0U, in_use());
}

TEST(Waiters, first_come_first_served) {
  auto a = wait().then([this](int n) { note(n == 1 ? "a1" : "a?")(); });
  auto b = wait().then([this](int n) { note(n == 2 ? "b2" : "b?")(); });
  auto c = wait().then([this](int n) { note(n == 3 ? "c3" : "c?")(); });
  gate.open();
  run_ready();
  STRCMP_EQUAL("a1 ", log.c_str());
  gate.open(2);
  run_ready();
  STRCMP_EQUAL("a1 b2 c3 ", log.c_str());
}

TEST(Waiters, a_grant_is_not_yet_a_delivery) {
  const auto f = wait();
  gate.open();
  CHECK(!f.done());
  CHECK_EQUAL(0, gate.delivered);
  CHECK_EQUAL(1U, gate.granted());
  CHECK(gate.empty());
  run_pass();
  CHECK_EQUAL(1, gate.delivered);
  CHECK_EQUAL(0U, gate.granted());
}

TEST(Waiters, the_continuation_starts_in_the_dispatch_that_delivers) {
  auto f = wait().then([this](int) { note("consumer")(); });
  gate.open();
  loop.call_soon(note("between"));
  const std::size_t run = loop.stats().callbacks_run;
  run_pass();
  STRCMP_EQUAL("consumer between ", log.c_str());
  CHECK_EQUAL(run + 2, loop.stats().callbacks_run);
}

TEST(Waiters, a_cancelled_waiter_leaves_at_once_and_the_next_moves_up) {
  auto a = wait();
  auto b = wait();
  auto c = wait();
  CHECK(b.cancel());
  CHECK(b.cancelled());
  gate.open(2);
  run_pass();
  CHECK_EQUAL(1, value_of(a.result()));
  CHECK_EQUAL(2, value_of(c.result()));
}

TEST(Waiters, a_cancelled_waiter_that_was_granted_passes_the_grant_on) {
  auto a = wait();
  auto b = wait();
  gate.open();
  CHECK(a.cancel());
  CHECK(a.cancelled());
  CHECK_EQUAL(1U, gate.granted());
  run_pass();
  CHECK_EQUAL(1, value_of(b.result()));
  CHECK_EQUAL(0, gate.permits);
}

TEST(Waiters, cancel_of_a_continuation_wins_over_a_grant_in_the_same_pass) {
  auto a = wait().then([this](int) { note("a")(); });
  auto b = wait().then([this](int) { note("b")(); });
  gate.open();
  CHECK(a.cancel());
  run_ready();
  CHECK(a.cancelled());
  STRCMP_EQUAL("b ", log.c_str());
}

TEST(Waiters, a_grant_that_nobody_can_use_stays_with_the_primitive) {
  auto a = wait();
  gate.open();
  CHECK(a.cancel());
  CHECK_EQUAL(0U, gate.granted());
  CHECK_EQUAL(1, gate.permits);
  run_pass();
  CHECK_EQUAL(0, gate.delivered);
}

TEST(Waiters, a_dropped_waiter_leaves_at_once) {
  auto a = wait();
  auto b = wait();
  a = {};
  CHECK_EQUAL(1U, in_use());
  gate.open();
  run_pass();
  CHECK_EQUAL(1, value_of(b.result()));
  check_reports();
}

TEST(Waiters, a_dropped_waiter_that_was_granted_passes_the_grant_on) {
  auto a = wait();
  auto b = wait();
  gate.open();
  a = {};
  CHECK_EQUAL(1U, gate.granted());
  run_pass();
  CHECK_EQUAL(1, value_of(b.result()));
  CHECK_EQUAL(0, gate.permits);
}

TEST(Waiters, grants_that_are_all_taken_back_reach_the_last_in_line) {
  std::array<Future<int>, 4> all{wait(), wait(), wait(), wait()};
  gate.open();
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK_EQUAL(1U, gate.granted());
    if (i % 2 == 0)
      CHECK(all[i].cancel());
    else
      all[i] = {};
  }
  run_pass();
  CHECK_EQUAL(1, value_of(all[3].result()));
}

TEST(Waiters, a_dropped_waiter_with_a_continuation_stays_in_line) {
  static_cast<void>(wait().then([this](int) { note("ran")(); }));
  gate.open();
  run_ready();
  STRCMP_EQUAL("ran ", log.c_str());
}

TEST(Waiters, a_granted_waiter_that_loses_its_last_continuation_passes_the_grant_on) {
  Handle handle;
  auto f = wait();
  handle = f.add_done_callback([](const Future<int>&) {});
  auto next = wait();
  gate.open();
  f = {};
  CHECK(handle.cancel());
  run_pass();
  CHECK_EQUAL(1, value_of(next.result()));
}

TEST(Waiters, fail_all_ends_those_who_wait_and_those_who_were_granted) {
  std::array<Future<int>, 4> all{wait(), wait(), wait(), wait()};
  gate.open(2);
  gate.fail_all(loop, Errc::broken_promise);
  for (const auto& f : all) CHECK(f.error() == (Error{Errc::broken_promise, 0}));
  CHECK(gate.empty());
  CHECK_EQUAL(0U, gate.granted());
  run_pass();
  CHECK_EQUAL(0, gate.delivered);
}

TEST(Waiters, fail_all_tells_those_who_wait_in_their_order_in_the_next_pass) {
  std::array<Future<void>, 3> all;
  for (std::size_t i = 0; i < 3; ++i)
    all[i] = wait().then([](int) {}).or_else([this, i](Error e) {
      CHECK_EQUAL(Errc::user, e.code);
      note(i == 0 ? "0" : i == 1 ? "1" : "2")();
    });
  gate.fail_all(loop, Errc::user);
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("0 1 2 ", log.c_str());
}

TEST(Waiters, fail_all_leaves_the_waiters_of_another_primitive_alone) {
  Gate<Nothing> other;
  auto a = other.pass(loop, {});
  auto b = other.pass(loop, {});
  auto mine = wait();
  other.open();
  gate.open();
  gate.fail_all(loop, Errc::user);
  CHECK_EQUAL(Errc::user, code(mine));
  CHECK(!a.done());
  CHECK(!b.done());
  other.open();
  run_pass();
  CHECK_EQUAL(1, value_of(a.result()));
  CHECK_EQUAL(2, value_of(b.result()));
}

TEST(Waiters, close_ends_waiters_whether_granted_or_not) {
  std::array<Future<int>, 3> all{wait(), wait(), wait()};
  gate.open();
  CHECK_EQUAL(Errc::none, code(loop.close()));
  for (const auto& f : all) CHECK_EQUAL(Errc::broken_promise, code(f));
  CHECK_EQUAL(Errc::closed, code(wait()));
  CHECK_EQUAL(0, gate.delivered);
  check_reports();
}

TEST_GROUP_BASE(WaiterItems, Fixture) {
  Gate<Item> gate;

  void teardown() override {
    CHECK(gate.empty());
    check_clean();
  }
};

TEST(WaiterItems, an_item_travels_with_its_waiter_and_goes_when_it_is_delivered) {
  const auto f = gate.pass(loop, Item{5});
  CHECK_EQUAL(1, Live::count);
  gate.open();
  CHECK_EQUAL(1, Live::count);
  run_pass();
  CHECK_EQUAL(5, gate.last_item);
  CHECK_EQUAL(0, Live::count);
  CHECK(f.done());
}

TEST(WaiterItems, an_item_goes_at_once_with_its_waiter_however_it_ends) {
  auto cancelled = gate.pass(loop, Item{1});
  auto dropped = gate.pass(loop, Item{2});
  auto failed = gate.pass(loop, Item{3});
  CHECK(cancelled.cancel());
  CHECK_EQUAL(2, Live::count);
  dropped = {};
  CHECK_EQUAL(1, Live::count);
  gate.fail_all(loop, Errc::user);
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(Errc::user, code(failed));
}

TEST(WaiterItems, without_a_block_the_item_goes_and_the_primitive_hears_nothing) {
  std::array<Future<int>, 64> all;
  for (auto& f : all) f = loop.create_future<int>();
  CHECK_EQUAL(Errc::out_of_blocks, code(gate.pass(loop, Item{1})));
  CHECK_EQUAL(0, Live::count);
  CHECK(gate.empty());
  check_reports(Errc::out_of_blocks);
}

TEST_GROUP_BASE(WaiterReentry, Fixture) {
  Gate<EndsItself> gate;
  Future<int> slot;

  void teardown() override {
    CHECK(gate.empty());
    CHECK_EQUAL(0U, gate.granted());
    check_clean();
  }

  void wait(bool cancels) { slot = gate.pass(loop, EndsItself{slot, cancels}); }
};

TEST(WaiterReentry, a_request_that_ends_its_own_wait_while_that_is_delivered) {
  for (const bool cancels : {false, true}) {
    wait(cancels);
    gate.open();
    run_ready();
    CHECK_EQUAL(0U, in_use());
  }
  CHECK_EQUAL(2, gate.delivered);
}

TEST(WaiterReentry, a_request_that_cancels_its_own_wait_after_tasks_were_enumerated) {
  wait(true);
  loop.for_each_task([](const eyelet::AnyFuture&) { FAIL("there is no task"); });
  gate.open();
  run_ready();
  CHECK_EQUAL(1, gate.delivered);
}

TEST(WaiterReentry, a_request_that_ends_its_own_wait_while_that_is_cancelled) {
  for (const bool cancels : {false, true}) {
    wait(cancels);
    auto behind = slot.then([](int) {});
    CHECK(behind.cancel());
    run_ready();
    CHECK(behind.cancelled());
    wait(cancels);
    CHECK(slot.cancel());
    CHECK(slot.block() == nullptr);
  }
}

TEST(WaiterReentry, a_request_that_ends_its_own_wait_while_all_fail) {
  for (const bool cancels : {false, true})
    for (const bool granted : {false, true}) {
      wait(cancels);
      if (granted) gate.open();
      gate.fail_all(loop, Errc::user);
      run_ready();
      CHECK_EQUAL(0U, in_use());
      gate.permits = 0;
    }
  report_count = 0;
}

TEST(WaiterReentry, a_request_that_ends_its_own_wait_while_the_loop_closes) {
  wait(true);
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(0U, in_use());
}

TEST(WaiterReentry, a_request_that_closes_the_loop_while_its_wait_is_dropped) {
  auto close = [this, live = Live{}] { CHECK_EQUAL(Errc::none, code(loop.close())); };
  Gate<OnDestroy<decltype(close)>> closing;
  slot = closing.pass(loop, OnDestroy{std::move(close)});
  slot = {};
  CHECK(loop.closed());
}

TEST(WaiterReentry, a_request_that_removes_the_last_callback_of_its_wait_while_that_is_cancelled) {
  static Future<int>* target;
  static Handle handle;
  struct Removes {
    bool mine = true;
    Removes() = default;
    Removes(Removes&& other) noexcept : mine{std::exchange(other.mine, false)} {}
    ~Removes() {
      if (mine && target != nullptr) static_cast<void>(target->remove_done_callback(handle));
    }
  };
  Gate<Removes> removing;
  target = &slot;
  slot = removing.pass(loop, Removes{});
  handle = slot.add_done_callback([this](const Future<int>&) { note("ran")(); });
  CHECK(slot.cancel());
  run_ready();
  STRCMP_EQUAL("", log.c_str());
  CHECK(slot.cancelled());
  slot = {};
  target = nullptr;
}

TEST_GROUP_BASE(WaiterCrowd, BasicFixture<256>){void teardown() override{check_clean();
}
}
;

TEST(WaiterCrowd, permits_are_conserved_whatever_is_cancelled_or_dropped) {
  Gate<Nothing> gate;
  std::array<Future<int>, 32> all;
  unsigned random = 1;
  const auto next = [&random](unsigned below) {
    random = random * 1664525U + 1013904223U;
    return (random >> 16) % below;
  };
  int opened = 0;
  for (int step = 0; step < 4000; ++step) {
    Future<int>& f = all[next(32)];
    switch (next(6)) {
      case 0:
      case 1: f = gate.pass(loop, {}); break;
      case 2: f.cancel(); break;
      case 3: f = {}; break;
      case 4:
        gate.open();
        ++opened;
        break;
      default: run_pass();
    }
    CHECK_EQUAL(opened, gate.permits + gate.delivered);
    // Nobody waits while there is a permit for him.
    CHECK(gate.empty() || gate.permits == static_cast<int>(gate.granted()));
  }
  for (auto& f : all) f = {};
  run_ready();
  CHECK(gate.delivered > 100);
  CHECK_EQUAL(0U, gate.granted());
}
