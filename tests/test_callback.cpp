// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <cstring>
#include <eyelet/callback.hpp>
#include <memory>

#include <CppUTest/TestHarness.h>

using eyelet::detail::construct;
using eyelet::detail::destructor;
using eyelet::detail::SmallCallback;

namespace {

int destroyed;

struct Counted {
  explicit Counted(int number) : id{number} {}
  Counted(Counted&& other) noexcept : id{other.id} {}
  ~Counted() { destroyed += id; }
  int id;
};

}  // namespace

TEST_GROUP(Callback) {
  alignas(8) unsigned char memory[64] = {};

  void setup() override { destroyed = 0; }
};

TEST(Callback, is_constructed_where_it_is_told) {
  auto& pair = construct<std::pair<int, int>, sizeof memory>(memory + 8, 3, 4);
  POINTERS_EQUAL(memory + 8, &pair);
  CHECK_EQUAL(3, pair.first);
  CHECK_EQUAL(4, pair.second);
}

TEST(Callback, takes_what_can_only_be_moved) {
  auto number = std::make_unique<int>(7);
  using Pointer = std::unique_ptr<int>;
  Pointer& there = construct<Pointer, sizeof memory>(memory, std::move(number));
  CHECK_TRUE(number == nullptr);
  CHECK_EQUAL(7, *there);
  destructor<Pointer>()(memory);
}

TEST(Callback, may_fill_its_memory_to_the_last_byte) {
  using Whole = unsigned char[sizeof memory];
  struct Full {
    Whole bytes;
  };
  Full& full = construct<Full, sizeof memory>(memory);
  full.bytes[63] = 9;
  CHECK_EQUAL(9, memory[63]);
}

TEST(Callback, that_is_plain_data_has_no_destructor_to_call) {
  CHECK_TRUE(destructor<int>() == nullptr);
  struct Plain {
    void* a;
    int b;
  };
  const auto none = destructor<Plain, 16>();
  CHECK_TRUE(none == nullptr);
}

TEST(Callback, is_destroyed_once_and_where_it_lies) {
  construct<Counted, sizeof memory>(memory, 1);
  construct<Counted, sizeof memory - 16>(memory + 16, 10);
  const auto destroy = destructor<Counted, 16>();
  destroy(memory);
  CHECK_EQUAL(10, destroyed);
  destructor<Counted>()(memory);
  CHECK_EQUAL(11, destroyed);
}

TEST_GROUP(SmallCallback){};

TEST(SmallCallback, calls_what_it_was_made_of) {
  int called = 0;
  SmallCallback callback{[&called] { ++called; }};
  callback();
  callback();
  CHECK_EQUAL(2, called);
}

TEST(SmallCallback, holds_three_pointers) {
  int a = 1;
  int b = 2;
  int c = 0;
  SmallCallback callback{[pa = &a, pb = &b, pc = &c] { *pc = *pa + *pb; }};
  callback();
  CHECK_EQUAL(3, c);
  CHECK_EQUAL(4 * sizeof(void*), sizeof(SmallCallback));
}

TEST(SmallCallback, is_copied_as_bytes) {
  CHECK_TRUE(std::is_trivially_copyable_v<SmallCallback>);
  int called = 0;
  const SmallCallback original{[&called] { ++called; }};
  SmallCallback copy;
  std::memcpy(static_cast<void*>(&copy), &original, sizeof copy);
  copy();
  CHECK_EQUAL(1, called);
}

TEST(SmallCallback, keeps_its_own_state_apart_from_its_copies) {
  int last = 0;
  SmallCallback one{[&last, n = 0]() mutable { last = ++n; }};
  one();
  SmallCallback two = one;
  two();
  two();
  CHECK_EQUAL(3, last);
  one();
  CHECK_EQUAL(2, last);
}

TEST(SmallCallback, takes_a_plain_function) {
  static int called;
  called = 0;
  void (*const function)() = [] { ++called; };
  SmallCallback callback{function};
  callback();
  CHECK_EQUAL(1, called);
}

TEST(SmallCallback, drops_what_the_callable_returns) {
  int called = 0;
  SmallCallback callback{[&called] { return ++called; }};
  callback();
  CHECK_EQUAL(1, called);
}
