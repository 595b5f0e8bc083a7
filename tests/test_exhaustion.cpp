// SPDX-License-Identifier: BSL-1.0
// Running out of blocks is a value: every scenario of scenarios.hpp is played with every number of
// free blocks, and, where faults can be injected, with each single acquisition refused. It ends
// without a leak, bystanders notice nothing, and the same calls work again afterwards.
#include <algorithm>
#include <tests/scenarios.hpp>

namespace {

using namespace fixture;
using scenarios::Scenario;
using scenarios::Scene;

constexpr std::size_t kBlocks = 48;

// Which acquisitions are refused, counted from 1.
struct Refusals {
  int seen = 0;
  int first = 0;
  int last = 0;
  int made = 0;
} refusals;

[[maybe_unused]] bool refuse() {
  ++refusals.seen;
  if (refusals.seen < refusals.first || refusals.seen > refusals.last) return false;
  ++refusals.made;
  return true;
}

/// Something that was under way before, of every kind.
class Bystander {
 public:
  explicit Bystander(Loop& loop)
      : promise_{loop.create_future<int>()},
        tail_{promise_.then([](int n) { return n + 1; }).finally([this] { ++finally_; })},
        sleeper_{
            loop.create_task([&loop] { return eyelet::sleep(loop, 1ms).then([] { return 5; }); })} {
    promise_.add_done_callback([this](Future<int>) { ++callbacks_; });
    loop.call_later(1ms, [this] { ++callbacks_; });
    static_cast<void>(loop.poll());  // all that it needs is acquired
  }

  bool ends_well(Scene& scene) {
    promise_.set_result(1);
    scene.run();
    return tail_.take() == 2 && sleeper_.take() == 5 && finally_ == 1 && callbacks_ == 2;
  }

 private:
  int finally_ = 0;
  int callbacks_ = 0;
  Future<int> promise_;
  Future<int> tail_;
  Task<int> sleeper_;
};

}  // namespace

TEST_GROUP_BASE(Exhaustion, BasicFixture<kBlocks>) {
  std::array<Future<int>, kBlocks> hogs;

  void teardown() override {
    eyelet::detail::fail_acquisition = nullptr;
    check_clean();
  }

  /// Occupies all blocks but `free`.
  void occupy(std::size_t free) {
    for (std::size_t i = in_use(); i + free < kBlocks; ++i) hogs[i] = loop.create_future<int>();
  }

  /// Plays it with the bystander, and tells whether something was refused.
  template <class Begin, class End>
  bool play(const Scenario& scenario, const char* mode, int number, Begin begin, End end) {
    Scene scene{loop, port};
    bool undisturbed;
    {
      Bystander bystander{loop};
      begin();
      scenario.play(scene);
      scene.run();
      end();
      undisturbed = bystander.ends_well(scene);
    }
    const char* const finding = scene.wrong        ? "something is wrong"
                                : !undisturbed     ? "the bystander was disturbed"
                                : in_use() != 0    ? "blocks leaked"
                                : Live::count != 0 ? "captures leaked"
                                                   : nullptr;
    if (finding != nullptr)
      FAIL(StringFromFormat("%s, %s %d: %s", scenario.name, mode, number, finding).asCharString());
    return scene.refused;
  }

  void check_works(const Scenario& scenario, const char* mode, int number) {
    const auto nothing = [] {};
    if (play(scenario, mode, number, nothing, nothing))
      FAIL(
          StringFromFormat("%s, after %s %d: refused", scenario.name, mode, number).asCharString());
  }

  /// Refuses acquisitions from `first` to `last` while the scenario plays.
  bool refused(const Scenario& scenario, const char* mode, int first, int last) {
    const bool refused = play(
        scenario, mode, first,
        [first, last] {
          refusals = Refusals{0, first, last, 0};
          eyelet::detail::fail_acquisition = refuse;
        },
        [] { eyelet::detail::fail_acquisition = nullptr; });
    if (refused != (refusals.made > 0))
      FAIL(StringFromFormat("%s, %s %d: refused %d times, and %s", scenario.name, mode, first,
                            refusals.made, refused ? "out_of_blocks was said" : "nobody said so")
               .asCharString());
    return refused;
  }
};

TEST(Exhaustion, with_any_number_of_free_blocks_is_a_value_and_passes) {
  for (const Scenario& scenario : scenarios::kAll) {
    bool refused = true;
    for (std::size_t free = 0; refused; ++free) {
      const auto number = static_cast<int>(free);
      const std::size_t failures = loop.stats().failures;
      refused = play(
          scenario, "free blocks:", number, [this, free] { occupy(free); },
          [this] { hogs.fill(Future<int>{}); });
      CHECK_EQUAL(refused, loop.stats().failures != failures);
      check_works(scenario, "free blocks:", number);
      CHECK_COMPARE(free, <, kBlocks);
    }
  }
}

TEST(Exhaustion, is_reported_each_time) {
  for (const Scenario& scenario : scenarios::kAll) {
    const std::size_t failures = loop.stats().failures;
    report_count = 0;
    const bool refused = play(
        scenario, "free blocks:", 0, [this] { occupy(0); }, [this] { hogs.fill(Future<int>{}); });
    CHECK_TRUE(refused);
    CHECK_COMPARE(report_count, <=, reports.size());
    const std::size_t refusals_reported = static_cast<std::size_t>(
        std::count_if(reports.begin(), reports.begin() + report_count,
                      [](Error e) { return e.code == Errc::out_of_blocks; }));
    CHECK_COMPARE(refusals_reported, >=, loop.stats().failures - failures);
  }
}

#if EYELET_FAULT_INJECTION

TEST(Exhaustion, of_any_single_acquisition_is_a_value_and_disturbs_nothing) {
  for (const Scenario& scenario : scenarios::kAll) {
    int n = 1;
    for (; refused(scenario, "refused once at", n, n); ++n) {
      check_works(scenario, "refused once at", n);
      CHECK_COMPARE(n, <, 100);
    }
    CHECK_COMPARE(n, >, 1);
  }
}

TEST(Exhaustion, from_any_acquisition_on_is_a_value_and_disturbs_nothing) {
  for (const Scenario& scenario : scenarios::kAll) {
    int n = 1;
    for (; refused(scenario, "refused from", n, 1000); ++n) {
      check_works(scenario, "refused from", n);
      CHECK_COMPARE(n, <, 100);
    }
    CHECK_COMPARE(n, >, 1);
  }
}

#endif
