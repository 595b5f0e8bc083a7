// SPDX-License-Identifier: BSL-1.0
// What the main operations cost on a bare processor. The plugin count.cpp prints how many
// instructions are run from begin() to end(), and each line printed here names the number that
// follows: that of a second time, when the block that is taken was used before.
#include <eyelet/eyelet.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;

namespace {

eyelet::StaticLoop<80, 4> loop{board::port};
volatile int seen;

using Mark = void (*)();
void no_mark() {}
void begin() { __asm__ volatile("mov r9, r9" : : : "memory"); }
void end() { __asm__ volatile("mov r10, r10" : : : "memory"); }

void run_ready() {
  while (loop.poll() == eyelet::kAtOnce) {
  }
}

template <class Operation>
void count(const char* name, Operation operation) {
  operation(no_mark, no_mark);
  run_ready();
  board::print(name);
  board::print("\n");
  operation(begin, end);
  run_ready();
}

void see() { seen = seen + 1; }

// What PendSV's interrupt calls.
void (*in_interrupt)() = see;
Mark first_mark, last_mark;

void interrupt(void (*handler)(), Mark first, Mark last) {
  in_interrupt = handler;
  first_mark = first;
  last_mark = last;
  eyelet::cpu::reg(0xE000ED04) = 1 << 28;
  __asm__ volatile("isb" : : : "memory");
}

void post() {
  first_mark();
  const bool posted = loop.call_soon_threadsafe(see);
  last_mark();
  seen = posted;
}

void count_callbacks() {
  count("nothing", [](Mark first, Mark last) {
    first();
    last();
  });
  count("post from an interrupt", [](Mark first, Mark last) { interrupt(post, first, last); });
  count("dispatch", [](Mark first, Mark last) {
    loop.call_soon(see);
    first();
    loop.poll();
    last();
  });
  count("call_soon", [](Mark first, Mark last) {
    first();
    loop.call_soon(see);
    last();
  });
}

void count_timer(const char* armed, const char* cancelled, eyelet::Delay delay) {
  static eyelet::Delay other = delay;
  other = delay;
  count(armed, [](Mark first, Mark last) {
    first();
    const auto timer = loop.call_later(other, see);
    last();
    timer.cancel();
  });
  count(cancelled, [](Mark first, Mark last) {
    const auto timer = loop.call_later(other, see);
    first();
    timer.cancel();
    last();
  });
}

void count_timers() {
  count_timer("arm, no other", "cancel, no other", 1s);
  std::array<eyelet::Future<void>, 64> sleepers;
  for (std::size_t i = 0; i < sleepers.size(); ++i)
    sleepers[i] = eyelet::sleep(loop, 1h + (i * 37 % 64) * 1s);
  count_timer("arm, before 64", "cancel, before 64", 1s);
  count_timer("arm, amid 64", "cancel, amid 64", 1h + 30s);
  count_timer("arm, behind 64", "cancel, behind 64", 2h);
}

void count_futures() {
  count("complete and continue", [](Mark first, Mark last) {
    const auto future = loop.create_future<int>();
    const auto stage = future.then([](int value) { seen = value; });
    first();
    future.set_result(1);
    loop.poll();
    last();
  });
  count("sleep and wake", [](Mark first, Mark last) {
    first();
    const auto woken = eyelet::sleep(loop, 0s).then(see);
    loop.poll();
    last();
  });
  eyelet::Lock lock{loop};
  count("lock hand-over", [&lock](Mark first, Mark last) {
    auto held = lock.try_acquire();
    const auto next = lock.acquire().then([](eyelet::Guard<eyelet::Lock>) { see(); });
    first();
    held.release();
    loop.poll();
    last();
  });
}

// What else turns interrupts off.
void count_masked() {
  static eyelet::ThreadSafeFlag flag{loop};
  static eyelet::IsrQueue<int, 8> queue{loop};
  const auto set = flag.wait();
  const auto got = queue.get();
  interrupt([] { flag.set(); }, no_mark, no_mark);
  interrupt([] { seen = queue.put_nowait(1); }, no_mark, no_mark);
  run_ready();
  loop.call_later(1ms, [] { loop.stop(); });
  seen = loop.run_forever().has_value();
}

}  // namespace

extern "C" void PendSV_Handler() { in_interrupt(); }

int main() {
  board::port.start();
  count_callbacks();
  count_timers();
  count_futures();
  count_masked();
  return 0;
}
