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
    if (!mailbox.take(mailbox.end(), callback)) return false;
    callback();
    return true;
  }

  /// What a callable that captures `Bytes` bytes finds in them.
  template <std::size_t Bytes>
  void check_captures() {
    std::array<unsigned char, Bytes> bytes;
    for (std::size_t i = 0; i < Bytes; ++i) bytes[i] = static_cast<unsigned char>(i + 1);
    static std::array<unsigned char, Bytes> seen;
    seen = {};
    CHECK_TRUE(mailbox.post(port, SmallCallback{[bytes] { seen = bytes; }}));
    CHECK_TRUE(take_and_run());
    CHECK_TRUE(seen == bytes);
  }

  void teardown() override { CHECK_EQUAL(0, port.depth); }
};

TEST(Mailbox, begins_empty) {
  CHECK_TRUE(mailbox.empty());
  CHECK_EQUAL(0U, mailbox.refused());
  CHECK_FALSE(take_and_run());
}

TEST(Mailbox, gives_first_what_came_first) {
  for (const char name : {'a', 'b', 'c'}) CHECK_TRUE(post(name));
  CHECK_FALSE(mailbox.empty());
  while (take_and_run()) {
  }
  STRCMP_EQUAL("abc", log.c_str());
  CHECK_TRUE(mailbox.empty());
}

TEST(Mailbox, gives_what_was_there_and_leaves_what_came_later) {
  for (const char name : {'a', 'b'}) post(name);
  const Mailbox::Position end = mailbox.end();
  SmallCallback callback;
  CHECK_TRUE(mailbox.take(end, callback));
  post('c');
  CHECK_TRUE(mailbox.take(end, callback));
  CHECK_FALSE(mailbox.take(end, callback));
  CHECK_FALSE(mailbox.empty());
  CHECK_TRUE(take_and_run());
  STRCMP_EQUAL("c", log.c_str());
}

TEST(Mailbox, hands_over_all_bytes_of_the_captures) {
  check_captures<1>();
  check_captures<sizeof(void*) + 1>();
  check_captures<3 * sizeof(void*)>();
}

// N23
TEST(Mailbox, refuses_and_counts_when_full_and_keeps_what_it_has) {
  for (const char name : {'a', 'b', 'c'}) post(name);
  CHECK_FALSE(post('d'));
  CHECK_FALSE(post('e'));
  CHECK_EQUAL(2U, mailbox.refused());
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

TEST(Mailbox, has_up_to_32767_places) {
  static std::array<SmallCallback, 32767> many;
  Mailbox large{many.data(), many.size()};
  int called = 0;
  const SmallCallback count{[&called] { ++called; }};
  SmallCallback callback;
  for (int i = 0; i < 20'000; ++i) CHECK_TRUE(large.post(port, count));
  for (int i = 0; i < 20'000; ++i) CHECK_TRUE(large.take(large.end(), callback));
  for (int i = 0; i < 32767; ++i) CHECK_TRUE(large.post(port, count));
  CHECK_FALSE(large.post(port, count));
  while (large.take(large.end(), callback)) callback();
  CHECK_EQUAL(32767, called);
}

TEST(Mailbox, with_one_place_holds_one) {
  Mailbox small{slots.data(), 1};
  SmallCallback callback{[] {}};
  for (int i = 0; i < 3; ++i) {
    CHECK_TRUE(small.post(port, callback));
    CHECK_FALSE(small.post(port, callback));
    CHECK_TRUE(small.take(small.end(), callback));
    CHECK_FALSE(small.take(small.end(), callback));
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

TEST(Mailbox, keeps_others_out_while_it_posts_and_not_while_it_takes_and_runs) {
  const SmallCallback look{[this] { log += static_cast<char>('0' + port.depth); }};
  mailbox.post(port, look);
  CHECK_EQUAL(1, port.entered);
  take_and_run();
  CHECK_EQUAL(1, port.entered);
  STRCMP_EQUAL("0", log.c_str());
  mailbox.close(port);
  CHECK_EQUAL(2, port.entered);
}
