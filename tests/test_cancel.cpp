// SPDX-License-Identifier: BSL-1.0
// cancel: what a request does to random flows, whatever ends in the same pass. What it does to one
// future is tested with that.
#include <tests/fixture.hpp>

#include <list>
#include <memory>

namespace {

using namespace fixture;
using eyelet::gather;
using eyelet::sleep;

/// A tree of everything that waits, over a few promises that complete and fail at random. Nothing
/// in it recovers, and no clean-up fails.
class Flow {
 public:
  explicit Flow(unsigned seed) : random_{seed} {
    for (auto& promise : promises_) promise = loop_.create_future<void>();
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
    for (auto& promise : promises_) static_cast<void>(promise.set_result());
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
    promises_ = {};
    port_.advance(2h);  // the limits
    for (int pass = 0; pass < 20; ++pass) static_cast<void>(loop_.poll());
    return loop_.stats().in_use;
  }

 private:
  unsigned below(unsigned limit) {
    random_ = random_ * 1664525U + 1013904223U;
    return (random_ >> 16) % limit;
  }

  Future<void> any_promise() { return promises_[below(promises_.size())]; }

  void act() {
    for (unsigned n = below(3); n > 0; --n) {
      if (below(6) != 0) continue;
      if (below(2) == 0)
        static_cast<void>(any_promise().set_result());
      else
        static_cast<void>(any_promise().set_error(Errc::user));
    }
  }

  Future<void> make(unsigned depth) {
    if (depth == 0) {
      switch (below(4)) {
        case 0: return sleep(loop_, 1us * below(4));
        case 1: return permits_.acquire().then([](eyelet::Guard<eyelet::Semaphore>&&) {});
        default: return any_promise();
      }
    }
    const Future<void> first = make(depth - 1);
    switch (below(14)) {
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
      case 10: return gather(first, make(depth - 1));
      case 11:
        return gather(eyelet::kReturnErrors, first, make(depth - 1)).then([](const auto&) {});
      case 12: {
        const auto when = static_cast<eyelet::ReturnWhen>(below(3));
        return eyelet::wait(when, first, make(depth - 1)).then([](const auto&) {});
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
  std::array<Future<void>, 4> promises_;
  Future<void> end_;
  unsigned random_;
};

}  // namespace

TEST_GROUP_BASE(Cancel, Utest){};

// C1, T4, T13
TEST(Cancel, that_was_granted_ends_any_flow_cancelled_whatever_ends_in_the_same_pass) {
  int granted = 0;
  for (unsigned seed = 0; seed < 5000; ++seed) {
    const auto flow = std::make_unique<Flow>(seed);
    const SimpleString name = StringFromFormat("seed %u", seed);
    const bool cancels = flow->run();
    granted += cancels;
    CHECK_TRUE_TEXT(flow->end().done(), name.asCharString());
    if (cancels) CHECK_TRUE_TEXT(flow->end().cancelled(), name.asCharString());
    UNSIGNED_LONGS_EQUAL_TEXT(0, flow->drop(), name.asCharString());
  }
  CHECK_COMPARE(granted, >, 2000);
}
