// SPDX-License-Identifier: BSL-1.0
// No heap: nothing that the library does calls a function that gives or takes memory. The trap is
// set around the library alone, because the test framework allocates between tests.
#include <tests/no_heap/trap.hpp>
#include <tests/scenarios.hpp>

namespace {

using namespace fixture;
using scenarios::Scenario;
using scenarios::Scene;

struct alignas(64) Aligned {
  char bytes[64];
};

// The compiler must not see that what is allocated here is of no use.
template <class T>
T* used(T* memory) {
  asm volatile("" : "+r"(memory) : : "memory");
  return memory;
}

/// Plays the scenario under the trap.
void play(Loop& loop, eyelet::SimPort& port, const Scenario& scenario) {
  Scene scene{loop, port};
  {
    const Trap trap;
    scenario.play(scene);
    scene.run();
  }
  if (trapped_calls != 0)
    FAIL(StringFromFormat("%s: %d calls, the first of %s", scenario.name, trapped_calls,
                          first_trapped)
             .asCharString());
  CHECK_FALSE(scene.wrong);
}

}  // namespace

TEST_GROUP(HeapTrap) { void* memory = nullptr; };

TEST(HeapTrap, counts_what_c_allocates_and_frees) {
  {
    const Trap trap;
    memory = used(std::malloc(8));
    memory = used(std::realloc(memory, 16));
    std::free(memory);
  }
  check_trapped(3, "malloc");
  {
    const Trap trap;
    std::free(used(std::calloc(2, 8)));
  }
  check_trapped(2, "calloc");
  {
    const Trap trap;
    std::free(used(aligned_alloc(64, 64)));
  }
  check_trapped(2, "aligned_alloc");
#ifdef __GLIBC__
  {
    const Trap trap;
    static_cast<void>(posix_memalign(&memory, 64, 64));
    std::free(used(memory));
  }
  check_trapped(2, "posix_memalign");
#endif
}

TEST(HeapTrap, counts_what_cpp_allocates_and_frees) {
  {
    const Trap trap;
    delete used(new int);
    delete[] used(new int[2]);
    delete used(new (std::nothrow) int);
    delete[] used(new (std::nothrow) int[2]);
  }
  check_trapped(8, "malloc");
  {
    const Trap trap;
    delete used(new Aligned);
    delete[] used(new Aligned[2]);
    delete used(new (std::nothrow) Aligned);
  }
  CHECK_EQUAL(6, trapped_calls);
}

TEST(HeapTrap, counts_nothing_while_it_is_not_set) {
  { const Trap trap; }
  std::free(used(std::malloc(8)));
  check_trapped(0, "");
}

TEST_GROUP_BASE(NoHeap, BasicFixture<48>) {
  std::array<Future<int>, 48> hogs;
  // To be completed, to be cancelled, to be dropped when the loop has closed.
  Future<int> promise;
  Future<int> tail;
  int runs = 0;

  void teardown() override { check_clean(); }
};

TEST(NoHeap, is_used_by_any_scenario) {
  for (const Scenario& scenario : scenarios::kAll) play(loop, port, scenario);
}

TEST(NoHeap, is_used_when_blocks_run_out) {
  for (const Scenario& scenario : scenarios::kAll)
    for (std::size_t free = 0; free < 12; ++free) {
      {
        const Trap trap;
        for (std::size_t i = in_use(); i + free < hogs.size(); ++i)
          hogs[i] = loop.create_future<int>();
      }
      CHECK_EQUAL(0, trapped_calls);
      play(loop, port, scenario);
      hogs.fill(Future<int>{});
    }
  CHECK_COMPARE(loop.stats().failures, >, 0U);
}

TEST(NoHeap, is_used_by_running_and_stopping) {
  {
    const Trap trap;
    loop.set_slow_callback_duration(1ms);
    loop.call_later(1ms, [this] {
      ++runs;
      port.advance(2ms);  // slow: reported
    });
    loop.call_later(5ms, [this] { loop.stop(); });
    loop.run_forever();
    loop.run_until_complete(eyelet::sleep(loop, 1ms));
    loop.run_until_complete(loop.create_future<int>());  // a deadlock: reported
  }
  check_trapped(0, "");
  CHECK_EQUAL(1, runs);
  CHECK_EQUAL(2U, report_count);
}

TEST(NoHeap, is_used_by_looking_into_the_loop) {
  {
    const Trap trap;
    promise = loop.create_future<int>();
    tail = promise.then([](int n) { return n; });
    loop.for_each_block([this](const eyelet::BlockInfo&) { ++runs; });
    runs += static_cast<int>(loop.stats().in_use);
    promise = {};
    tail = {};
    run_ready();
  }
  check_trapped(0, "");
  CHECK_EQUAL(4, runs);
}

TEST(NoHeap, is_used_by_closing_the_loop) {
  {
    const Trap trap;
    promise = loop.create_future<int>();
    tail = promise.then([live = Live{}](int n) { return n; });
    loop.call_soon([live = Live{}] {});
    loop.call_later(1h, [live = Live{}] {});
    promise.add_done_callback([live = Live{}](Future<int>) {});
    const auto task = loop.create_task([this] { return eyelet::sleep(loop, 1h); });
    run_ready();
    loop.close();
    runs = loop.call_soon([] {}) ? 1 : 0;
    promise = {};
    tail = {};
  }
  check_trapped(0, "");
  CHECK_EQUAL(0, runs);
}
