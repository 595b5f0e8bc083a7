// SPDX-License-Identifier: BSL-1.0
// gather where errors are wanted, too: the outcome of each. A block must have room for all of them.
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::gather;
using eyelet::kReturnErrors;
using eyelet::sleep;

TEST_GROUP_BASE(GatherOutcomes, CombinatorFixture) {
  Future<int> a;
  Future<int> b;

  void setup() override {
    a = loop.create_future<int>();
    b = loop.create_future<int>();
  }
  void teardown() override {
    a = b = {};
    check_clean();
  }
};

TEST(GatherOutcomes, moves_values_that_can_only_be_moved) {
  auto first = loop.create_future<MoveOnly>();
  auto all = gather(kReturnErrors, first, a);
  first.set_result(1);
  a.set_error(Errc::user);
  settle();
  CHECK_EQUAL(1, std::get<0>(*all.result())->id);
  CHECK_EQUAL(Errc::user, code(std::get<1>(*all.result())));
}

// C15
TEST(GatherOutcomes, with_one_move_only_value_twice_gives_it_once) {
  auto only = loop.create_future<MoveOnly>();
  auto all = gather(kReturnErrors, only, only);
  only.set_result(4);
  settle();
  CHECK_EQUAL(4, std::get<0>(*all.result())->id);
  CHECK_EQUAL(Errc::invalid_state, code(std::get<1>(*all.result())));
}

TEST(GatherOutcomes, tells_which_value_was_taken_by_somebody_else) {
  auto all = gather(kReturnErrors, a, b);
  a.set_result(1);
  settle();
  CHECK_EQUAL(1, value_of(a.take()));
  b.set_result(2);
  settle();
  CHECK_EQUAL(Errc::invalid_state, code(std::get<0>(*all.result())));
  CHECK_EQUAL(2, *std::get<1>(*all.result()));
}

TEST(GatherOutcomes, waits_for_all_and_ends_well) {
  auto all = gather(kReturnErrors, a, b);
  a.set_error(Errc::user, 1);
  settle();
  CHECK_FALSE(all.done());
  b.cancel();
  settle();
  const auto& [first, second] = *all.result();
  CHECK_TRUE(first.error() == (Error{Errc::user, 1}));
  CHECK_EQUAL(Errc::cancelled, code(second));
  a = b = {};
  check_reports();
}

TEST(GatherOutcomes, tells_how_futures_without_values_ended) {
  const auto done = loop.create_future<void>();
  const auto failed = loop.create_future<void>();
  const auto all = gather(kReturnErrors, done, failed);
  done.set_result();
  failed.set_error(Errc::user);
  settle();
  const auto& [first, second] = *all.result();
  CHECK_TRUE(first.has_value());
  CHECK_EQUAL(Errc::user, code(second));
}

// C13
TEST(GatherOutcomes, cancelled_ends_cancelled_when_all_have) {
  auto slow = a.or_else([this](Error error) {
    return sleep(loop, 0us)
        .then([this] { return sleep(loop, 0us); })
        .then([error]() -> Result<int> { return eyelet::failure(error.code); });
  });
  auto all = gather(kReturnErrors, slow, b);
  run_pass();
  all.cancel();
  run_pass();
  CHECK_TRUE(b.cancelled());
  CHECK_FALSE(slow.done());
  CHECK_FALSE(all.done());
  settle();
  CHECK_TRUE(slow.cancelled());
  CHECK_TRUE(all.cancelled());
}

// C14
TEST(GatherOutcomes, without_enough_blocks_fails_and_leaves_its_children_untouched) {
  a = b = {};
  const auto first = loop.create_future<int>();
  const auto second = loop.create_future<int>();
  check_needs(3, [&] { return gather(kReturnErrors, first, second); });
  CHECK_FALSE(first.done());
  CHECK_FALSE(second.done());
}

TEST(GatherOutcomes, in_a_circle_that_is_opened_behind_it_withdraws_although_its_children_live_on) {
  Future<int> outer;
  const auto rescued =
      loop.create_task([&outer] { return outer; }).or_else([this](Error) { return a; });
  outer = gather(kReturnErrors, rescued, b).then([](const auto&) { return 0; });
  settle();
  CHECK_TRUE(outer.cancel());
  settle();
  CHECK_TRUE(outer.cancelled());
  CHECK_FALSE(rescued.done());
  CHECK_EQUAL(4, loop.stats().in_use);
  a.set_result(1);
  settle();
}
