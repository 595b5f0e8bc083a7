// SPDX-License-Identifier: BSL-1.0
// The contract of port.hpp, held against every port that runs here. A new port is one host and one
// line at the end.
#include <sys/resource.h>

#include <port/poll/poll.hpp>
#include <port/sim/sim.hpp>
#include <port/template/template.hpp>
#include <tests/fake_processor.hpp>
#include <tests/port_contract.hpp>
#include <thread>

#include <CppUTest/TestHarness.h>

using namespace std::chrono_literals;
using eyelet::Duration;
using eyelet::TimePoint;

namespace {

Duration processor_time_of_process() {
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  const auto sum = [](timeval a, timeval b) {
    return std::chrono::seconds{a.tv_sec + b.tv_sec} +
           std::chrono::microseconds{a.tv_usec + b.tv_usec};
  };
  return sum(used.ru_utime, used.ru_stime);
}

struct SimHost {
  static constexpr bool kOutside = false;
  static constexpr bool kThreads = false;
  eyelet::SimPort port;
  static Duration processor_time() { return Duration{}; }
};

struct PollHost {
  static constexpr bool kOutside = true;
  static constexpr bool kThreads = true;
  using Thread = std::thread;
  eyelet::StaticPollPort<1> port;
  Thread waker;

  void join() {
    if (waker.joinable()) waker.join();
  }
  void wake_later(Duration after) {
    join();
    waker = Thread{[this, after] {
      std::this_thread::sleep_for(after);
      port.wake();
    }};
  }
  static Duration processor_time() { return processor_time_of_process(); }
  ~PollHost() { join(); }
};

// A board with a counter that never stands still, and one interrupt.
struct Board {
  static constexpr std::uint64_t kNoInterrupt = UINT64_MAX;

  std::uint64_t time = 0;
  std::uint64_t interrupt_at = kNoInterrupt;
  eyelet::TemplatePort* woken_by_interrupt = nullptr;
  bool masked = false;

  void run_interrupt_if_due() {
    if (masked || time < interrupt_at) return;
    interrupt_at = kNoInterrupt;
    woken_by_interrupt->wake();
  }
};
Board fake;

struct TemplateHost {
  static constexpr bool kOutside = true;
  static constexpr bool kThreads = false;
  eyelet::TemplatePort port;

  TemplateHost() { fake = Board{}; }
  void wake_later(Duration after) {
    fake.woken_by_interrupt = &port;
    fake.interrupt_at = fake.time + static_cast<std::uint64_t>(after.count());
  }
  static Duration processor_time() { return Duration{}; }
};

template <class Timer>
struct CortexMHost : FakeBoard<Timer> {
  static constexpr bool kOutside = true;
  static constexpr bool kThreads = false;

  void wake_later(Duration after) {
    const auto ticks = static_cast<std::uint64_t>(after.count()) * Timer::kHz / 1'000'000;
    this->interrupt_after(ticks, [this] { this->port.wake(); });
  }
  static Duration processor_time() { return Duration{}; }
};

template <class Host>
void expect_contract() {
  port_contract::check_port<Host>([](const char* check, const char* complaint) {
    if (complaint == nullptr) return;
    FAIL(StringFromFormat("%s: %s", check, complaint).asCharString());
  });
}

}  // namespace

namespace eyelet::board {

std::uint64_t microseconds() {
  ++fake.time;
  fake.run_interrupt_if_due();
  return fake.time;
}

void sleep_until(std::uint64_t deadline) {
  // Awake is the instruction that finds an interrupt pending, whether it may run or not.
  CHECK_TRUE(fake.masked);
  fake.time = std::max(fake.time, std::min(deadline, fake.interrupt_at));
}

bool mask_interrupts(bool off) {
  const bool were_off = fake.masked;
  fake.masked = off;
  fake.run_interrupt_if_due();
  return were_off;
}

}  // namespace eyelet::board

TEST_GROUP(PortContract){};

// N21: an interrupt between the look and the sleep stays pending, and ends the sleep.
TEST(PortContract, template_is_woken_by_an_interrupt_at_every_moment_before_and_in_its_sleep) {
  for (int after = 0; after < 10; ++after) {
    TemplateHost host;
    host.wake_later(Duration{after});
    host.port.wait_until(eyelet::kEndOfTime);
    CHECK_COMPARE(fake.time, <, 100);
  }
}

TEST(PortContract, template_keeps_interrupts_off_until_the_outermost_section_ends) {
  TemplateHost host;
  host.port.enter_critical();
  host.port.enter_critical();
  host.port.exit_critical();
  CHECK_TRUE(fake.masked);
  host.port.exit_critical();
  CHECK_FALSE(fake.masked);
}

TEST(PortContract, template_leaves_interrupts_off_where_they_were_off) {
  TemplateHost host;
  fake.masked = true;
  host.port.enter_critical();
  host.port.exit_critical();
  CHECK_TRUE(fake.masked);
}

// P6, N8, N9, N10, N12, N14, N21
TEST(PortContract, is_kept_by_sim) { expect_contract<SimHost>(); }
TEST(PortContract, is_kept_by_template) { expect_contract<TemplateHost>(); }
TEST(PortContract, is_kept_by_poll) { expect_contract<PollHost>(); }
TEST(PortContract, is_kept_by_cortex_m_whatever_its_timer) {
  expect_contract<CortexMHost<FakeTimer<1'000'000, 16>>>();
  expect_contract<CortexMHost<FakeTimer<32'768, 24, 3>>>();
  expect_contract<CortexMHost<FakeTimer<16'000'000, 24>>>();
  expect_contract<CortexMHost<FakeTimer<25'000'000, 32>>>();
}
