// SPDX-License-Identifier: BSL-1.0
// What holds for flows of everything that waits, whatever ends, fails or is cancelled in the same
// pass. They are made at random, and so is what happens to them.
#include <tests/fixture.hpp>

#include <list>
#include <memory>
#include <vector>

namespace {

constexpr unsigned kFlows = 2000;

using namespace fixture;
using eyelet::gather;
using eyelet::sleep;

/// A tree of futures over promises that complete and fail at random. Nothing in it recovers, and no
/// clean-up fails.
class Flow {
 public:
  enum Kinds {
    kAny,                // promises may be shared
    kThatSwallowNoError  // each promise is awaited once, and nothing looks at an error in passing
  };

  Flow(unsigned seed, Kinds kinds) : kinds_{kinds}, random_{seed} {
    loop_.set_exception_handler(
        [](Loop&, Error error, void* self) {
          if (error.code == Errc::user)
            ++static_cast<Flow*>(self)->promises_[static_cast<std::size_t>(error.detail)].reports;
        },
        this);
    end_ = make(1 + below(3));
  }

  /// Runs it, and cancels it on the way. Whether that was granted.
  bool run() {
    const unsigned at = below(8);
    bool granted = false;
    for (unsigned pass = 0; pass < 40; ++pass) {
      act();
      if (pass == at) granted = end_.cancel();
      act();
      port_.advance(1us * below(2));
      static_cast<void>(loop_.poll());
    }
    for (Promise& promise : promises_) static_cast<void>(promise.future.set_result());
    for (int pass = 0; pass < 40; ++pass) {
      port_.advance(1us);
      static_cast<void>(loop_.poll());
    }
    return granted;
  }

  const Future<void>& end() const { return end_; }

  /// Lets go of everything. The blocks that are still in use.
  std::size_t drop() {
    end_ = {};
    for (Promise& promise : promises_) promise.future = {};
    port_.advance(2h);  // the limits
    for (int pass = 0; pass < 20; ++pass) static_cast<void>(loop_.poll());
    return loop_.stats().in_use;
  }

  int failures() const {
    int failures = 0;
    for (const Promise& promise : promises_) failures += promise.failed;
    return failures;
  }

  bool each_was_reported_once() const {
    bool all = true;
    for (const Promise& promise : promises_) all = all && promise.reports == promise.failed;
    return all;
  }

 private:
  struct Promise {
    Future<void> future;
    bool failed = false;
    int reports = 0;
  };

  unsigned below(unsigned limit) {
    random_ = random_ * 1664525U + 1013904223U;
    return (random_ >> 16) % limit;
  }

  Future<void> promise() {
    if (kinds_ == kAny && promises_.size() == 4) return promises_[below(4)].future;
    return promises_.emplace_back(Promise{loop_.create_future<void>()}).future;
  }

  void act() {
    for (unsigned n = below(3); n > 0 && !promises_.empty(); --n) {
      const unsigned which = below(static_cast<unsigned>(promises_.size()));
      Promise& promise = promises_[which];
      if (below(6) != 0 || promise.future.done()) continue;
      promise.failed = below(2) == 0;
      if (promise.failed)
        static_cast<void>(promise.future.set_error(Errc::user, static_cast<int>(which)));
      else
        static_cast<void>(promise.future.set_result());
    }
  }

  Future<void> make(unsigned depth) {
    if (depth == 0) {
      switch (below(4)) {
        case 0: return sleep(loop_, 1us * below(4));
        case 1: return permits_.acquire().then([](eyelet::Guard<eyelet::Semaphore>&&) {});
        default: return promise();
      }
    }
    const Future<void> first = make(depth - 1);
    switch (below(kinds_ == kAny ? 14 : 11)) {
      case 0: return first.then([] {});
      case 1: return first.then([next = make(depth - 1)] { return next; });
      case 2: return first.finally([] {});
      case 3: return first.finally([this] { return sleep(loop_, 0us); });
      case 4: return loop_.create_task([first] { return first; });
      case 5: return eyelet::repeat(loop_, [first] { return first.then([] { return false; }); });
      case 6: return eyelet::with(locks_.emplace_back(loop_), [first] { return first; });
      case 7: return eyelet::wait_for(first, 1h);
      case 8: return eyelet::wait_for(first, 1us * below(4));
      case 9: return eyelet::shield(first);
      case 10: {
        const auto when = static_cast<eyelet::ReturnWhen>(below(3));
        return eyelet::wait(when, first, make(depth - 1)).then([](const auto&) {});
      }
      case 11: return gather(first, make(depth - 1));
      case 12: {
        const Future<void> both[] = {first, make(depth - 1)};
        return gather(eyelet::kReturnErrors, loop_, both, 2, outcomes_.emplace_back().data());
      }
      default: {
        eyelet::TaskGroup<1>& group = groups_.emplace_back(loop_);
        return group.run([&group, first, second = make(depth - 1)] {
          static_cast<void>(group.create_task([first] { return first; }));
          return second;
        });
      }
    }
  }

  eyelet::SimPort port_;
  eyelet::StaticLoop<160> loop_{port_};
  eyelet::Semaphore permits_{loop_, 1};
  std::list<eyelet::Lock> locks_;
  std::list<eyelet::TaskGroup<1>> groups_;
  std::list<std::array<Result<void>, 2>> outcomes_;
  std::vector<Promise> promises_;
  Future<void> end_;
  const Kinds kinds_;
  unsigned random_;
};

}  // namespace

TEST_GROUP_BASE(Flows, Utest){};

// C1, T4, T13
TEST(Flows, end_cancelled_once_a_cancel_was_granted_whatever_ends_in_the_same_pass) {
  int granted = 0;
  for (unsigned seed = 0; seed < kFlows; ++seed) {
    const auto flow = std::make_unique<Flow>(seed, Flow::kAny);
    const SimpleString name = StringFromFormat("seed %u", seed);
    const bool cancels = flow->run();
    granted += cancels;
    CHECK_TRUE_TEXT(flow->end().done(), name.asCharString());
    if (cancels) CHECK_TRUE_TEXT(flow->end().cancelled(), name.asCharString());
    UNSIGNED_LONGS_EQUAL_TEXT(0, flow->drop(), name.asCharString());
  }
  CHECK_COMPARE(granted, >, 800);
}

// F10, C24
TEST(Flows, lose_no_error_and_report_none_twice) {
  int failures = 0;
  for (unsigned seed = 0; seed < kFlows; ++seed) {
    const auto flow = std::make_unique<Flow>(seed, Flow::kThatSwallowNoError);
    static_cast<void>(flow->run());
    UNSIGNED_LONGS_EQUAL(0, flow->drop());
    CHECK_TRUE_TEXT(flow->each_was_reported_once(),
                    StringFromFormat("seed %u", seed).asCharString());
    failures += flow->failures();
  }
  CHECK_COMPARE(failures, >, 400);
}
