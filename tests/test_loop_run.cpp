// SPDX-License-Identifier: BSL-1.0
// How a loop runs, stops and is closed. What other threads hand to it is in test_threads.cpp.
#include <tests/fixture.hpp>

namespace {

using namespace fixture;
using eyelet::kAtOnce;
using eyelet::kNever;
using eyelet::SimPort;
using eyelet::StaticLoop;
using eyelet::TimePoint;

}  // namespace

// --- run_forever, run_until_complete, stop, poll ---

TEST_GROUP_BASE(LoopRun, Fixture){void teardown() override{CHECK_FALSE(loop.running());
check_clean();
}
}
;

TEST(LoopRun, sleeps_until_the_next_timer_and_ends_at_stop) {
  loop.call_later(1h, note("a"));
  loop.call_later(24h, [this] { loop.stop(); });
  CHECK_TRUE(loop.run_forever().has_value());
  CHECK_TRUE(port.now() == TimePoint{24h});
  STRCMP_EQUAL("a ", log.c_str());
}

TEST(LoopRun, is_running_while_callbacks_run) {
  bool while_polling = false;
  bool while_running = false;
  CHECK_FALSE(loop.running());
  loop.call_soon([&] { while_polling = loop.running(); });
  run_pass();
  loop.call_soon([&] {
    while_running = loop.running();
    loop.stop();
  });
  static_cast<void>(loop.run_forever());
  CHECK_TRUE(while_polling);
  CHECK_TRUE(while_running);
}

// P1
TEST(LoopRun, stop_finishes_the_batch_and_keeps_the_rest_for_the_next_run) {
  loop.call_soon([this] {
    log += "a ";
    loop.stop();
    loop.call_soon([this] {
      log += "d ";
      loop.stop();
    });
  });
  loop.call_soon(note("b"));
  CHECK_TRUE(loop.call_soon_threadsafe([this] { log += "c "; }));
  CHECK_TRUE(loop.run_forever().has_value());
  STRCMP_EQUAL("a b c ", log.c_str());
  CHECK_TRUE(loop.run_forever().has_value());
  STRCMP_EQUAL("a b c d ", log.c_str());
}

// P2
TEST(LoopRun, stop_before_a_run_makes_it_one_pass_without_sleeping) {
  loop.call_soon([this] {
    log += "a ";
    loop.call_soon(note("b"));
  });
  loop.call_later(1s, note("timer"));
  loop.stop();
  CHECK_TRUE(loop.run_forever().has_value());
  STRCMP_EQUAL("a ", log.c_str());
  CHECK_TRUE(port.now() == TimePoint{});
  loop.call_later(2s, [this] { loop.stop(); });
  CHECK_TRUE(loop.run_forever().has_value());
  STRCMP_EQUAL("a b timer ", log.c_str());
}

// P2
TEST(LoopRun, stop_of_an_idle_loop_is_no_deadlock) {
  loop.stop();
  CHECK_TRUE(loop.run_forever().has_value());
  check_reports();
}

// P2
TEST(LoopRun, a_stop_that_comes_too_late_does_not_end_the_next_run) {
  Future<int> future = loop.create_future<int>();
  loop.call_soon([&] {
    CHECK_TRUE(future.set_result(7).has_value());
    loop.stop();
  });
  CHECK_EQUAL(7, loop.run_until_complete(future).value_or(0));
  loop.stop();
  run_pass();
  loop.call_later(1s, note("a"));
  loop.call_later(2s, [this] { loop.stop(); });
  CHECK_TRUE(loop.run_forever().has_value());
  STRCMP_EQUAL("a ", log.c_str());
}

// P2
TEST(LoopRun, a_stop_in_a_run_that_ends_in_a_deadlock_does_not_end_the_next_run) {
  loop.set_exception_handler([](Loop& of, Error, void*) { of.stop(); });
  CHECK_EQUAL(Errc::deadlock, code(loop.run_forever()));
  loop.call_later(1s, note("a"));
  loop.call_later(2s, [this] { loop.stop(); });
  CHECK_TRUE(loop.run_forever().has_value());
  STRCMP_EQUAL("a ", log.c_str());
}

// N7
TEST(LoopRun, may_stop_at_any_callback_and_go_on_or_be_closed) {
  for (const bool close : {false, true}) {
    for (int stop_at = 0; stop_at < 12; ++stop_at) {
      SimPort clock;
      StaticLoop<16, 4> one{clock};
      int ran = 0;
      const auto step = [&] {
        if (ran++ == stop_at) one.stop();
      };
      for (int i = 0; i < 4; ++i) {
        one.call_soon([&step, live = Live{}] { step(); });
        one.call_later(std::chrono::milliseconds{i / 2}, [&step, live = Live{}] { step(); });
        CHECK_TRUE(one.call_soon_threadsafe([&step] { step(); }));
      }
      CHECK_TRUE(one.run_forever().has_value());
      CHECK_TRUE(ran > stop_at);
      if (close) {
        const int ran_before = ran;
        CHECK_TRUE(one.close().has_value());
        CHECK_EQUAL(ran_before, ran);
      } else {
        one.call_later(1s, [&] { one.stop(); });
        if (ran < 12) CHECK_TRUE(one.run_forever().has_value());
        CHECK_EQUAL(12, ran);
        CHECK_TRUE(one.close().has_value());
      }
      CHECK_EQUAL(0U, one.stats().in_use);
      CHECK_EQUAL(0, Live::count);
    }
  }
}

// P3
TEST(LoopRun, does_not_run_inside_a_callback) {
  Future<int> future = loop.create_future<int>();
  loop.call_soon(note("sibling"));
  loop.call_soon([&] {
    CHECK_EQUAL(Errc::invalid_state, code(loop.run_forever()));
    CHECK_EQUAL(Errc::invalid_state, code(loop.run_until_complete(future)));
    CHECK_EQUAL(Errc::invalid_state, code(loop.close()));
    CHECK_EQUAL(0U, report_count);
    CHECK_TRUE(loop.poll() == kAtOnce);
    CHECK_TRUE(loop.running());
  });
  loop.call_soon(note("last"));
  run_pass();
  check_reports(Errc::invalid_state);
  CHECK_FALSE(loop.closed());
  CHECK_FALSE(future.done());
  STRCMP_EQUAL("sibling last ", log.c_str());
}

// P3
TEST(LoopRun, does_not_run_inside_mail_or_a_timer_either) {
  int refused = 0;
  const auto run = [&] {
    if (code(loop.run_forever()) == Errc::invalid_state) ++refused;
  };
  loop.call_later(0s, run);
  CHECK_TRUE(loop.call_soon_threadsafe([&run] { run(); }));
  run_pass();
  CHECK_EQUAL(2, refused);
}

TEST(LoopRun, another_loop_may_run_inside_a_callback) {
  StaticLoop<4> inner{port};
  loop.call_soon([&] {
    inner.call_later(1s, [&] { inner.stop(); });
    CHECK_TRUE(inner.run_forever().has_value());
    log += "inner ";
  });
  run_pass();
  STRCMP_EQUAL("inner ", log.c_str());
}

TEST(LoopRun, until_complete_gives_the_outcome) {
  Future<int> good = loop.create_future<int>();
  Future<int> bad = loop.create_future<int>();
  loop.call_later(1s, [&] { static_cast<void>(good.set_result(7)); });
  loop.call_later(2s, [&] { static_cast<void>(bad.set_error(Errc::user, 8)); });
  CHECK_EQUAL(7, loop.run_until_complete(good).value_or(0));
  CHECK_TRUE(port.now() == TimePoint{1s});
  CHECK_TRUE(loop.run_until_complete(bad).error() == (Error{Errc::user, 8}));
}

TEST(LoopRun, until_complete_of_what_is_complete_does_not_sleep) {
  Future<int> future = loop.create_future<int>();
  CHECK_TRUE(future.set_result(7).has_value());
  const Handle timer = loop.call_later(1s, note("timer"));
  CHECK_EQUAL(7, loop.run_until_complete(future).value_or(0));
  CHECK_TRUE(port.now() == TimePoint{});
  CHECK_TRUE(timer.cancel());
}

TEST(LoopRun, until_complete_runs_the_callbacks_of_the_future) {
  Future<int> future = loop.create_future<int>();
  loop.call_soon([&] { static_cast<void>(future.set_result(7)); });
  future.add_done_callback([this](const Future<int>&) { log += "done "; });
  static_cast<void>(loop.run_until_complete(future));
  STRCMP_EQUAL("done ", log.c_str());
}

TEST(LoopRun, until_complete_ends_though_the_ready_queue_is_never_dry) {
  const Future<int> future = loop.create_future<int>();
  int left = 1000;
  loop.call_soon(Endless{&loop, &left});
  loop.call_soon([&future] { static_cast<void>(future.set_result(7)); });
  CHECK_EQUAL(7, value_of(loop.run_until_complete(future)));
  CHECK_COMPARE(left, >, 990);
  left = 1;
  run_pass();
}

TEST(LoopRun, until_complete_says_so_if_it_was_stopped_first) {
  Future<int> future = loop.create_future<int>();
  loop.call_soon([this] { loop.stop(); });
  CHECK_EQUAL(Errc::invalid_state, code(loop.run_until_complete(future)));
  loop.stop();
  CHECK_EQUAL(Errc::invalid_state, code(loop.run_until_complete(future)));
  CHECK_FALSE(future.done());
}

TEST(LoopRun, until_complete_refuses_the_future_of_another_loop) {
  StaticLoop<4> other{port};
  Future<int> future = other.create_future<int>();
  CHECK_EQUAL(Errc::invalid_state, code(loop.run_until_complete(future)));
  CHECK_FALSE(future.done());
}

TEST(LoopRun, until_complete_of_no_future_gives_its_error) {
  CHECK_EQUAL(Errc::invalid_state, code(loop.run_until_complete(Future<int>{})));
}

TEST(LoopRun, a_deadlock_is_an_error_and_is_reported_with_the_number_of_pending_futures) {
  const Result<void> idle = loop.run_forever();
  CHECK_TRUE(idle.error() == (Error{Errc::deadlock, 0}));
  Future<int> done = loop.create_future<int>();
  CHECK_TRUE(done.set_result(1).has_value());
  Future<int> future = loop.create_future<int>();
  Future<int> other = loop.create_future<int>();
  const Future<int> stage = other.then([](int n) { return n; });
  loop.call_at(kNever, [] {});
  CHECK_TRUE(loop.run_until_complete(future).error() == (Error{Errc::deadlock, 3}));
  CHECK_EQUAL(2U, report_count);
  CHECK_TRUE(reports[0] == (Error{Errc::deadlock, 0}));
  CHECK_TRUE(reports[1] == (Error{Errc::deadlock, 3}));
  CHECK_FALSE(future.done());
  loop.call_soon([&] { static_cast<void>(future.set_result(7)); });
  CHECK_EQUAL(7, loop.run_until_complete(future).value_or(0));
  CHECK_TRUE(loop.close().has_value());
}

TEST(LoopRun, is_no_deadlock_while_a_wake_or_mail_is_on_its_way) {
  CHECK_TRUE(loop.call_soon_threadsafe([this] { loop.call_soon([this] { loop.stop(); }); }));
  CHECK_TRUE(loop.run_forever().has_value());
  port.wake();
  CHECK_EQUAL(Errc::deadlock, code(loop.run_forever()));  // the wake was for nothing
  CHECK_EQUAL(1U, report_count);
}

TEST(LoopRun, poll_runs_one_pass_and_says_when_to_come_again) {
  CHECK_TRUE(loop.poll() == kNever);
  loop.call_later(3s, note("timer"));
  CHECK_TRUE(loop.poll() == TimePoint{3s});
  loop.call_soon([this] {
    log += "a ";
    loop.call_soon(note("b"));
  });
  CHECK_TRUE(loop.poll() == kAtOnce);
  STRCMP_EQUAL("a ", log.c_str());
  CHECK_TRUE(loop.poll() == TimePoint{3s});
  STRCMP_EQUAL("a b ", log.c_str());
  CHECK_TRUE(loop.call_soon_threadsafe(
      [this] { static_cast<void>(loop.call_soon_threadsafe([this] { log += "mail "; })); }));
  CHECK_TRUE(loop.poll() == kAtOnce);
  CHECK_TRUE(loop.poll() == TimePoint{3s});
  CHECK_TRUE(port.now() == TimePoint{});
  port.advance(3s);
  CHECK_TRUE(loop.poll() == kNever);
  STRCMP_EQUAL("a b mail timer ", log.c_str());
}

TEST(LoopRun, poll_of_an_idle_loop_is_no_deadlock) {
  const Future<int> pending = loop.create_future<int>();
  CHECK_TRUE(loop.poll() == kNever);
  check_reports();
}

TEST(LoopRun, tells_the_time_of_its_port) {
  port.advance(5s);
  CHECK_TRUE(loop.time() == TimePoint{5s});
  CHECK_TRUE(&loop.port() == &port);
}

// --- close ---

TEST_GROUP_BASE(LoopClose, Fixture){void teardown() override{check_clean();
}
}
;

// P3
TEST(LoopClose, every_call_on_a_closed_loop_fails_with_closed_and_changes_nothing) {
  Future<int> before = loop.create_future<int>();
  const Handle handle = loop.call_soon(note("a"));
  CHECK_FALSE(loop.closed());
  CHECK_TRUE(loop.close().has_value());
  CHECK_TRUE(loop.closed());
  CHECK_FALSE(handle.cancel());
  CHECK_EQUAL(Errc::closed, loop.call_soon([live = Live{}] {}).error());
  CHECK_EQUAL(Errc::closed, loop.call_later(1s, [live = Live{}] {}).error());
  CHECK_EQUAL(Errc::closed, loop.call_at(TimePoint{1s}, [live = Live{}] {}).error());
  CHECK_FALSE(loop.call_soon_threadsafe([] {}));
  CHECK_EQUAL(Errc::closed, loop.create_future<int>().error().code);
  CHECK_EQUAL(Errc::closed, loop.create_task([live = Live{}] {}).error().code);
  CHECK_EQUAL(Errc::closed, code(loop.run_forever()));
  CHECK_EQUAL(Errc::closed, code(loop.run_until_complete(before)));
  CHECK_EQUAL(Errc::closed, code(loop.run_until_complete(Future<int>{loop.create_future<int>()})));
  loop.stop();
  CHECK_TRUE(loop.poll() == kNever);
  CHECK_TRUE(loop.close().has_value());
  CHECK_EQUAL(0U, loop.stats().failures);
  CHECK_EQUAL(0U, loop.stats().callbacks_run);
  check_reports();
  STRCMP_EQUAL("", log.c_str());
}

TEST(LoopClose, destroys_captures_once_and_runs_nothing) {
  loop.call_soon([this, live = Live{}] { log += "soon "; });
  loop.call_later(1s, [this, live = MoveOnly{}] { log += "timer "; });
  loop.call_at(kNever, [live = Live{}] {});
  Future<int> future = loop.create_future<int>();
  future.add_done_callback([live = Live{}](const Future<int>&) {});
  CHECK_EQUAL(4, Live::count);
  CHECK_TRUE(loop.close().has_value());
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(1U, in_use());
  CHECK_EQUAL(0U, loop.stats().timers);
  CHECK_EQUAL(0U, loop.stats().ready);
  STRCMP_EQUAL("", log.c_str());
}

TEST(LoopClose, pending_futures_end_with_broken_promise) {
  const Future<int> future = loop.create_future<int>();
  CHECK_TRUE(loop.close().has_value());
  CHECK_TRUE(future.done());
  CHECK_EQUAL(Errc::broken_promise, code(future));
}

TEST(LoopClose, captures_may_call_the_loop_when_they_are_destroyed) {
  Handle other;
  bool cancelled = false;
  Errc refused = Errc::none;
  bool closed_again = false;
  loop.call_soon([guard = OnDestroy{[&] {
                    cancelled = other.cancel();
                    refused = loop.call_soon([] {}).error();
                    closed_again = loop.close().has_value();
                  }}] {});
  other = loop.call_later(1s, [live = Live{}] {});
  CHECK_TRUE(loop.close().has_value());
  CHECK_TRUE(cancelled);
  CHECK_EQUAL(Errc::closed, refused);
  CHECK_TRUE(closed_again);
}

// P11
TEST(LoopClose, mail_that_was_accepted_is_run_and_later_mail_refused) {
  struct Seen {
    Loop* loop;
    int ran = 0;
    int refused = 0;
    Errc closed = Errc::none;
  } seen{&loop};
  const auto post_again = [&seen] {
    ++seen.ran;
    if (!seen.loop->call_soon_threadsafe([] {})) ++seen.refused;
    seen.closed = code(seen.loop->close());
    seen.loop->call_soon([live = Live{}] {});
  };
  CHECK_TRUE(loop.call_soon_threadsafe(post_again));
  CHECK_TRUE(loop.call_soon_threadsafe(post_again));
  CHECK_TRUE(loop.close().has_value());
  CHECK_EQUAL(2, seen.ran);
  CHECK_EQUAL(2, seen.refused);
  CHECK_EQUAL(Errc::invalid_state, seen.closed);
  CHECK_FALSE(loop.running());
}

TEST(LoopClose, is_refused_inside_the_exception_handler) {
  struct Closing {
    Errc refusal = Errc::none;
  } closing;
  loop.set_exception_handler(
      [](Loop& reporting, Error, void* self) {
        static_cast<Closing*>(self)->refusal = code(reporting.close());
      },
      &closing);
  {
    std::array<Future<int>, 63> futures;
    for (auto& f : futures) f = loop.create_future<int>();
    // Finds a block for itself and none for its second node.
    const auto all = eyelet::gather(futures[0], futures[1]);
    CHECK_EQUAL(Errc::out_of_blocks, code(all));
  }
  CHECK_EQUAL(Errc::invalid_state, closing.refusal);
  CHECK_FALSE(loop.closed());
}

// --- Mail ---

TEST_GROUP_BASE(LoopMail, Fixture){void teardown() override{check_clean();
}

bool post(const char* word) {
  return loop.call_soon_threadsafe([this, word] { log.append(word).append(" "); });
}
}
;

TEST(LoopMail, runs_in_a_later_pass_in_order_and_takes_no_block) {
  for (const char* word : {"a", "b", "c"}) CHECK_TRUE(post(word));
  CHECK_EQUAL(0U, in_use());
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("a b c ", log.c_str());
  CHECK_EQUAL(3U, loop.stats().callbacks_run);
}

int plain_calls = 0;
void plain_function() { ++plain_calls; }

TEST(LoopMail, may_be_a_plain_function) {
  plain_calls = 0;
  CHECK_TRUE(loop.call_soon_threadsafe(plain_function));
  run_pass();
  CHECK_EQUAL(1, plain_calls);
}

TEST(LoopMail, wakes_the_loop) {
  CHECK_FALSE(port.woken());
  post("a");
  CHECK_TRUE(port.woken());
  run_pass();
}

// N23
TEST(LoopMail, is_refused_and_counted_when_full_and_the_loop_lives_on) {
  for (const char* word : {"a", "b", "c", "d"}) CHECK_TRUE(post(word));
  CHECK_FALSE(post("e"));
  CHECK_FALSE(post("f"));
  CHECK_EQUAL(2U, loop.stats().mail_refused);
  check_reports();
  run_pass();
  CHECK_TRUE(post("g"));
  run_pass();
  STRCMP_EQUAL("a b c d g ", log.c_str());
}

TEST(LoopMail, without_places_refuses) {
  StaticLoop<1> small{port};
  CHECK_FALSE(small.call_soon_threadsafe([] {}));
  CHECK_EQUAL(1U, small.stats().mail_refused);
}

TEST(LoopMail, what_it_schedules_runs_in_the_next_pass) {
  CHECK_TRUE(loop.call_soon_threadsafe([this] {
    loop.call_soon(note("soon"));
    loop.call_later(0s, note("timer"));
    post("mail");
  }));
  run_pass();
  STRCMP_EQUAL("", log.c_str());
  run_pass();
  STRCMP_EQUAL("soon timer mail ", log.c_str());
}

TEST(LoopMail, that_a_callback_posts_runs_in_a_later_pass) {
  loop.call_soon([this] {
    log += "a ";
    CHECK_TRUE(post("mail"));
  });
  run_pass();
  STRCMP_EQUAL("a ", log.c_str());
  run_pass();
  STRCMP_EQUAL("a mail ", log.c_str());
}

TEST(LoopMail, runs_after_what_was_ready_before_it) {
  loop.call_soon(note("a"));
  post("mail");
  loop.call_soon(note("b"));
  run_pass();
  STRCMP_EQUAL("a b mail ", log.c_str());
}

// N26
TEST(LoopMail, that_posts_itself_again_keeps_neither_the_pass_nor_timers_waiting) {
  struct Flood {
    Fixture* test;
    int count = 0;
    int refused = 0;
  } flood{this};
  struct Again {
    Flood* flood;
    void operator()() const {
      ++flood->count;
      flood->test->port.advance(1ms);
      if (!flood->test->loop.call_soon_threadsafe(*this)) ++flood->refused;
    }
  };
  for (int i = 0; i < 4; ++i) CHECK_TRUE(loop.call_soon_threadsafe(Again{&flood}));
  run_pass();
  CHECK_EQUAL(4, flood.count);
  loop.call_later(1ms, note("timer"));
  loop.call_soon(note("soon"));
  run_passes(2);
  STRCMP_EQUAL("soon timer ", log.c_str());
  CHECK_EQUAL(12, flood.count);
  CHECK_EQUAL(0, flood.refused);
}
