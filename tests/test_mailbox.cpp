// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <eyelet/mailbox.hpp>
#include <string>

#include <CppUTest/TestHarness.h>

using eyelet::detail::Mailbox;
using eyelet::detail::SmallCallback;

namespace {

/// Counts who enters the critical section, and how many are inside. Nobody sleeps here.
class CountingPort final : public eyelet::Port {
 public:
  eyelet::TimePoint now() const override { return {}; }
  void wait_until(eyelet::TimePoint) override {}
  void wake() override {}
  std::uintptr_t enter_critical() override {
    ++entered;
    return static_cast<std::uintptr_t>(depth++);
  }
  void exit_critical(std::uintptr_t before) override { depth = static_cast<int>(before); }
  bool can_be_woken() const override { return true; }
  std::uintptr_t context() const override { return 0; }

  int depth = 0;
  int entered = 0;
};

}  // namespace

TEST_GROUP(Mailbox) {
  CountingPort port;
  std::array<SmallCallback, 3> slots{};
  Mailbox mailbox{slots.data(), 3};
  std::string log;

  bool post(char name) {
    return mailbox.post(port, SmallCallback{[this, name] { log += name; }});
  }

  bool take_and_run() {
    SmallCallback callback;
    if (!mailbox.take(port, callback)) return false;
    callback();
    return true;
  }

  void teardown() override { CHECK_EQUAL(0, port.depth); }
};

TEST(Mailbox, begins_empty) {
  CHECK_EQUAL(0, mailbox.size());
  CHECK_EQUAL(0U, mailbox.refused());
  CHECK_FALSE(take_and_run());
}

TEST(Mailbox, gives_first_what_came_first) {
  for (const char name : {'a', 'b', 'c'}) CHECK_TRUE(post(name));
  CHECK_EQUAL(3, mailbox.size());
  while (take_and_run()) {
  }
  STRCMP_EQUAL("abc", log.c_str());
  CHECK_EQUAL(0, mailbox.size());
}

// N23
TEST(Mailbox, refuses_and_counts_when_full_and_keeps_what_it_has) {
  for (const char name : {'a', 'b', 'c'}) post(name);
  CHECK_FALSE(post('d'));
  CHECK_FALSE(post('e'));
  CHECK_EQUAL(2U, mailbox.refused());
  CHECK_EQUAL(3, mailbox.size());
  take_and_run();
  CHECK_TRUE(post('f'));
  while (take_and_run()) {
  }
  STRCMP_EQUAL("abcf", log.c_str());
  CHECK_EQUAL(2U, mailbox.refused());
}

TEST(Mailbox, keeps_the_order_all_the_way_round_its_ring) {
  std::string expected;
  for (int round = 0; round < 50; ++round) {
    const int n = round % 4;
    for (int i = 0; i < n; ++i) {
      const char name = static_cast<char>('a' + (round + i) % 26);
      CHECK_TRUE(post(name));
      expected += name;
    }
    for (int i = 0; i < n; ++i) CHECK_TRUE(take_and_run());
    CHECK_FALSE(take_and_run());
  }
  STRCMP_EQUAL(expected.c_str(), log.c_str());
}

TEST(Mailbox, has_up_to_255_places) {
  std::array<SmallCallback, 255> many{};
  Mailbox large{many.data(), 255};
  int called = 0;
  const SmallCallback count{[&called] { ++called; }};
  SmallCallback callback;
  for (int i = 0; i < 200; ++i) CHECK_TRUE(large.post(port, count));
  for (int i = 0; i < 200; ++i) CHECK_TRUE(large.take(port, callback));
  for (int i = 0; i < 255; ++i) CHECK_TRUE(large.post(port, count));
  CHECK_FALSE(large.post(port, count));
  CHECK_EQUAL(255, large.size());
  while (large.take(port, callback)) callback();
  CHECK_EQUAL(255, called);
}

TEST(Mailbox, with_one_place_holds_one) {
  Mailbox small{slots.data(), 1};
  SmallCallback callback{[] {}};
  for (int i = 0; i < 3; ++i) {
    CHECK_TRUE(small.post(port, callback));
    CHECK_FALSE(small.post(port, callback));
    CHECK_TRUE(small.take(port, callback));
    CHECK_FALSE(small.take(port, callback));
  }
}

TEST(Mailbox, without_places_refuses) {
  Mailbox none{nullptr, 0};
  CHECK_FALSE(none.post(port, SmallCallback{[] {}}));
  CHECK_EQUAL(1U, none.refused());
}

TEST(Mailbox, that_is_closed_refuses_and_still_gives_what_it_accepted) {
  post('a');
  mailbox.close(port);
  CHECK_FALSE(post('b'));
  CHECK_EQUAL(1U, mailbox.refused());
  CHECK_TRUE(take_and_run());
  CHECK_FALSE(post('c'));
  CHECK_FALSE(take_and_run());
  STRCMP_EQUAL("a", log.c_str());
}

TEST(Mailbox, keeps_others_out_while_it_works_and_not_while_a_callback_runs) {
  const SmallCallback look{[this] { log += static_cast<char>('0' + port.depth); }};
  mailbox.post(port, look);
  CHECK_EQUAL(1, port.entered);
  take_and_run();
  CHECK_EQUAL(2, port.entered);
  STRCMP_EQUAL("0", log.c_str());
  mailbox.close(port);
  CHECK_EQUAL(3, port.entered);
}
