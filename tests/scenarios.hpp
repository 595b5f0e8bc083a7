// SPDX-License-Identifier: BSL-1.0
// Small programs that together make every call that takes a block. They treat refusals as values,
// so they can be run with as few blocks as one likes, and with none. They allocate nothing.
#pragma once

#include <tests/fixture.hpp>

namespace scenarios {

using namespace fixture;
using eyelet::failure;
using eyelet::TimePoint;

/// What a scenario works in, and what became of it.
struct Scene {
  Loop& loop;
  eyelet::SimPort& port;
  bool refused = false;  // a call or an outcome said out_of_blocks
  bool wrong = false;    // something happened that not even a refusal explains
  std::array<int, 4> runs{};

  /// Looks at what a call or an outcome said.
  void see(Errc said) {
    if (said == Errc::out_of_blocks)
      refused = true;
    else if (said != Errc::none)
      wrong = true;
  }
  template <class T>
  void see(const Result<T>& result) {
    see(code(result));
  }
  template <class T>
  void see(const Result<T>& result, const T& expected) {
    see(code(result));
    if (result) must(*result == expected);
  }

  /// Holds in any case.
  void must(bool condition) {
    if (!condition) wrong = true;
  }
  /// Holds if nothing was refused.
  void expect(bool condition) { must(condition || refused); }
  /// A future ended with this error, unless there was no block.
  void expect_error(Errc expected, const eyelet::AnyFuture& future) {
    if (code(future) != expected) see(code(future) == Errc::none ? Errc::user : code(future));
  }
  /// Callable `i` ran if there was a block for it, and not more than once.
  void expect_ran(const Handle& handle, std::size_t i) {
    see(code(handle));
    must(runs[i] == (handle ? 1 : 0));
  }

  void ran(std::size_t i) { must(++runs[i] == 1); }
  /// A callable to run at most once, with a capture that lives.
  auto once(std::size_t i) {
    return [this, i, live = Live{}] { ran(i); };
  }

  /// For a future whose refusal something else may hide later on.
  template <class T>
  Future<T> noted(Future<T> future) {
    if (future.block() == nullptr) see(code(future));
    return future;
  }

  /// Runs until nothing is ready or armed; the clock jumps.
  void run() {
    for (int passes = 0; passes < 1000; ++passes) {
      const TimePoint next = loop.poll();
      if (next == eyelet::kNever) return;
      port.wait_until(next);
    }
    wrong = true;
  }
};

inline void call_soon(Scene& s) {
  const Handle first = s.loop.call_soon(s.once(0));
  const Handle cancelled = s.loop.call_soon(s.once(1));
  const Handle last = s.loop.call_soon(s.once(2));
  s.see(code(cancelled));
  s.must(cancelled.cancel() == static_cast<bool>(cancelled));
  s.run();
  s.expect_ran(first, 0);
  s.must(s.runs[1] == 0);
  s.expect_ran(last, 2);
}

inline void call_later(Scene& s) {
  const Handle late = s.loop.call_later(2ms, s.once(0));
  const Handle soon = s.loop.call_later(0ms, s.once(1));
  const Handle cancelled = s.loop.call_later(1ms, s.once(2));
  s.see(code(cancelled));
  s.must(cancelled.cancel() == static_cast<bool>(cancelled));
  s.run();
  s.expect_ran(late, 0);
  s.expect_ran(soon, 1);
  s.must(s.runs[2] == 0);
}

inline void call_at(Scene& s) {
  const TimePoint start = s.loop.time();
  const Handle late = s.loop.call_at(start + 2ms, s.once(0));
  const Handle past = s.loop.call_at(TimePoint{}, s.once(1));
  s.run();
  s.expect_ran(late, 0);
  s.expect_ran(past, 1);
  if (late) s.must(s.loop.time() >= start + 2ms);
}

inline void call_from_callbacks(Scene& s) {
  const Handle first = s.loop.call_soon([&s] {
    s.ran(0);
    s.see(code(s.loop.call_later(1ms, [&s] {
      s.ran(1);
      s.see(code(s.loop.call_soon(s.once(2))));
    })));
  });
  s.run();
  s.expect_ran(first, 0);
  s.expect(s.runs[1] == 1 && s.runs[2] == 1);
}

inline void call_soon_threadsafe(Scene& s) {
  const bool posted = s.loop.call_soon_threadsafe([&s] {
    s.ran(0);
    s.see(code(s.loop.call_soon(s.once(1))));
  });
  s.run();
  s.must(posted && s.runs[0] == 1);  // mail needs no block
  s.expect(s.runs[1] == 1);
}

inline void chain_of_then(Scene& s) {
  const auto head = s.loop.create_future<int>();
  const auto tail = head.then([&s, live = Live{}](int n) {
                          s.ran(0);
                          return n + 1;
                        })
                        .then([&s, live = Live{}](int n) -> Result<int> {
                          s.ran(1);
                          return n * 10;
                        });
  s.see(head.set_result(1));
  s.run();
  s.see(tail.take(), 20);
}

inline void or_else_recovers(Scene& s) {
  const auto head = s.loop.create_future<int>();
  const auto tail = head.then([live = Live{}](int n) { return n; }).or_else([&s](Error error) {
    s.ran(0);
    s.see(error.code == Errc::user ? Errc::none : error.code);
    return 7;
  });
  s.see(head.set_error(Errc::user));
  s.run();
  s.see(tail.take(), 7);
}

inline void finally_on_success_and_failure(Scene& s) {
  const auto good = s.loop.create_future<int>();
  const auto bad = s.loop.create_future<int>();
  const auto after_good = good.finally(s.once(0));
  const auto after_bad = bad.finally(s.once(1));
  s.see(good.set_result(1));
  s.see(bad.set_error(Errc::user));
  s.run();
  s.see(after_good.take(), 1);
  s.expect_error(Errc::user, after_bad);
  s.must(s.runs[0] == (after_good.block() != nullptr ? 1 : 0));
  s.must(s.runs[1] == (after_bad.block() != nullptr ? 1 : 0));
}

inline void finally_that_takes_its_time(Scene& s) {
  const auto head = s.loop.create_future<int>();
  const auto tail = head.finally([&s, live = Live{}] {
    s.ran(0);
    return eyelet::sleep(s.loop, 1ms).then(s.once(1));
  });
  s.see(head.set_result(1));
  s.run();
  s.see(tail.take(), 1);
  s.must(s.runs[0] == (tail.block() != nullptr ? 1 : 0));
}

inline void done_callbacks(Scene& s) {
  const auto future = s.loop.create_future<int>();
  const Handle first = future.add_done_callback([&s, live = Live{}](Future<int> done) {
    s.ran(0);
    s.see(done.result(), 3);
  });
  const Handle removed = future.add_done_callback([&s, live = Live{}](Future<int>) { s.ran(1); });
  const Handle last = future.add_done_callback([&s, live = Live{}](Future<int>) { s.ran(2); });
  s.see(code(removed));
  s.must(future.remove_done_callback(removed) == static_cast<bool>(removed));
  s.see(future.set_result(3));
  s.run();
  s.expect_ran(first, 0);
  s.must(s.runs[1] == 0);
  s.expect_ran(last, 2);
}

inline void sleep(Scene& s) {
  const TimePoint start = s.loop.time();
  const auto slept = eyelet::sleep(s.loop, 2ms).then(s.once(0));
  const auto cancelled = eyelet::sleep(s.loop, 1ms);
  const auto negative = eyelet::sleep(s.loop, -1ms);
  static_cast<void>(s.noted(eyelet::sleep(s.loop, 1h)));  // dropped: disarms itself
  static_cast<void>(cancelled.cancel());
  s.run();
  s.see(slept.take());
  s.expect_error(Errc::cancelled, cancelled);
  s.expect_error(Errc::invalid_argument, negative);
  s.must(s.loop.time() < start + 1h);
}

inline void sleep_until(Scene& s) {
  const TimePoint end = s.loop.time() + 3ms;
  const auto slept = eyelet::sleep_until(s.loop, end).then([&s, live = Live{}] {
    s.ran(0);
    return s.loop.time();
  });
  s.run();
  s.see(slept.take(), end);
}

inline void tasks(Scene& s) {
  const auto nothing = s.loop.create_task(s.once(0));
  const auto value = s.loop.create_task([live = Live{}] { return 1; });
  const auto result = s.loop.create_task([]() -> Result<int> { return failure(Errc::user); });
  const auto future = s.loop.create_task([&s] {
    s.ran(1);
    return eyelet::sleep(s.loop, 1ms).then([live = Live{}] { return 2; });
  });
  s.run();
  s.see(nothing.take());
  s.see(value.take(), 1);
  s.expect_error(Errc::user, result);
  s.see(future.take(), 2);
  s.must(s.runs[0] == (nothing.block() != nullptr ? 1 : 0));
}

inline void ensured_futures(Scene& s) {
  const auto of_callable = eyelet::ensure_future(s.loop, [live = Live{}] { return 1; });
  const auto of_value = eyelet::ensure_future(s.loop, 2);
  const auto of_future = eyelet::ensure_future(s.loop, of_value);
  s.run();
  s.see(of_callable.take(), 1);
  s.see(of_future.result(), 2);
}

/// Tasks that create tasks and wait for them.
inline void nested_tasks(Scene& s) {
  const auto outer = s.loop.create_task([&s, live = Live{}] {
    s.ran(0);
    return s.loop
        .create_task([&s, live = Live{}] {
          s.ran(1);
          return s.loop.create_task([live = Live{}] { return 3; });
        })
        .then([](int n) { return n + 1; });
  });
  s.run();
  s.see(outer.take(), 4);
}

/// A callable that returns a future of the same loop, twice over.
inline void flattened_futures(Scene& s) {
  const auto inner = s.loop.create_future<int>();
  const auto outer = eyelet::sleep(s.loop, 1ms).then([inner, live = Live{}] {
    return inner.then([live = Live{}](int n) { return n + 1; });
  });
  s.see(code(s.loop.call_later(2ms, [&s, inner] { s.see(inner.set_result(4)); })));
  s.run();
  // Without a block for the timer nobody completes it.
  if (!inner.done()) static_cast<void>(inner.cancel());
  s.run();
  if (inner.cancelled())
    s.must(s.refused && outer.done());
  else
    s.see(outer.take(), 5);
}

inline void cancelled_chain(Scene& s) {
  const auto head = s.loop.create_future<int>();
  const auto middle = s.noted(head.then([&s, live = Live{}](int) { s.ran(0); }));
  const auto tail = middle.finally(s.once(1)).then([&s, live = Live{}] { s.ran(2); });
  s.must(tail.cancel() == (tail.block() != nullptr));
  s.run();
  s.expect_error(Errc::cancelled, tail);
  s.expect(head.cancelled() && s.runs[1] == 1);
  s.must(s.runs[0] == 0 && s.runs[2] == 0);
}

/// A task that is cancelled and needs a block to clean up.
inline void cancelled_task_that_cleans_up(Scene& s) {
  const auto task = s.loop.create_task([&s] {
    return s.noted(eyelet::sleep(s.loop, 1h)).finally([&s, live = Live{}] {
      s.ran(0);
      return eyelet::sleep(s.loop, 1ms).then(s.once(1));
    });
  });
  const auto canceller = eyelet::sleep(s.loop, 1ms).then([&s, task] {
    s.ran(2);
    static_cast<void>(task.cancel());
  });
  s.run();
  s.see(canceller.take());
  s.must(task.done());
  if (!s.refused) s.expect_error(Errc::cancelled, task);
  if (task.cancelled()) s.must(s.runs[0] <= 1);
}

inline void dropped_head(Scene& s) {
  auto head = s.loop.create_future<int>();
  const auto tail = head.then([&s, live = Live{}](int) { s.ran(0); });
  head = {};
  s.run();
  s.expect_error(Errc::broken_promise, tail);
  s.must(s.runs[0] == 0);
}

inline void fan_out(Scene& s) {
  const auto source = s.loop.create_future<int>();
  const auto first = source.then([](int n) { return n + 1; });
  const auto second = source.then([live = Live{}](int n) { return n + 2; });
  const auto third = source.finally(s.once(0));
  s.see(code(source.add_done_callback([&s](Future<int>) { s.ran(1); })));
  s.see(source.set_result(10));
  s.run();
  s.see(first.take(), 11);
  s.see(second.take(), 12);
  s.see(third.take(), 10);
}

inline void move_only_values(Scene& s) {
  const auto head = s.loop.create_future<MoveOnly>();
  const auto tail = head.then([&s](MoveOnly value) {
                          s.ran(0);
                          return value;
                        })
                        .finally(s.once(1))
                        .then([live = Live{}](MoveOnly value) { return value.id; });
  s.see(head.set_result(5));
  s.run();
  s.see(tail.take(), 5);
}

/// One permit, three who want it, one of whom gives up.
inline void semaphore(Scene& s) {
  eyelet::Semaphore permits{s.loop, 1};
  const auto use = [&s](std::size_t i) {
    return [&s, i](eyelet::Guard<eyelet::Semaphore> guard) {
      s.ran(i);
      return eyelet::sleep(s.loop, 1ms).then([held = std::move(guard), live = Live{}] {});
    };
  };
  const auto first = permits.acquire().then(use(0));
  const auto second = permits.acquire().then(use(1));
  const auto third = permits.acquire().then(use(2));
  static_cast<void>(second.cancel());
  s.run();
  s.see(first.take());
  s.expect_error(Errc::cancelled, second);
  s.see(third.take());
  s.must(s.runs[1] == 0 && permits.value() == 1);
}

/// A lock and an event whose users wait in tasks.
inline void lock_and_event(Scene& s) {
  eyelet::Lock lock{s.loop};
  eyelet::Event event{s.loop};
  const auto task = s.loop.create_task([&] {
    return lock.acquire().then([&](eyelet::Guard<eyelet::Lock> guard) {
      s.ran(0);
      return event.wait().then([held = std::move(guard), live = Live{}] { return 1; });
    });
  });
  const auto other = lock.acquire().then([&s](eyelet::Guard<eyelet::Lock>) { s.ran(1); });
  s.run();
  event.set();
  s.run();
  s.see(task.take(), 1);
  s.see(other.take());
  s.must(!lock.locked());
}

/// Hands out numbers: the smallest thing that can be waited for.
struct Dispenser : eyelet::detail::WaitList {
  int next = 1;
  void deliver(eyelet::detail::Block& waiter, const Live&) {
    eyelet::detail::set_value<int>(waiter, next++);
  }
  void pass_on() {
    if (!empty()) grant_front();
  }
};

inline void toy_waiters(Scene& s) {
  Dispenser dispenser;
  const auto first = eyelet::detail::wait_in<int>(s.loop, dispenser, Live{});
  const auto second = eyelet::detail::wait_in<int>(s.loop, dispenser, Live{});
  const auto third = eyelet::detail::wait_in<int>(s.loop, dispenser, Live{});
  const auto sum = first.then([](int n) { return n + 1; });
  if (!dispenser.empty()) dispenser.grant_front();
  s.run();
  dispenser.fail_all(s.loop, Errc::broken_promise);
  s.run();
  if (!s.refused && first.block() && second.block() && third.block()) s.see(sum.take(), 2);
  s.see(code(first) == Errc::broken_promise ? Errc::none : code(first));
  s.expect(second.done() && third.done());
  s.see(code(second) == Errc::out_of_blocks ? Errc::out_of_blocks : Errc::none);
  s.see(code(third) == Errc::out_of_blocks ? Errc::out_of_blocks : Errc::none);
}

/// Continues by returning its own future.
inline Future<int> count_down(Scene& s, int n) {
  return eyelet::sleep(s.loop, 1ms).then([&s, n, live = Live{}]() -> Future<int> {
    if (n > 0) return count_down(s, n - 1);
    return eyelet::ensure_future(s.loop, 42);
  });
}

inline void recursion(Scene& s) {
  const auto counted = count_down(s, 3);
  s.run();
  s.see(counted.take(), 42);
}

inline void run_until_complete(Scene& s) {
  const auto result = s.loop.run_until_complete(s.loop.create_task([&s, live = Live{}] {
    s.ran(0);
    return eyelet::sleep(s.loop, 1ms).then([] { return 8; });
  }));
  s.see(result, 8);
}

inline void enumerated_tasks(Scene& s) {
  const auto sleeper = s.loop.create_task([&s] { return eyelet::sleep(s.loop, 1h); });
  const auto other = s.loop.create_task([&s] { return eyelet::sleep(s.loop, 1h); });
  s.see(code(s.loop.call_later(1ms, [&s] {
    // Each visit wants a block of its own.
    s.loop.for_each_task([&s](eyelet::AnyFuture task) {
      s.see(code(s.loop.call_soon([task] { static_cast<void>(task.cancel()); })));
    });
  })));
  s.run();
  s.must(sleeper.done() && other.done());
  for (const auto& task : {sleeper, other})
    if (!task.cancelled()) s.see(code(task));
}

struct Scenario {
  const char* name;
  void (*play)(Scene&);
};

inline constexpr Scenario kAll[] = {
    {"call_soon", call_soon},
    {"call_later", call_later},
    {"call_at", call_at},
    {"call_from_callbacks", call_from_callbacks},
    {"call_soon_threadsafe", call_soon_threadsafe},
    {"chain_of_then", chain_of_then},
    {"or_else_recovers", or_else_recovers},
    {"finally_on_success_and_failure", finally_on_success_and_failure},
    {"finally_that_takes_its_time", finally_that_takes_its_time},
    {"done_callbacks", done_callbacks},
    {"sleep", sleep},
    {"sleep_until", sleep_until},
    {"tasks", tasks},
    {"ensured_futures", ensured_futures},
    {"nested_tasks", nested_tasks},
    {"flattened_futures", flattened_futures},
    {"cancelled_chain", cancelled_chain},
    {"cancelled_task_that_cleans_up", cancelled_task_that_cleans_up},
    {"dropped_head", dropped_head},
    {"fan_out", fan_out},
    {"move_only_values", move_only_values},
    {"semaphore", semaphore},
    {"lock_and_event", lock_and_event},
    {"toy_waiters", toy_waiters},
    {"recursion", recursion},
    {"run_until_complete", run_until_complete},
    {"enumerated_tasks", enumerated_tasks},
};

}  // namespace scenarios
