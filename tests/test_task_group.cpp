// SPDX-License-Identifier: BSL-1.0
// task_group: tasks that end together, by success, by the first error or by a cancel.
#include <optional>
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::sleep;
using eyelet::TaskGroup;

TEST_GROUP_BASE(TaskGroup, CombinatorFixture) {
  TaskGroup<2> group{loop};
  Future<int> a;
  Future<int> b;
  Future<void> ended;

  void setup() override {
    a = loop.create_future<int>();
    b = loop.create_future<int>();
  }
  void teardown() override {
    a = b = {};
    ended = {};
    check_clean();
  }

  auto awaiting(const Future<int>& future) {
    return [future] { return future; };
  }

  /// Runs the group with two members that await `a` and `b`.
  void begin() {
    ended = group.run([this] {
      group.create_task(awaiting(a));
      group.create_task(awaiting(b));
    });
    settle();
  }
};

TEST(TaskGroup, ends_well_when_the_body_and_all_members_have) {
  begin();
  a.set_result(1);
  settle();
  CHECK_FALSE(ended.done());
  b.set_result(2);
  settle();
  CHECK_EQUAL(Errc::none, code(ended.result()));
  CHECK_EQUAL(0U, group.error_count());
  CHECK_EQUAL(3U, in_use());
}

TEST(TaskGroup, without_members_ends_with_its_body) {
  ended = group.run([] {});
  CHECK_FALSE(ended.done());
  settle();
  CHECK_EQUAL(Errc::none, code(ended.result()));
}

TEST(TaskGroup, gives_a_member_its_value_and_lets_a_member_create_another) {
  Task<int> first;
  Task<int> second;
  ended = group.run([&] {
    first = group.create_task([&] {
      second = group.create_task(awaiting(a));
      return 1;
    });
  });
  settle();
  CHECK_EQUAL(1, value_of(first.result()));
  CHECK_FALSE(ended.done());
  CHECK_TRUE(group.open());
  a.set_result(2);
  settle();
  CHECK_EQUAL(2, value_of(second.result()));
  CHECK_EQUAL(Errc::none, code(ended.result()));
  CHECK_FALSE(group.open());
}

TEST(TaskGroup, cancels_the_others_when_a_member_fails_and_ends_with_that_error) {
  begin();
  a.set_error(Errc::user, 1);
  settle();
  CHECK_TRUE(b.cancelled());
  CHECK_TRUE(ended.error() == (Error{Errc::user, 1}));
  CHECK_EQUAL(1U, group.error_count());
  CHECK_TRUE(group.error(0) == (Error{Errc::user, 1}));
  check_reports();
}

TEST(TaskGroup, waits_for_those_that_it_cancelled) {
  auto cleaning = loop.create_future<int>();
  ended = group.run([&] {
    group.create_task(awaiting(a));
    group.create_task(
        [this, cleaning] { return b.or_else([cleaning](Error) { return cleaning; }); });
  });
  settle();
  a.set_error(Errc::user);
  settle();
  CHECK_TRUE(b.cancelled());
  CHECK_FALSE(ended.done());
  CHECK_FALSE(group.open());
  cleaning.set_error(Errc::system);
  settle();
  CHECK_EQUAL(Errc::user, code(ended));
  CHECK_EQUAL(2U, group.error_count());
  CHECK_EQUAL(Errc::system, group.error(1).code);
}

TEST(TaskGroup, does_not_cancel_those_that_clean_up_when_another_member_fails) {
  ended = group.run([this] {
    group.create_task(awaiting(a));
    group.create_task([this] {
      return b.or_else([this](Error) {
        return sleep(loop, 5us).then([this] {
          note("cleaned")();
          return 1;
        });
      });
    });
    group.create_task([this] {
      return sleep(loop, 1h).or_else(
          [](Error) -> Result<void> { return eyelet::failure(Errc::user, 2); });
    });
  });
  settle();
  a.set_error(Errc::user, 1);
  settle();
  CHECK_EQUAL(2U, group.error_count());
  CHECK_FALSE(ended.done());
  advance(5us);
  STRCMP_EQUAL("cleaned ", log.c_str());
  CHECK_TRUE(ended.error() == (Error{Errc::user, 1}));
}

TEST(TaskGroup, keeps_the_first_errors_in_the_order_in_which_members_ended_and_the_bodys_last) {
  auto c = loop.create_future<int>();
  ended = group.run([&] {
    group.create_task([this] {
      return a.or_else([](Error) -> Result<int> { return eyelet::failure(Errc::user, 2); });
    });
    return c;
  });
  settle();
  c.set_error(Errc::user, 1);
  settle();
  CHECK_TRUE(a.cancelled());
  CHECK_EQUAL(2U, group.error_count());
  CHECK_EQUAL(2, group.error(0).detail);
  CHECK_EQUAL(1, group.error(1).detail);
  CHECK_TRUE(ended.error() == (Error{Errc::user, 2}));
}

TEST(TaskGroup, forgets_errors_beyond_those_it_has_room_for) {
  ended = group.run([this] {
    for (int i = 0; i < 4; ++i)
      group.create_task([i]() -> Result<void> { return eyelet::failure(Errc::user, i); });
  });
  settle();
  CHECK_EQUAL(2U, group.error_count());
  CHECK_EQUAL(0, group.error(0).detail);
  CHECK_EQUAL(1, group.error(1).detail);
  static_cast<void>(ended.error());
  check_reports();
}

TEST(TaskGroup, goes_on_when_a_member_is_cancelled) {
  begin();
  a.cancel();
  settle();
  CHECK_FALSE(ended.done());
  CHECK_FALSE(b.done());
  b.set_result(1);
  settle();
  CHECK_EQUAL(Errc::none, code(ended.result()));
}

TEST(TaskGroup, ends_cancelled_when_its_body_is) {
  ended = group.run([this] {
    group.create_task(awaiting(a));
    return b;
  });
  settle();
  b.cancel();
  settle();
  CHECK_TRUE(a.cancelled());
  CHECK_TRUE(ended.cancelled());
}

TEST(TaskGroup, cancelled_cancels_all_members_in_the_next_pass_and_ends_when_they_have) {
  begin();
  CHECK_TRUE(ended.cancel());
  CHECK_FALSE(a.cancelled());
  run_pass();
  CHECK_TRUE(a.cancelled());
  CHECK_TRUE(b.cancelled());
  CHECK_FALSE(ended.done());
  settle();
  CHECK_TRUE(ended.cancelled());
  CHECK_FALSE(ended.cancel());
}

TEST(TaskGroup, asked_to_cancel_cancels_all_members_at_once_and_ends_as_they_do) {
  begin();
  group.cancel();
  CHECK_TRUE(a.cancelled());
  CHECK_TRUE(b.cancelled());
  CHECK_FALSE(group.open());
  settle();
  CHECK_EQUAL(Errc::none, code(ended.result()));
}

// C1
TEST(TaskGroup, whose_last_member_ends_in_the_pass_of_a_cancel_is_cancelled_in_both_orders) {
  for (const bool cancel_first : {true, false}) {
    a = loop.create_future<int>();
    b = loop.create_future<int>();
    begin();
    b.set_result(1);
    settle();
    if (cancel_first) CHECK_TRUE(ended.cancel());
    a.set_result(1);
    if (!cancel_first) CHECK_TRUE(ended.cancel());
    settle();
    CHECK_TRUE(ended.cancelled());
    CHECK_FALSE(a.cancelled());
  }
}

TEST(TaskGroup, cancelled_at_every_pass_runs_no_success_continuation_once_cancel_was_true) {
  for (int at = 0; at < 10; ++at) {
    bool ran = false;
    bool cancelled = false;
    auto next = group
                    .run([this] {
                      group.create_task([this] { return sleep(loop, 0us); });
                      group.create_task([this] {
                        return sleep(loop, 0us).then([this] { return sleep(loop, 0us); });
                      });
                    })
                    .then([&ran] { ran = true; });
    for (int pass = 0; pass < 15; ++pass) {
      if (pass == at) cancelled = next.cancel();
      run_pass();
    }
    CHECK_TRUE(next.done());
    CHECK_TRUE(ran != cancelled);
    next = {};
    CHECK_EQUAL(2U, in_use());
  }
}

// T13
TEST(TaskGroup, whose_member_fails_around_an_outside_cancel_ends_cancelled_and_keeps_the_error) {
  int both = 0;
  for (int at = -1; at < 5; ++at) {
    a = loop.create_future<int>();
    b = loop.create_future<int>();
    begin();
    bool asked = false;
    if (at == -1) asked = ended.cancel();
    a.set_error(Errc::user, 1);
    for (int pass = 0; pass < 6; ++pass) {
      if (pass == at) asked = ended.cancel();
      run_pass();
    }
    CHECK_TRUE(b.cancelled());
    CHECK_TRUE(ended.done());
    CHECK_EQUAL(asked ? Errc::cancelled : Errc::user, code(ended));
    if (asked && group.error_count() == 1) ++both;
    if (group.error_count() == 1) CHECK_TRUE(group.error(0) == (Error{Errc::user, 1}));
  }
  // The member had failed, and the cancel came before the group had ended.
  CHECK_COMPARE(both, >=, 1);
}

// T13
TEST(TaskGroup, nested_passes_an_outside_cancel_through_both_levels) {
  TaskGroup<> inner{loop};
  auto task = loop.create_task([&] {
    return group.run([&] { return inner.run([&] { inner.create_task(awaiting(a)); }); });
  });
  settle();
  CHECK_TRUE(task.cancel());
  settle();
  CHECK_TRUE(a.cancelled());
  CHECK_TRUE(task.cancelled());
  CHECK_EQUAL(1U, task.cancelling());
}

// T6
TEST(TaskGroup, leaves_no_request_to_cancel_on_the_task_that_runs_it) {
  auto task = loop.create_task([this] {
    return group.run([this] { group.create_task(awaiting(a)); }).or_else([](Error) {});
  });
  settle();
  a.set_error(Errc::user);
  settle();
  CHECK_TRUE(task.done());
  CHECK_EQUAL(0U, task.cancelling());
  CHECK_EQUAL(Errc::none, code(task.result()));
}

// T14
TEST(TaskGroup, refuses_a_task_once_it_has_begun_to_fail_and_destroys_its_body) {
  Errc refusal = Errc::none;
  ended = group.run([&] {
    group.create_task(awaiting(a));
    group.create_task([&] {
      return b.finally([&] {
        refusal = code(group.create_task([this, live = Live{}] { note("ran")(); }));
        CHECK_EQUAL(0, Live::count);
      });
    });
  });
  settle();
  a.set_error(Errc::user, 1);
  settle();
  CHECK_EQUAL(Errc::invalid_state, refusal);
  STRCMP_EQUAL("", log.c_str());
  CHECK_TRUE(ended.error() == (Error{Errc::user, 1}));
  CHECK_EQUAL(1U, group.error_count());
}

// T14
TEST(TaskGroup, whose_first_member_fails_in_its_first_step_ends_with_that_error_alone) {
  ended = group.run([this] {
    group.create_task([]() -> Result<void> { return eyelet::failure(Errc::user, 1); });
    group.create_task(awaiting(a));
    return b;
  });
  settle();
  CHECK_TRUE(ended.error() == (Error{Errc::user, 1}));
  CHECK_EQUAL(1U, group.error_count());
  CHECK_TRUE(b.cancelled());
  check_reports();
}

TEST(TaskGroup, refuses_a_task_while_it_is_not_running) {
  auto refused = group.create_task([this, live = Live{}] { note("ran")(); });
  CHECK_EQUAL(Errc::invalid_state, code(refused));
  CHECK_EQUAL(0U, refused.cancelling());
  CHECK_FALSE(group.open());
  settle();
  STRCMP_EQUAL("", log.c_str());
}

TEST(TaskGroup, sees_to_tasks_that_nobody_keeps_and_reports_those_that_it_refuses) {
  group.create_task(note("refused"));
  check_reports(Errc::invalid_state);
  ended = group.run([this] {
    group.create_task([this] { return sleep(loop, 5us).then(note("member")); });
    occupy(1);
    group.create_task(note("has no block"));
    vacate();
  });
  settle();
  advance(5us);
  CHECK_EQUAL(Errc::none, code(ended));
  STRCMP_EQUAL("member ", log.c_str());
  check_reports(Errc::out_of_blocks);
}

TEST(TaskGroup, refuses_to_run_twice_at_a_time_and_runs_again_afterwards) {
  begin();
  CHECK_EQUAL(Errc::invalid_state, code(group.run([] {})));
  a.set_error(Errc::user);
  settle();
  CHECK_EQUAL(Errc::user, code(ended));
  ended = group.run([] {});
  CHECK_EQUAL(0U, group.error_count());
  settle();
  CHECK_EQUAL(Errc::none, code(ended.result()));
}

// --- Dropping, closing, exhaustion ---

TEST(TaskGroup, whose_future_is_dropped_lets_its_members_go_cancelled) {
  begin();
  ended = {};
  CHECK_FALSE(group.open());
  settle();
  CHECK_TRUE(a.cancelled());
  CHECK_TRUE(b.cancelled());
  CHECK_EQUAL(2U, in_use());
  check_reports();
}

TEST(TaskGroup, whose_future_is_dropped_at_every_stage_leaves_nothing_behind) {
  for (int stage = 0; stage < 8; ++stage) {
    a = loop.create_future<int>();
    ended = group.run([this] { group.create_task(awaiting(a)); });
    run_passes(stage < 3 ? stage : 4);
    if (stage == 4) ended.cancel();
    if (stage == 5) a.set_error(Errc::user);
    if (stage == 6) a.set_result(1);
    if (stage == 7) {
      ended.cancel();
      run_pass();
    }
    ended = {};
    settle();
    a = {};
    CHECK_EQUAL(1U, in_use());
    report_count = 0;
  }
}

TEST(TaskGroup, that_goes_while_it_runs_ends_its_run_broken_and_cancels_its_members) {
  {
    TaskGroup<> brief{loop};
    ended = brief.run([&] { brief.create_task(awaiting(a)); });
    settle();
  }
  CHECK_EQUAL(Errc::broken_promise, code(ended));
  settle();
  CHECK_TRUE(a.cancelled());
}

// C14
TEST(TaskGroup, without_enough_blocks_runs_nothing_and_works_afterwards) {
  for (std::size_t free = 0; free < 3; ++free) {
    occupy(free);
    CHECK_EQUAL(Errc::out_of_blocks, code(group.run([this, live = Live{}] { note("ran")(); })));
    CHECK_FALSE(group.open());
    settle();
    CHECK_EQUAL(64 - free, in_use());
    CHECK_EQUAL(0, Live::count);
    vacate();
  }
  STRCMP_EQUAL("", log.c_str());
  occupy(3);
  ended = group.run(note("ran"));
  settle();
  STRCMP_EQUAL("ran ", log.c_str());
  vacate();
}

// C14
TEST(TaskGroup, without_enough_blocks_for_a_member_goes_on_with_the_others) {
  ended = group.run(awaiting(a));
  settle();
  for (std::size_t free = 0; free < 2; ++free) {
    occupy(free);
    CHECK_EQUAL(Errc::out_of_blocks,
                code(group.create_task([this, live = Live{}] { note("ran")(); })));
    settle();
    CHECK_EQUAL(64 - free, in_use());
    CHECK_EQUAL(0, Live::count);
    vacate();
  }
  CHECK_TRUE(group.open());
  STRCMP_EQUAL("", log.c_str());
  a.set_result(1);
  settle();
  CHECK_EQUAL(Errc::none, code(ended.result()));
}

TEST(TaskGroup, ends_broken_when_the_loop_closes_at_every_stage) {
  for (int stage = 0; stage < 5; ++stage) {
    eyelet::StaticLoop<16> other{port};
    auto f = other.create_future<Live>();
    {
      TaskGroup<> there{other};
      auto run = there.run([&] { there.create_task([f] { return f; }); });
      for (int i = 0; i < stage; ++i) static_cast<void>(other.poll());
      if (stage == 3) run.cancel();
      if (stage == 4) f.set_error(Errc::user);
      other.close();
      CHECK_EQUAL(Errc::broken_promise, code(run));
      CHECK_EQUAL(Errc::closed, code(there.run([] {})));
    }
    f = {};
    CHECK_EQUAL(0U, other.stats().in_use);
    CHECK_EQUAL(0, Live::count);
  }
}

// --- Users' code that comes back ---

TEST(TaskGroup, may_be_dropped_in_its_body_and_in_a_member) {
  ended = group.run([this] {
    group.create_task(awaiting(a));
    ended = {};
  });
  settle();
  CHECK_FALSE(a.done());
  CHECK_EQUAL(2U, in_use());
  ended = group.run([this] {
    group.create_task([this] {
      ended = {};
      return b;
    });
  });
  settle();
  CHECK_TRUE(b.cancelled());
  CHECK_EQUAL(2U, in_use());
}

TEST(TaskGroup, may_be_destroyed_by_the_result_of_a_member) {
  std::optional<TaskGroup<>> brief{loop};
  auto destroy = [&brief] { brief.reset(); };
  using Destroyer = OnDestroy<decltype(destroy)>;
  brief.emplace(loop);
  ended = brief->run([&] {
    brief->create_task([destroy] { return Destroyer{destroy}; });
    brief->create_task(awaiting(a));
  });
  settle();
  CHECK_EQUAL(Errc::broken_promise, code(ended));
  CHECK_TRUE(a.cancelled());
}

TEST(TaskGroup, may_be_destroyed_by_what_its_cancel_destroys) {
  std::optional<TaskGroup<>> brief{loop};
  auto destroy = [&brief] { brief.reset(); };
  using Destroyer = OnDestroy<decltype(destroy)>;
  brief.emplace(loop);
  eyelet::Queue<std::optional<Destroyer>, 1> queue{loop};
  queue.put_nowait(std::nullopt);
  ended = brief->run([&] {
    brief->create_task([&queue, destroy] { return queue.put(Destroyer{destroy}); });
    brief->create_task(awaiting(a));
  });
  settle();
  ended.cancel();
  settle();
  CHECK_TRUE(ended.done());
  static_cast<void>(ended.error());
  CHECK_TRUE(a.cancelled());
}

TEST(TaskGroup, in_a_circle_with_its_own_member_can_be_cancelled) {
  ended = group.run([this] { group.create_task([this] { return ended.then([] {}); }); });
  settle();
  CHECK_TRUE(ended.cancel());
  int passes = 0;
  while (passes < 100 && loop.poll() == eyelet::kAtOnce) ++passes;
  CHECK_COMPARE(passes, <, 100);
  CHECK_TRUE(ended.cancelled());
}

TEST(TaskGroup, that_goes_while_its_body_waits_for_its_run_breaks_the_run) {
  std::optional<eyelet::TaskGroup<>> brief{std::in_place, loop};
  Future<void> run;
  run = brief->run([&run] { return run; });
  settle();
  CHECK_FALSE(run.done());
  brief.reset();
  settle();
  CHECK_EQUAL(Errc::broken_promise, code(run));
}
