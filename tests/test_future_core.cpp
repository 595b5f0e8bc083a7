// SPDX-License-Identifier: BSL-1.0
// Who keeps whom alive, what closing ends, and that nothing recurses: the rules of future_core
// whatever the type of the value.
#include <memory>
#include <tests/fixture.hpp>
#include <vector>

using namespace fixture;
using eyelet::AnyFuture;
using eyelet::failure;
using eyelet::sleep;

TEST_GROUP_BASE(FutureCore, Fixture){void teardown() override{check_clean();
}
}
;

// --- Who keeps whom alive ---

TEST(FutureCore, a_pending_promise_that_loses_its_last_handle_breaks_what_waits_for_it) {
  auto promise = loop.create_future<int>();
  auto end = promise.then([](int x) { return x; }).finally(note("clean"));
  auto copy = promise;
  promise = {};
  run_ready();
  CHECK(!end.done());
  copy = {};
  CHECK(!end.done());
  run_pass();
  CHECK_EQUAL(Errc::broken_promise, code(end));
  STRCMP_EQUAL("clean ", log.c_str());
  check_reports();
}

TEST(FutureCore, a_broken_promise_that_nobody_looks_at_is_reported_once) {
  static_cast<void>(loop.create_future<int>().then([](int) {}));
  run_ready();
  check_reports(Errc::broken_promise);
}

TEST(FutureCore, a_broken_promise_tells_its_done_callbacks) {
  loop.create_future<int>().add_done_callback(
      [this](const Future<int>& f) { note(eyelet::name(f.error().code))(); });
  run_ready();
  STRCMP_EQUAL("broken_promise ", log.c_str());
}

TEST(FutureCore, a_stage_without_handles_runs_on) {
  auto promise = loop.create_future<int>();
  static_cast<void>(promise.then([this](int) { note("ran")(); }));
  CHECK_EQUAL(2U, in_use());
  static_cast<void>(promise.set_result(1));
  promise = {};
  run_pass();
  STRCMP_EQUAL("ran ", log.c_str());
  CHECK_EQUAL(0U, in_use());
}

TEST(FutureCore, a_source_without_handles_stays_until_its_last_continuation_had_its_turn) {
  auto promise = loop.create_future<Live>();
  auto a = promise.then([](const Live& l) { return l.id; });
  promise.add_done_callback([](const Future<Live>& f) { CHECK_EQUAL(4, value_of(f.result()).id); });
  static_cast<void>(promise.set_result(4));
  promise = {};
  CHECK_EQUAL(1, Live::count);
  run_pass();
  CHECK_EQUAL(4, value_of(a.result()));
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(1U, in_use());
}

TEST(FutureCore, each_stage_is_one_block_and_goes_when_the_next_has_its_outcome) {
  auto promise = loop.create_future<int>();
  auto end = promise.then([](int x) { return x; }).then([](int x) { return x; });
  CHECK_EQUAL(3U, in_use());
  static_cast<void>(promise.set_result(1));
  promise = {};
  run_pass();
  CHECK_EQUAL(1U, in_use());
  CHECK_EQUAL(1, value_of(end.result()));
}

TEST(FutureCore, a_chain_goes_with_the_pass_that_ends_it_when_nobody_holds_it) {
  static_cast<void>(sleep(loop, 1ms).then([] { return 1; }).then([](int) {}));
  CHECK_EQUAL(3U, in_use());
  advance(1ms);
  CHECK_EQUAL(0U, in_use());
  CHECK_EQUAL(0U, loop.stats().timers);
}

TEST(FutureCore, a_promise_held_by_its_own_continuation_is_ended_by_close) {
  {
    auto promise = loop.create_future<int>();
    static_cast<void>(promise.then([promise, live = Live{}](int) {}));
  }
  CHECK_EQUAL(2U, in_use());
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(0U, in_use());
  CHECK_EQUAL(0, Live::count);
}

// --- One flow ---

TEST(FutureCore, outcomes_travel_down_a_chain_of_every_kind_in_one_dispatch) {
  auto inner = loop.create_future<int>();
  auto task = loop.create_task([inner] {
    return inner.then([](int x) { return x + 1; }).finally([] {}).or_else([](Error) { return 0; });
  });
  run_ready();
  static_cast<void>(inner.set_result(1));
  const std::size_t run = loop.stats().callbacks_run;
  run_pass();
  CHECK_EQUAL(run + 1, loop.stats().callbacks_run);
  CHECK_EQUAL(2, value_of(task.result()));
}

// --- Closing ---

TEST(FutureCore, close_ends_pending_futures_with_broken_promise_and_runs_nothing) {
  auto promise = loop.create_future<Live>();
  auto sleeping = sleep(loop, 1s);
  auto stage = promise.then([this, live = Live{}](const Live&) { note("ran")(); });
  auto cleaning = sleeping.finally([this, live = Live{}] { note("ran")(); });
  promise.add_done_callback([this, live = Live{}](const Future<Live>&) { note("ran")(); });
  auto done = loop.create_future<Live>();
  static_cast<void>(done.set_result(7));
  auto scheduled = done.then([this, live = Live{}](const Live&) { note("ran")(); });
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(1, Live::count);
  STRCMP_EQUAL("", log.c_str());
  for (const AnyFuture& f : {AnyFuture{promise}, AnyFuture{sleeping}, AnyFuture{stage},
                             AnyFuture{cleaning}, AnyFuture{scheduled}}) {
    CHECK(f.done());
    CHECK(!f.cancel());
    CHECK_EQUAL(Errc::broken_promise, code(f));
  }
  CHECK_EQUAL(Errc::broken_promise, code(promise.result()));
  CHECK_EQUAL(7, value_of(done.result()).id);
  CHECK_EQUAL(0U, loop.stats().timers);
  CHECK_EQUAL(0U, loop.stats().ready);
  check_reports();
}

TEST(FutureCore, a_closed_loop_refuses_everything_with_closed) {
  auto promise = loop.create_future<int>();
  auto done = loop.create_future<int>();
  static_cast<void>(done.set_result(7));
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(Errc::closed, code(loop.create_future<int>()));
  CHECK_EQUAL(Errc::closed, code(loop.create_task([live = Live{}] {})));
  CHECK_EQUAL(Errc::closed, code(done.then([live = Live{}](int) {})));
  CHECK_EQUAL(Errc::closed, code(done.or_else([](Error) { return 1; })));
  CHECK_EQUAL(Errc::closed, code(promise.finally([live = Live{}] {})));
  CHECK_EQUAL(Errc::closed, code(done.add_done_callback([live = Live{}](const Future<int>&) {})));
  CHECK_EQUAL(Errc::invalid_state, code(promise.set_result(1)));
  CHECK_EQUAL(7, value_of(done.take()));
  CHECK_EQUAL(0, Live::count);
  check_reports();
}

TEST(FutureCore, an_outcome_held_back_by_a_finally_goes_when_the_loop_closes) {
  auto promise = loop.create_future<Live>();
  auto end = promise.finally([this] { return sleep(loop, 1s); });
  static_cast<void>(promise.set_result(4));
  promise = {};
  run_ready();
  CHECK_EQUAL(1, Live::count);
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(Errc::broken_promise, code(end));
}

TEST(FutureCore, destructors_that_run_while_the_loop_closes_may_use_every_handle) {
  struct Handles {
    Future<int> promise, other;
    Future<void> stage, second;
    Handle handle;
  } all;
  all.promise = loop.create_future<int>();
  all.other = loop.create_future<int>();
  all.second = all.other.then([this](int) { note("ran")(); });
  all.handle = all.other.add_done_callback([this](const Future<int>&) { note("ran")(); });
  all.stage = all.promise.then([on = OnDestroy{[this, &all] {
                                  all.stage.cancel();
                                  all.stage = {};
                                  all.promise = {};
                                  all.second.cancel();
                                  static_cast<void>(all.other.remove_done_callback(all.handle));
                                  static_cast<void>(all.other.set_result(1));
                                  CHECK_EQUAL(Errc::closed, code(all.other.then([](int) {})));
                                  static_cast<void>(loop.close());
                                }}](int) {});
  CHECK_EQUAL(Errc::none, code(loop.close()));
  CHECK(all.other.done());
  CHECK(all.second.done());
  STRCMP_EQUAL("", log.c_str());
  report_count = 0;
}

// --- Explaining ---

// F8
TEST(FutureCore, each_block_in_use_is_shown_with_what_it_waits_for) {
  using eyelet::detail::Kind;
  auto promise = loop.create_future<int>();
  auto stage = promise.then([](int) {});
  promise.add_done_callback([](const Future<int>&) {});
  auto sleeping = sleep(loop, 1s);
  auto later = sleep(loop, 2s);
  std::vector<eyelet::BlockInfo> seen;
  loop.for_each_block([&](const eyelet::BlockInfo& info) { seen.push_back(info); });
  CHECK_EQUAL(5U, seen.size());
  CHECK(seen[0].kind == Kind::promise);
  CHECK(seen[1].kind == Kind::stage);
  CHECK(seen[2].kind == Kind::done_callback);
  CHECK(seen[3].kind == Kind::wait);
  CHECK_EQUAL(eyelet::BlockInfo::kNone, seen[0].waits_for);
  CHECK_EQUAL(0U, seen[1].waits_for);
  CHECK_EQUAL(0U, seen[2].waits_for);
  CHECK_EQUAL(eyelet::BlockInfo::kNone, seen[3].waits_for);
  CHECK_EQUAL(eyelet::BlockInfo::kNone, seen[4].waits_for);
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK_EQUAL(i, seen[i].index);
  CHECK(promise.cancel());
  run_ready();
}

TEST(FutureCore, a_stage_that_returns_a_future_of_another_loop_ends_invalid_state) {
  eyelet::StaticLoop<2> other{port};
  auto foreign = other.create_future<int>();
  auto task = loop.create_task([&foreign] { return foreign; });
  run_pass();
  CHECK(task.done());
  CHECK_EQUAL(Errc::invalid_state, code(task));
  static_cast<void>(foreign.set_result(1));
  foreign = {};
  static_cast<void>(other.poll());
  CHECK_EQUAL(0U, other.stats().in_use);
}

// --- Constant stack ---

namespace {

/// How far apart on the stack mark() was called.
struct Stack {
  static inline std::uintptr_t highest = 0;
  static inline std::uintptr_t lowest = 0;

  static void mark() {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    highest = std::max(highest, here);
    lowest = lowest == 0 ? here : std::min(lowest, here);
  }
  static std::uintptr_t used() { return highest - lowest; }
  static void forget() { highest = lowest = 0; }
};

/// A value that holds the future of another one.
struct Node {
  Future<Node> next;

  explicit Node(Future<Node> after) : next{std::move(after)} {}
  Node(Node&&) noexcept = default;
  Node(const Node&) = default;
  ~Node() { Stack::mark(); }
};

/// The same for a request.
struct Link {
  Future<int> next;

  explicit Link(Future<int> after) : next{std::move(after)} {}
  Link(Link&&) noexcept = default;
  ~Link() { Stack::mark(); }
};

struct Shelf : eyelet::detail::WaitList {
  void deliver(eyelet::detail::Block& waiter, const Link&) {
    eyelet::detail::set_value<int>(waiter, 1);
  }
  void pass_on() {}
};

constexpr std::size_t kMany = 10000;

}  // namespace

TEST_GROUP_BASE(FutureDepth, Utest) {
  using ManyBlocks = eyelet::StaticLoop<kMany + 8>;
  eyelet::SimPort port;
  std::unique_ptr<ManyBlocks> loop = std::make_unique<ManyBlocks>(port);
  std::size_t broken = 0;

  void setup() override {
    Stack::forget();
    loop->set_exception_handler([](Loop&, Error, void* n) { ++*static_cast<std::size_t*>(n); },
                                &broken);
  }
  void teardown() override { CHECK_EQUAL(0U, loop->stats().in_use); }
};

// F12
TEST(FutureDepth, results_that_hold_futures_whose_results_hold_futures_go_one_after_the_other) {
  Future<Node> first;
  for (std::size_t i = 0; i < kMany; ++i) {
    auto promise = loop->create_future<Node>();
    static_cast<void>(promise.set_result(std::move(first)));
    first = std::move(promise);
  }
  CHECK_EQUAL(kMany, loop->stats().in_use);
  Stack::forget();
  first = {};
  CHECK_EQUAL(0U, loop->stats().in_use);
  CHECK(Stack::used() < 4096);
}

// F12
TEST(FutureDepth, a_result_that_holds_a_pending_promise_breaks_it_without_recursion) {
  // Each continuation holds the last handle of the next promise: a chain of broken promises.
  Future<int> first = loop->create_future<int>();
  for (int i = 0; i < 500; ++i) {
    auto before = loop->create_future<int>();
    before.add_done_callback([next = std::move(first)](const Future<int>&) {});
    first = std::move(before);
  }
  first = {};
  int passes = 1;
  while (passes < 10000 && loop->poll() == eyelet::kAtOnce) ++passes;
  CHECK_EQUAL(500, passes);  // one after the other, each by a hop
  CHECK_EQUAL(0U, loop->stats().in_use);
}

// F12
TEST(FutureDepth, waits_whose_requests_hold_waits_are_abandoned_one_after_the_other) {
  Shelf shelf;
  Future<int> first;
  for (std::size_t i = 0; i < kMany; ++i)
    first = eyelet::detail::wait_in<int>(*loop, shelf, Link{std::move(first)});
  Stack::forget();
  first = {};
  CHECK_EQUAL(0U, loop->stats().in_use);
  CHECK(shelf.empty());
  CHECK(Stack::used() < 4096);
}

// F12
TEST(FutureDepth, a_chain_as_long_as_the_pool_completes_and_cancels_on_a_constant_stack) {
  for (const bool complete : {true, false}) {
    Stack::forget();
    const auto promise = loop->create_future<int>();
    Future<int> end = promise;
    for (std::size_t i = 0; i < kMany / 2; ++i)
      end = end.or_else([](Error) { return 0; }).finally([] { Stack::mark(); });
    CHECK_EQUAL(kMany + 1, loop->stats().in_use);
    if (complete)
      static_cast<void>(promise.set_result(1));
    else
      CHECK(end.cancel());
    static_cast<void>(loop->poll());
    CHECK(end.done());
    CHECK(Stack::used() < 4096);
  }
}

// --- Everything at random ---

namespace {

/// A graph that a seeded random walk builds and tears down. What must hold is said at the checks.
class Model {
 public:
  explicit Model(unsigned seed) : random_{seed} {
    loop_.set_exception_handler([](Loop&, Error, void*) {});
  }

  void run() {
    for (int step = 0; step < 300; ++step) {
      act(5);
      if (below(4) == 0) pass();
    }
    for (auto& slot : slots_) slot = Slot{};
    for (int n = 0; n < 100; ++n) pass();
    // What is left waits in circles, or for promises that its own callables hold.
    static_cast<void>(loop_.close());
    for (auto& slot : slots_) slot = Slot{};
    CHECK_EQUAL(0U, loop_.stats().in_use);
    CHECK_EQUAL(0, Live::count);
    for (const Run& run : runs_) CHECK(run.times <= 1);
  }

  int continuations() const { return ran_; }

 private:
  struct Run {
    int times = 0;
    bool forbidden = false;
  };
  struct Slot {
    Future<int> future;
    bool stoppable = false;  // a `then` whose input a cancel makes `cancelled`, with no or_else
    std::size_t run = 0;     // of its callable, in runs_
  };

  unsigned below(unsigned limit) {
    random_ = random_ * 1664525U + 1013904223U;
    return (random_ >> 16) % limit;
  }

  Slot& any() { return slots_[below(slots_.size())]; }

  void pass() {
    port_.advance(std::chrono::milliseconds{below(3)});
    static_cast<void>(loop_.poll());
  }

  std::size_t expect_one_run() {
    runs_.emplace_back();
    return runs_.size() - 1;
  }

  void ran(std::size_t run) {
    ++ran_;
    ++runs_[run].times;
    CHECK_EQUAL(1, runs_[run].times);
    CHECK(!runs_[run].forbidden);
  }

  /// What any callable may do: everything, and then return something.
  Future<int> body(std::size_t run, unsigned depth) {
    ran(run);
    if (depth > 0) act(depth - 1);
    switch (below(4)) {
      case 0: return any().future;
      case 1: return sleep(loop_, std::chrono::milliseconds{below(4)}).then([] { return 1; });
      case 2: return eyelet::ensure_future(loop_, 2);
      default: return loop_.create_future<int>();
    }
  }

  void act(unsigned depth) {
    Slot& to = any();
    const Future<int> from = any().future;
    const std::size_t run = expect_one_run();
    const bool stoppable = from.done() || from.block()->kind == eyelet::detail::Kind::promise;
    Slot fresh;
    switch (below(12)) {
      case 0: fresh.future = loop_.create_future<int>(); break;
      case 1:
        fresh.future = from.then([this, run, live = Live{}](int x) {
          ran(run);
          return x;
        });
        fresh.stoppable = stoppable;
        fresh.run = run;
        break;
      case 2:
        fresh.future =
            from.then([this, run, depth, live = Live{}](int) { return body(run, depth); });
        fresh.stoppable = stoppable;
        fresh.run = run;
        break;
      case 3:
        fresh.future =
            from.or_else([this, run, depth, live = Live{}](Error) { return body(run, depth); });
        break;
      case 4:
        fresh.future = from.finally([this, run, live = Live{}] {
          ran(run);
          return sleep(loop_, std::chrono::milliseconds{below(3)});
        });
        break;
      case 5:
        fresh.future =
            loop_.create_task([this, run, depth, live = Live{}] { return body(run, depth); });
        break;
      case 6:
        from.add_done_callback([this, run, depth, live = Live{}](const Future<int>& f) {
          CHECK(f.done());
          ran(run);
          if (depth > 0) act(depth - 1);
        });
        return;
      case 7: {
        Slot& victim = any();
        const bool pending = !victim.future.done();
        const bool asked = victim.future.cancel();
        CHECK(pending || !asked);
        // The callable of a stage that has not begun, and was told of the cancel, must not run.
        if (asked && victim.stoppable && runs_[victim.run].times == 0)
          runs_[victim.run].forbidden = true;
        return;
      }
      case 8: static_cast<void>(from.set_result(1)); return;
      case 9: static_cast<void>(from.set_error(Errc::user)); return;
      case 10: static_cast<void>(from.take()); return;
      default: break;
    }
    to = std::move(fresh);
  }

  eyelet::SimPort port_;
  eyelet::StaticLoop<48> loop_{port_};
  std::array<Slot, 12> slots_;
  std::vector<Run> runs_;
  unsigned random_;
  int ran_ = 0;
};

}  // namespace

TEST_GROUP_BASE(FutureModel, Utest){};

TEST(FutureModel, a_random_graph_runs_everything_once_and_leaves_nothing_behind) {
  Live::count = 0;
  int continuations = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    const auto model = std::make_unique<Model>(seed);
    model->run();
    continuations += model->continuations();
  }
  CHECK(continuations > 1000);
}
