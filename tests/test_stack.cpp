// SPDX-License-Identifier: BSL-1.0
// Constant stack: completing, cancelling, dropping and closing need no more of it for a pool full
// of blocks than for ten. Each scenario runs on a small stack that was painted beforehand, and
// what it has touched of the paint is counted: the library's own frames, callables, destructors.
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <optional>
#include <tests/fixture.hpp>

namespace {

using namespace fixture;
using eyelet::detail::WaitList;

// Of one that counts its blocks in 16 bits, as on 32-bit systems, all.
constexpr std::size_t kPool = sizeof(void*) == 8 ? 100000 : 65535;
constexpr std::size_t kStackBytes = 128 * 1024;
constexpr std::size_t kGuardBytes = 4096;
// What the painter itself may have on the stack.
constexpr std::size_t kPainterBytes = 1024;
// A few frames for what ten blocks do not come to, such as asking the port after 64 callbacks;
// recursion by the smallest of frames takes more for 400.
constexpr std::size_t kSlack = 512;
constexpr unsigned char kPaint = 0xA5;

eyelet::BlockStorage<kPool> storage;
alignas(kGuardBytes) unsigned char guarded_stack[kGuardBytes + kStackBytes];
unsigned char* const stack = guarded_stack + kGuardBytes;

/// Makes an overflow a crash, not a change of other variables.
struct StackGuard {
  StackGuard() { mprotect(guarded_stack, kGuardBytes, PROT_NONE); }
  ~StackGuard() { mprotect(guarded_stack, kGuardBytes, PROT_READ | PROT_WRITE); }
};

/// Uses about `blocks` blocks of a fresh loop, and tells whether all went as it must.
using Scenario = bool (*)(Loop& loop, std::size_t blocks);

struct Run {
  Scenario scenario;
  std::size_t blocks;
  bool passed;
  std::size_t bytes;  // of stack
};

[[gnu::noinline]] void run_scenario(Run& run) {
  eyelet::SimPort port;
  Loop loop{port, storage};
  run.passed = run.scenario(loop, run.blocks) && loop.stats().in_use == 0 && Live::count == 0;
}

/// Calls nothing else, so that the paint shows the scenario alone, not how the thread begins and
/// ends.
void* paint_and_run(void* argument) {
  Run& run = *static_cast<Run*>(argument);
  auto* const top = static_cast<unsigned char*>(__builtin_frame_address(0)) - kPainterBytes;
  for (volatile unsigned char* byte = stack; byte != top; ++byte) *byte = kPaint;
  run_scenario(run);
  const volatile unsigned char* deepest = stack;
  while (deepest != top && *deepest == kPaint) ++deepest;
  run.bytes = static_cast<std::size_t>(top - deepest);
  return nullptr;
}

std::size_t measure_stack(Scenario scenario, std::size_t blocks) {
  Run run{scenario, blocks, false, 0};
  Live::count = 0;
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  CHECK_EQUAL(0, pthread_attr_setstack(&attributes, stack, kStackBytes));
  CHECK_EQUAL(0, pthread_create(&thread, &attributes, paint_and_run, &run));
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  CHECK_TRUE(run.passed);
  return run.bytes;
}

/// Some hundreds before the longest: what grows is told from numbers, not from a crash.
void check_constant(Scenario scenario, std::size_t longest = kPool) {
  measure_stack(scenario, 400);  // the first call of a function has the dynamic linker on the stack
  const std::size_t few = measure_stack(scenario, 10);
  const std::size_t more = measure_stack(scenario, 400);
  CHECK_COMPARE(more, <, few + kSlack);
  const std::size_t most = measure_stack(scenario, longest);
  CHECK_COMPARE(most, <, few + kSlack);
}

bool is_full(Loop& loop, std::size_t blocks) { return loop.stats().in_use == blocks; }

void run_ready(Loop& loop) {
  for (std::size_t n = 0; n < 10 * kPool && loop.poll() <= loop.time(); ++n) {
  }
}

[[gnu::noinline]] bool recurse(std::size_t levels) {
  volatile bool more = levels != 0;
  return more ? recurse(levels - 1) && more : true;
}

/// A promise and as many `then` as fit into `blocks`; each adds one.
struct Chain {
  Chain(Loop& loop, std::size_t blocks) : head{loop.create_future<int>()}, tail{head} {
    for (std::size_t i = 1; i < blocks; ++i)
      tail = tail.then([live = Live{}](int n) { return n + 1; });
  }

  Future<int> head;
  Future<int> tail;
};

/// A promise and tasks around it, each of which awaits the one before.
struct Nest {
  Nest(Loop& loop, std::size_t blocks) : heart{loop.create_future<int>()}, outermost{heart} {
    for (std::size_t i = 1; i < blocks; ++i)
      outermost = loop.create_task([inner = outermost, live = Live{}] { return inner; });
    run_ready(loop);
  }

  Future<int> heart;
  Future<int> outermost;
};

/// Continues by returning its own future, as a loop that is written as recursion.
Future<int> descend(Loop& loop, std::size_t levels, Future<int> end) {
  if (levels == 0) return end;
  return eyelet::sleep(loop, 0us).then(
      [&loop, levels, end, live = Live{}] { return descend(loop, levels - 1, end); });
}

/// Groups in groups, each joined by a wait in the body of the one around it. Their memory is there
/// beforehand: an allocation takes stack, and sometimes more of it.
std::optional<eyelet::TaskGroup<1>> groups[2 + kPool / 8];

Future<eyelet::Done> nest_groups(std::size_t levels, const Future<int>& heart) {
  if (levels == 0) return eyelet::wait(eyelet::ReturnWhen::all_completed, heart);
  return eyelet::wait(eyelet::ReturnWhen::all_completed, groups[levels - 1]->run([levels, heart] {
    return nest_groups(levels - 1, heart);
  }));
}

/// Ends such a nest of about `blocks` blocks by `end`, and tells whether all of it has ended.
template <class End>
bool ends_nested_groups(Loop& loop, std::size_t blocks, End end) {
  const std::size_t levels = 2 + blocks / 8;
  for (std::size_t i = 0; i < levels; ++i) groups[i].emplace(loop);
  const auto heart = loop.create_future<int>();
  auto outermost = nest_groups(levels, heart);
  run_ready(loop);
  end(outermost);
  run_ready(loop);
  for (auto& group : groups) group.reset();
  return outermost.block() == nullptr || outermost.cancelled();
}

/// A value that holds the future of another one.
struct Link {
  Future<Link> next;
  Live live;
};

Future<Link> make_links(Loop& loop, std::size_t blocks) {
  Future<Link> last;
  for (std::size_t i = 0; i < blocks; ++i) {
    Future<Link> link = loop.create_future<Link>();
    link.set_result(Link{std::move(last), Live{}});
    last = std::move(link);
  }
  return last;
}

/// Hands out nothing of its own; what its waiters ask for is a future.
struct Shelf : WaitList {
  void deliver(eyelet::detail::Block& waiter, const Future<int>&) {
    eyelet::detail::set_value<int>(waiter, 1);
  }
  void pass_on() {}
  Future<int> wait(Loop& loop, Future<int> request = {}) {
    return eyelet::detail::wait_in<int>(loop, *this, std::move(request));
  }
};

}  // namespace

TEST_GROUP(Stack) { const StackGuard guard; };

TEST(Stack, of_a_recursion_is_seen_to_grow) {
  const Scenario recursion = [](Loop& loop, std::size_t blocks) {
    return recurse(blocks) && is_full(loop, 0);
  };
  CHECK_COMPARE(measure_stack(recursion, 400), >, measure_stack(recursion, 10) + 390 * 8);
}

// F12
TEST(Stack, is_constant_when_a_chain_as_long_as_the_pool_completes) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Chain chain{loop, blocks};
    const bool full = is_full(loop, blocks);
    chain.head.set_result(0);
    run_ready(loop);
    return full && chain.tail.take() == static_cast<int>(blocks) - 1;
  });
}

TEST(Stack, is_constant_when_an_error_skips_and_visits_a_chain_as_long_as_the_pool) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Future<int> head = loop.create_future<int>();
    Future<int> tail = head;
    std::size_t visits = 0;
    for (std::size_t i = 1; i < blocks; ++i) {
      if (i % 2 == 0)
        tail = tail.then([live = Live{}](int n) { return n + 1; });
      else
        tail = tail.finally([live = Live{}, &visits] { ++visits; });
    }
    head.set_error(Errc::user);
    run_ready(loop);
    return visits == blocks / 2 && code(tail) == Errc::user;
  });
}

TEST(Stack, is_constant_when_every_stage_of_a_chain_recovers_and_fails_again) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Future<int> head = loop.create_future<int>();
    Future<int> tail = head;
    for (std::size_t i = 1; i < blocks; ++i)
      tail = tail.or_else([live = Live{}](Error error) -> Result<int> {
        return eyelet::failure(Errc::user, error.detail + 1);
      });
    head.set_error(Errc::user);
    run_ready(loop);
    return tail.error().detail == static_cast<int>(blocks) - 1;
  });
}

// T1
TEST(Stack, is_constant_when_a_chain_as_long_as_the_pool_is_cancelled_at_its_tail) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Chain chain{loop, blocks};
    const bool asked = chain.tail.cancel();
    run_ready(loop);
    return asked && chain.head.cancelled() && chain.tail.cancelled();
  });
}

// F12
TEST(Stack, is_constant_when_the_head_of_a_chain_as_long_as_the_pool_is_dropped) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Chain chain{loop, blocks};
    chain.head = {};
    run_ready(loop);
    return code(chain.tail) == Errc::broken_promise;
  });
}

TEST(Stack, is_constant_when_the_tail_of_a_chain_as_long_as_the_pool_is_dropped) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Chain chain{loop, blocks};
    chain.tail = {};
    const bool kept = is_full(loop, blocks);
    chain.head.set_result(0);
    run_ready(loop);
    return kept && is_full(loop, 1);
  });
}

TEST(Stack, is_constant_when_a_chain_as_long_as_the_pool_is_dropped_as_a_whole) {
  check_constant([](Loop& loop, std::size_t blocks) {
    { const Chain chain{loop, blocks}; }
    run_ready(loop);
    return true;
  });
}

TEST(Stack, is_constant_when_a_timer_completes_a_chain_as_long_as_the_pool) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Future<void> tail = eyelet::sleep(loop, 0us);
    for (std::size_t i = 1; i < blocks; ++i) tail = tail.then([live = Live{}] {});
    run_ready(loop);
    return static_cast<bool>(tail.take());
  });
}

// T10
TEST(Stack, is_constant_when_the_loop_closes_on_a_chain_as_long_as_the_pool) {
  check_constant([](Loop& loop, std::size_t blocks) {
    const Chain chain{loop, blocks};
    loop.close();
    return code(chain.head) == Errc::broken_promise && code(chain.tail) == Errc::broken_promise;
  });
}

TEST(Stack, is_constant_when_tasks_await_each_other_and_complete) {
  check_constant(
      [](Loop& loop, std::size_t blocks) {
        Nest nest{loop, blocks};
        nest.heart.set_result(7);
        run_ready(loop);
        return nest.outermost.take() == 7;
      },
      30000);
}

// T1
TEST(Stack, is_constant_when_tasks_await_each_other_and_the_outermost_is_cancelled) {
  check_constant(
      [](Loop& loop, std::size_t blocks) {
        Nest nest{loop, blocks};
        const bool asked = nest.outermost.cancel();
        run_ready(loop);
        return asked && nest.heart.cancelled() && nest.outermost.cancelled();
      },
      30000);
}

TEST(Stack, is_constant_when_the_loop_closes_on_tasks_that_await_each_other) {
  check_constant(
      [](Loop& loop, std::size_t blocks) {
        const Nest nest{loop, blocks};
        loop.close();
        return code(nest.outermost) == Errc::broken_promise;
      },
      30000);
}

TEST(Stack, is_constant_when_a_recursion_of_futures_completes) {
  check_constant(
      [](Loop& loop, std::size_t blocks) {
        Future<int> end = loop.create_future<int>();
        Future<int> whole = descend(loop, blocks - 2, end);
        run_ready(loop);
        const bool deep = is_full(loop, blocks - 1);
        end.set_result(7);
        run_ready(loop);
        return deep && whole.take() == 7;
      },
      50000);
}

// T1
TEST(Stack, is_constant_when_a_recursion_of_futures_is_cancelled) {
  check_constant(
      [](Loop& loop, std::size_t blocks) {
        Future<int> end = loop.create_future<int>();
        Future<int> whole = descend(loop, blocks - 2, end);
        run_ready(loop);
        const bool asked = whole.cancel();
        run_ready(loop);
        return asked && end.cancelled() && whole.cancelled();
      },
      50000);
}

TEST(Stack, is_constant_when_a_circle_of_tasks_is_cancelled) {
  check_constant(
      [](Loop& loop, std::size_t blocks) {
        Future<int> first;
        Future<int> last = loop.create_task([&first] { return first; });
        first = last;
        for (std::size_t i = 1; i < blocks; ++i)
          last = loop.create_task([inner = last, live = Live{}] { return inner; });
        std::swap(first, last);
        last = {};
        run_ready(loop);
        const bool asked = first.cancel();
        run_ready(loop);
        return asked && first.cancelled();
      },
      30000);
}

TEST(Stack, is_constant_for_as_many_done_callbacks_as_there_are_blocks) {
  check_constant([](Loop& loop, std::size_t blocks) {
    std::size_t ran = 0;
    Future<int> future = loop.create_future<int>();
    for (std::size_t i = 1; i < blocks; ++i)
      future.add_done_callback([&ran, live = Live{}](Future<int>) { ++ran; });
    future.set_result(0);
    run_ready(loop);
    return ran == blocks - 1;
  });
}

TEST(Stack, is_constant_when_the_loop_closes_on_as_many_done_callbacks_as_there_are_blocks) {
  check_constant([](Loop& loop, std::size_t blocks) {
    std::size_t ran = 0;
    Future<int> future = loop.create_future<int>();
    for (std::size_t i = 1; i < blocks; ++i)
      future.add_done_callback([&ran, live = Live{}](Future<int>) { ++ran; });
    loop.close();
    return ran == 0;
  });
}

// F12
TEST(Stack, is_constant_when_results_that_hold_futures_are_dropped) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Future<Link> links = make_links(loop, blocks);
    const bool full = is_full(loop, blocks);
    links = {};
    return full;
  });
}

TEST(Stack, is_constant_when_the_result_that_holds_futures_is_taken_and_dropped) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Future<Link> links = make_links(loop, blocks);
    static_cast<void>(links.take());
    return is_full(loop, 1);
  });
}

TEST(Stack, is_constant_when_captures_that_hold_promises_are_dropped) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Future<int> last = loop.create_future<int>();
    for (std::size_t i = 0; i < blocks / 2; ++i) {
      Future<int> next = loop.create_future<int>();
      static_cast<void>(next.then([last, live = Live{}](int) {}));
      last = std::move(next);
    }
    last = {};
    run_ready(loop);
    return true;
  });
}

TEST(Stack, is_constant_when_waiters_whose_requests_hold_waiters_are_dropped) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Shelf shelf;
    Future<int> waiter = shelf.wait(loop);
    for (std::size_t i = 1; i < blocks; ++i) waiter = shelf.wait(loop, std::move(waiter));
    waiter = {};
    return shelf.empty();
  });
}

TEST(Stack, is_constant_when_groups_in_groups_are_dropped) {
  check_constant([](Loop& loop, std::size_t blocks) {
    return ends_nested_groups(loop, blocks, [](auto& outermost) { outermost = {}; });
  });
}

TEST(Stack, is_constant_when_groups_in_groups_are_cancelled) {
  check_constant([](Loop& loop, std::size_t blocks) {
    return ends_nested_groups(loop, blocks, [](auto& outermost) { outermost.cancel(); });
  });
}

TEST(Stack, is_constant_when_a_primitive_fails_a_line_of_waiters_half_of_them_granted) {
  check_constant([](Loop& loop, std::size_t blocks) {
    Shelf shelf;
    std::size_t told = 0;
    for (std::size_t i = 0; i < blocks / 2; ++i)
      static_cast<void>(shelf.wait(loop).or_else([&told, live = Live{}](Error) {
        ++told;
        return 0;
      }));
    for (std::size_t i = 0; i < blocks / 4; ++i) shelf.grant_front();
    shelf.fail_all(loop, Errc::broken_promise);
    run_ready(loop);
    return told == blocks / 2;
  });
}

TEST(Stack, is_constant_for_as_many_timers_as_there_are_blocks) {
  check_constant([](Loop& loop, std::size_t blocks) {
    std::size_t ran = 0;
    // Neither sorted nor reversed, and most of them at the same moments.
    for (std::size_t i = 0; i < blocks; ++i)
      loop.call_later(eyelet::Duration{i * 7919 % 11}, [&ran, live = Live{}] { ++ran; });
    for (std::size_t n = 0; n < blocks && ran < blocks; ++n) {
      const eyelet::TimePoint next = loop.poll();
      if (next != eyelet::kNever) loop.port().wait_until(next);
    }
    return ran == blocks;
  });
}
