// SPDX-License-Identifier: BSL-1.0
// No heap: every function that gives or takes memory is replaced by one that counts its calls while
// the trap is set, and nothing that the library does makes one. It is set around the library alone,
// because the test framework allocates between tests.
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <port/poll/poll.hpp>
#include <tests/scenarios.hpp>

namespace {

bool trap_set = false;
int trapped_calls = 0;
const char* first_trapped = "";

void pass_trap(const char* function) {
  if (!trap_set) return;
  if (trapped_calls++ == 0) first_trapped = function;
}

/// Sets the trap for as long as it lives.
class Trap {
 public:
  Trap() {
    trapped_calls = 0;
    first_trapped = "";
    trap_set = true;
  }
  ~Trap() { trap_set = false; }
};

}  // namespace

// The C library's own, under the names that it keeps for those who replace the others. What C++ has
// (new and delete in all their forms) ends in these.
extern "C" {

void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* memory);

void* malloc(std::size_t bytes) noexcept {
  pass_trap("malloc");
  return __libc_malloc(bytes);
}

void* calloc(std::size_t count, std::size_t bytes) noexcept {
  pass_trap("calloc");
  return __libc_calloc(count, bytes);
}

void* realloc(void* memory, std::size_t bytes) noexcept {
  pass_trap("realloc");
  return __libc_realloc(memory, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  pass_trap("aligned_alloc");
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  pass_trap("posix_memalign");
  *memory = __libc_memalign(alignment, bytes);
  return 0;
}

void free(void* memory) noexcept {
  pass_trap("free");
  __libc_free(memory);
}

}  // extern "C"

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

void check_trapped(int calls, const char* first) {
  CHECK_EQUAL(calls, trapped_calls);
  STRCMP_EQUAL(first, first_trapped);
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
    std::free(used(std::aligned_alloc(64, 64)));
  }
  check_trapped(2, "aligned_alloc");
  {
    const Trap trap;
    static_cast<void>(posix_memalign(&memory, 64, 64));
    std::free(used(memory));
  }
  check_trapped(2, "posix_memalign");
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

struct OnPoll : Utest {
  eyelet::StaticPollPort<64> port;
  eyelet::StaticLoop<16, 4> loop{port};
  int ends[2] = {-1, -1};
  int runs = 0;
  std::atomic<bool> post{false};
  std::atomic<bool> leave{false};

  void setup() override {
    CHECK_EQUAL(0, pipe(ends));
    // A test that waits in vain fails, it does not hang.
    loop.call_later(10s, [this] { loop.stop(); });
  }

  void teardown() override {
    loop.close();
    CHECK_EQUAL(0U, loop.stats().in_use);
    ::close(ends[0]);
    ::close(ends[1]);
  }

  static void* post_from_thread(void* fixture) {
    auto& self = *static_cast<OnPoll*>(fixture);
    while (!self.post) sched_yield();
    self.runs += self.loop.call_soon_threadsafe([&self] { self.loop.stop(); }) ? 1 : 0;
    // The end of a thread frees memory: not under the trap.
    while (!self.leave) sched_yield();
    return nullptr;
  }
};

TEST_GROUP_BASE(NoHeapOnPoll, OnPoll){};

TEST(NoHeapOnPoll, is_used_by_watching_descriptors) {
  {
    const Trap trap;
    static_cast<void>(port.add_writer(loop, ends[1], [this] {
      runs += static_cast<int>(write(ends[1], "abc", 3));
      port.remove_writer(ends[1]);
    }));
    static_cast<void>(port.add_reader(loop, ends[0], [this] {
      char byte;
      runs += static_cast<int>(read(ends[0], &byte, 1));
      if (runs == 6) loop.stop();
    }));
    loop.run_forever();
    port.remove_reader(ends[0]);
  }
  check_trapped(0, "");
  CHECK_EQUAL(6, runs);
}

TEST(NoHeapOnPoll, is_used_by_chains_and_timers_in_real_time) {
  {
    const Trap trap;
    const auto task = loop.create_task(
        [this] { return eyelet::sleep(loop, 1ms).then([this, live = Live{}] { ++runs; }); });
    const auto cancelled = eyelet::sleep(loop, 1h);
    static_cast<void>(cancelled.cancel());
    runs += loop.run_until_complete(task) ? 1 : 0;
    loop.close();
  }
  check_trapped(0, "");
  CHECK_EQUAL(2, runs);
}

TEST(NoHeapOnPoll, is_used_by_a_thread_that_wakes_the_loop) {
  pthread_t thread;
  CHECK_EQUAL(0, pthread_create(&thread, nullptr, post_from_thread, this));
  {
    const Trap trap;
    post = true;
    loop.run_forever();
  }
  leave = true;
  pthread_join(thread, nullptr);
  check_trapped(0, "");
  CHECK_EQUAL(1, runs);
}
