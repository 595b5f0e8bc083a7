// SPDX-License-Identifier: BSL-1.0
// generator: values with waits between them, made only when somebody asks for them.
#include <tests/combinators.hpp>

using namespace fixture;
using eyelet::Yield;

namespace {

using Item = std::optional<int>;

}  // namespace

TEST_GROUP_BASE(Generators, CombinatorFixture) {
  Future<Item> next;
  Future<Item> second;

  void teardown() override {
    next = {};
    second = {};
    run_ready();
    check_clean();
  }

  /// What `item` ended with: the value, or -1 behind the last, or -2 - the error's number.
  static int got(const Future<Item>& item) {
    CHECK_TRUE(item.done());
    if (!item.result()) return -2 - static_cast<int>(item.error().code);
    return item.result()->value_or(-1);
  }

  template <class Source>
  int pull(Source & source) {
    const Future<Item> item = source.next();
    CHECK_FALSE(item.done());
    run_ready();
    return got(item);
  }

  /// The same from a source that takes 1 ms.
  template <class Source>
  int pull_slowly(Source & source) {
    const Future<Item> item = source.next();
    run_ready();
    advance(1ms);
    return got(item);
  }

  /// Yields first, first + 1, ... before `end`, each 1 ms after it was asked for.
  auto counting(int first, int end) {
    return eyelet::generator<int>(loop, [this, first, end](Yield<int>& yield) mutable {
      return eyelet::repeat(loop, [this, &yield, &first, end] {
        return eyelet::sleep(loop, 1ms)
            .then([&yield, &first] { return yield(first++); })
            .then([&first, end] { return first < end; });
      });
    });
  }
};

TEST(Generators, yield_one_value_each_time_somebody_asks_and_then_nothing) {
  auto numbers = counting(1, 3);
  CHECK_EQUAL(1, pull_slowly(numbers));
  CHECK_EQUAL(2, pull_slowly(numbers));
  CHECK_EQUAL(-1, pull(numbers));
  CHECK_EQUAL(-1, pull(numbers));
}

TEST(Generators, do_nothing_before_somebody_asks) {
  auto lazy = eyelet::generator<int>(loop, [this](Yield<int>& yield) {
    log += "begins ";
    return yield(1).then(note("goes_on"));
  });
  run_ready();
  STRCMP_EQUAL("", log.c_str());
  CHECK_EQUAL(0U, in_use());
  CHECK_EQUAL(1, pull(lazy));
  STRCMP_EQUAL("begins ", log.c_str());
  advance(1s);
  STRCMP_EQUAL("begins ", log.c_str());
  CHECK_EQUAL(-1, pull(lazy));
  STRCMP_EQUAL("begins goes_on ", log.c_str());
}

TEST(Generators, are_a_source_for_for_each) {
  auto numbers = counting(0, 5);
  auto task = eyelet::for_each(loop, numbers, [this](int n) { log += std::to_string(n) + " "; });
  loop.run_until_complete(task);
  STRCMP_EQUAL("0 1 2 3 4 ", log.c_str());
  CHECK_TRUE(port.now().time_since_epoch() == 5ms);
}

TEST(Generators, stay_at_their_yield_when_a_next_finds_no_block) {
  auto lazy = eyelet::generator<int>(
      loop, [this](Yield<int>& yield) { return yield(1).then(note("goes_on")); });
  CHECK_EQUAL(1, pull(lazy));
  occupy(0);
  CHECK_EQUAL(Errc::out_of_blocks, code(lazy.next()));
  vacate();
  run_ready();
  STRCMP_EQUAL("", log.c_str());
  CHECK_EQUAL(-1, pull(lazy));
  report_count = 0;
}

TEST(Generators, give_the_last_value_before_the_error_of_a_body_that_did_not_wait) {
  auto hasty = eyelet::generator<int>(loop, [](Yield<int>& yield) -> Result<void> {
    static_cast<void>(yield(1));
    return eyelet::failure(Errc::user);
  });
  next = hasty.next();
  run_pass();
  next.cancel();
  run_ready();
  CHECK_EQUAL(1, pull(hasty));
  CHECK_EQUAL(-2 - static_cast<int>(Errc::user), pull(hasty));
}

TEST(Generators, end_with_the_error_of_their_body_once) {
  auto failing = eyelet::generator<int>(loop, [](Yield<int>& yield) {
    return yield(7).then([]() -> Result<void> { return eyelet::failure(Errc::user, 3); });
  });
  CHECK_EQUAL(7, pull(failing));
  CHECK_EQUAL(-2 - static_cast<int>(Errc::user), pull(failing));
  CHECK_EQUAL(-1, pull(failing));
  CHECK_EQUAL(0U, report_count);
}

TEST(Generators, report_an_error_that_nobody_asked_for) {
  {
    auto failing = eyelet::generator<int>(
        loop, [](Yield<int>&) -> Result<void> { return eyelet::failure(Errc::user); });
    next = failing.next();
    next.cancel();
    run_ready();
  }
  check_reports(Errc::user);
}

TEST(Generators, keep_the_value_that_a_cancelled_next_did_not_take) {
  auto numbers = counting(1, 4);
  CHECK_EQUAL(1, pull_slowly(numbers));
  next = numbers.next();
  run_ready();
  CHECK_TRUE(next.cancel());
  advance(1ms);
  CHECK_EQUAL(2, pull(numbers));
  CHECK_EQUAL(3, pull_slowly(numbers));
  CHECK_EQUAL(-1, pull(numbers));
}

TEST(Generators, keep_the_value_of_a_next_that_is_cancelled_after_it_was_granted) {
  auto at_once = eyelet::generator<int>(loop, [](Yield<int>& yield) { return yield(1); });
  next = at_once.next();
  run_pass();  // the body has yielded, the turn of next comes in the next pass
  CHECK_FALSE(next.done());
  CHECK_TRUE(next.cancel());
  CHECK_EQUAL(1, pull(at_once));
  CHECK_EQUAL(-1, pull(at_once));
}

TEST(Generators, serve_one_next_at_a_time) {
  auto numbers = counting(1, 2);
  next = numbers.next();
  second = numbers.next();
  CHECK_EQUAL(Errc::invalid_state, code(second));
  run_ready();
  advance(1ms);
  CHECK_EQUAL(1, got(next));
}

TEST(Generators, serve_no_other_next_before_the_turn_of_one_that_has_its_value) {
  auto at_once = eyelet::generator<int>(loop, [](Yield<int>& yield) { return yield(1); });
  next = at_once.next();
  run_pass();  // granted
  CHECK_EQUAL(Errc::invalid_state, code(at_once.next()));
  run_pass();
  CHECK_EQUAL(1, got(next));
}

TEST(Generators, take_one_value_at_a_time) {
  Future<void> refused;
  auto hasty = eyelet::generator<int>(loop, [&refused](Yield<int>& yield) {
    const Future<void> first = yield(1);
    refused = yield(2);
    return first;
  });
  CHECK_EQUAL(1, pull(hasty));
  CHECK_EQUAL(Errc::invalid_state, code(refused));
  CHECK_EQUAL(-1, pull(hasty));
}

TEST(Generators, that_go_early_cancel_their_producer_and_leave_nothing_behind) {
  {
    auto numbers = eyelet::generator<int>(loop, [this](Yield<int>& yield) {
      return yield(1).then([this] { return eyelet::sleep(loop, 1s); }).finally(note("cleaned_up"));
    });
    CHECK_EQUAL(1, pull(numbers));
  }
  run_ready();
  STRCMP_EQUAL("cleaned_up ", log.c_str());
  CHECK_EQUAL(0U, in_use());
}

TEST(Generators, that_go_break_the_next_that_waits) {
  {
    auto numbers = counting(1, 2);
    next = numbers.next();
    run_ready();
  }
  CHECK_EQUAL(-2 - static_cast<int>(Errc::broken_promise), got(next));
}

TEST(Generators, that_go_break_a_yield_that_their_body_does_not_wait_for) {
  Future<void> kept;
  {
    auto numbers = eyelet::generator<int>(loop, [this, &kept](Yield<int>& yield) {
      kept = yield(1);
      return eyelet::sleep(loop, 1h);
    });
    CHECK_EQUAL(1, pull(numbers));
    CHECK_FALSE(kept.done());
  }
  CHECK_EQUAL(Errc::broken_promise, code(kept));
}

TEST(Generators, that_go_before_their_body_has_begun_never_begin_it) {
  {
    auto numbers = eyelet::generator<int>(loop, [this](Yield<int>&) { log += "begins "; });
    next = numbers.next();
  }
  run_ready();
  STRCMP_EQUAL("", log.c_str());
}

TEST(Generators, are_closed_when_their_producer_has_cleaned_up) {
  auto numbers = eyelet::generator<int>(loop, [this](Yield<int>& yield) {
    return yield(1).finally([this] { return eyelet::sleep(loop, 5ms).then(note("cleaned_up")); });
  });
  CHECK_EQUAL(1, pull(numbers));
  const Future<void> closed = numbers.aclose();
  second = numbers.next();
  run_ready();
  advance(4ms);
  CHECK_FALSE(closed.done());
  CHECK_FALSE(second.done());
  advance(1ms);
  STRCMP_EQUAL("cleaned_up ", log.c_str());
  CHECK_EQUAL(Errc::none, code(closed.result()));
  CHECK_EQUAL(-1, got(second));
  CHECK_EQUAL(-1, pull(numbers));
}

TEST(Generators, drop_the_value_that_waits_and_yield_no_other_once_they_are_closed) {
  Future<void> late;
  auto numbers = eyelet::generator<Live>(loop, [&late](Yield<Live>& yield) {
    return yield(Live{1}).finally([&late, &yield] { late = yield(Live{2}); });
  });
  auto unwanted = numbers.next();
  run_pass();
  unwanted.cancel();
  CHECK_EQUAL(1, Live::count);
  const Future<void> closed = numbers.aclose();
  CHECK_EQUAL(0, Live::count);
  run_ready();
  CHECK_EQUAL(Errc::none, code(closed.result()));
  CHECK_EQUAL(Errc::invalid_state, code(late));
}

TEST(Generators, are_closed_with_the_error_of_their_clean_up) {
  auto numbers = eyelet::generator<int>(loop, [](Yield<int>& yield) {
    return yield(1).finally([]() -> Result<void> { return eyelet::failure(Errc::user); });
  });
  CHECK_EQUAL(1, pull(numbers));
  const Future<void> closed = numbers.aclose();
  run_ready();
  CHECK_EQUAL(Errc::user, code(closed.result()));
  CHECK_EQUAL(-1, pull(numbers));
}

TEST(Generators, are_cancelled_in_their_clean_up_with_what_closes_them) {
  auto numbers = eyelet::generator<int>(loop, [this](Yield<int>& yield) {
    return yield(1).finally([this] { return eyelet::sleep(loop, 1h); });
  });
  CHECK_EQUAL(1, pull(numbers));
  const Future<void> closed = numbers.aclose();
  run_ready();
  CHECK_FALSE(closed.done());
  CHECK_TRUE(closed.cancel());
  run_ready();
  CHECK_TRUE(closed.cancelled());
}

TEST(Generators, whose_aclose_finds_no_block_are_closed_all_the_same) {
  auto numbers = eyelet::generator<int>(loop, [this](Yield<int>& yield) {
    return yield(1).finally([this] { log += "cleaned_up "; });
  });
  CHECK_EQUAL(1, pull(numbers));
  occupy(0);
  CHECK_EQUAL(Errc::out_of_blocks, code(numbers.aclose()));
  run_ready();
  STRCMP_EQUAL("cleaned_up ", log.c_str());
  vacate();
  CHECK_EQUAL(-1, pull(numbers));
  check_reports(Errc::out_of_blocks);
}

TEST(Generators, are_closed_in_the_next_pass_if_they_never_began_or_have_ended) {
  auto numbers = eyelet::generator<int>(loop, [this](Yield<int>& yield) {
    log += "begins ";
    return yield(1);
  });
  const Future<void> before = numbers.aclose();
  CHECK_FALSE(before.done());
  run_ready();
  CHECK_EQUAL(Errc::none, code(before.result()));
  CHECK_EQUAL(-1, pull(numbers));
  STRCMP_EQUAL("", log.c_str());
  auto failed = eyelet::generator<int>(
      loop, [](Yield<int>&) -> Result<void> { return eyelet::failure(Errc::user); });
  CHECK_EQUAL(-2 - static_cast<int>(Errc::user), pull(failed));
  const Future<void> after = failed.aclose();
  CHECK_FALSE(after.done());
  run_ready();
  CHECK_EQUAL(Errc::none, code(after.result()));
}

TEST(Generators, begin_again_when_blocks_are_there_again) {
  auto numbers = eyelet::generator<int>(loop, [this](Yield<int>& yield) {
    log += "begins ";
    return yield(1);
  });
  check_needs(3, [&numbers] { return numbers.next(); });
  CHECK_EQUAL(1, pull(numbers));
  STRCMP_EQUAL("begins ", log.c_str());
}

TEST(Generators, end_with_out_of_blocks_when_a_yield_finds_none) {
  Future<int> slow = loop.create_future<int>();
  auto numbers = eyelet::generator<int>(loop, [&slow](Yield<int>& yield) {
    return slow.then([&yield](int number) { return yield(number); });
  });
  next = numbers.next();
  run_ready();  // the producer waits
  occupy(0);
  slow.set_result(1);
  run_ready();
  vacate();
  CHECK_EQUAL(-2 - static_cast<int>(Errc::out_of_blocks), got(next));
  check_reports(Errc::out_of_blocks);
  slow = {};
}

TEST(Generators, yield_values_that_can_only_be_moved) {
  auto things =
      eyelet::generator<MoveOnly>(loop, [](Yield<MoveOnly>& yield) { return yield(MoveOnly{4}); });
  auto item = things.next();
  run_ready();
  CHECK_EQUAL(4, (*item.take())->id);
}

TEST(Generators, hundred_thousand_times_cancelled_and_asked_again_leave_the_pool_as_it_was) {
  auto silent = eyelet::generator<int>(
      loop, [this](Yield<int>&) { return eyelet::sleep_until(loop, eyelet::kEndOfTime); });
  for (int round = 0; round < 100'000; ++round) {
    next.cancel();
    next = silent.next();
    run_pass();
  }
  CHECK_EQUAL(5U, loop.stats().peak);  // the producer's 3, two waits at the change
}
