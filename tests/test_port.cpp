// SPDX-License-Identifier: BSL-1.0
// The contract of port.hpp, held against the ports that run anywhere. A new port is one host and
// one line at the end.
#include <port/sim/sim.hpp>
#include <port/template/template.hpp>
#include <tests/expect_contract.hpp>

using namespace std::chrono_literals;
using eyelet::Duration;
using eyelet::detail::CriticalSection;

namespace {

struct SimHost {
  static constexpr bool kOutside = false;
  static constexpr bool kThreads = false;
  eyelet::SimPort port;
  static Duration processor_time() { return Duration{}; }
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
  {
    const CriticalSection outer{host.port};
    { const CriticalSection inner{host.port}; }
    CHECK_TRUE(fake.masked);
  }
  CHECK_FALSE(fake.masked);
}

TEST(PortContract, template_leaves_interrupts_off_where_they_were_off) {
  TemplateHost host;
  fake.masked = true;
  { const CriticalSection section{host.port}; }
  CHECK_TRUE(fake.masked);
}

// P6, N8, N9, N10, N12, N14, N21
TEST(PortContract, is_kept_by_sim) { expect_contract<SimHost>(); }
TEST(PortContract, is_kept_by_template) { expect_contract<TemplateHost>(); }
