// SPDX-License-Identifier: BSL-1.0
// Several producers and consumers of a bounded queue, at thousands of timings. In tutorials each
// producer puts an empty item at its end, and a consumer that gets one puts it back for the others
// and stops: that stops all consumers while another producer still has items, which are lost, or
// for whose room it waits for ever. With shutdown() nothing is lost and nobody hangs.
#include <random>
#include <tests/fixture.hpp>

using namespace fixture;

namespace {

constexpr int kProducers = 2, kItems = 5;  // items of each
constexpr int kSentinel = -1;
constexpr unsigned kTimings = 10000;

template <std::size_t Capacity>
class Market {
 public:
  explicit Market(unsigned seed) : chance_{seed} {}

  Result<void> run_with_shutdown() {
    const std::array producers{producer(0), producer(1)};
    const auto produced = eyelet::gather(producers).then([this] { queue_.shutdown(); });
    const std::array consumers{consumer(), consumer(), consumer()};
    return loop_.run_until_complete(eyelet::gather(produced, eyelet::gather(consumers)));
  }

  Result<void> run_with_sentinels() {
    const auto end = [this] { return queue_.put(kSentinel); };
    const std::array producers{producer(0).then(end), producer(1).then(end)};
    const std::array consumers{sentinel_consumer(), sentinel_consumer(), sentinel_consumer()};
    return loop_.run_until_complete(
        eyelet::gather(eyelet::gather(producers), eyelet::gather(consumers)));
  }

  /// Each item was consumed once.
  bool complete() const {
    for (int times : consumed_)
      if (times != 1) return false;
    return true;
  }
  eyelet::Stats stats() const { return loop_.stats(); }
  std::size_t unfinished() const { return queue_.unfinished(); }

 private:
  // Zero to three: many fall due at the same time.
  Future<void> pause() { return eyelet::sleep(loop_, chance_() % 4 * 1ms); }

  Future<void> producer(int id) {
    return eyelet::repeat(loop_, [this, item = id * kItems, end = (id + 1) * kItems]() mutable {
      return pause().then([this, item] { return queue_.put(item); }).then([more = ++item < end] {
        return more;
      });
    });
  }

  Future<void> consume(int item) {
    ++consumed_[item];
    return pause();
  }

  Future<void> consumer() {
    return eyelet::repeat(
               loop_,
               [this] {
                 return queue_.get().then([this](int item) { return consume(item); }).then([this] {
                   return queue_.task_done();
                 });
               })
        .or_else([](Error error) -> Result<void> {
          if (error.code == Errc::queue_shut_down) return {};
          return eyelet::failure(error);
        });
  }

  Future<void> sentinel_consumer() {
    return eyelet::repeat(loop_, [this] {
      return queue_.get().then([this](int item) {
        const bool more = item != kSentinel;
        return (more ? consume(item) : queue_.put(item)).then([more] { return more; });
      });
    });
  }

  eyelet::SimPort port_;
  eyelet::StaticLoop<64> loop_{port_};
  eyelet::Queue<int, Capacity> queue_{loop_};
  std::minstd_rand chance_;
  std::array<int, kProducers * kItems> consumed_{};
};

template <std::size_t Capacity>
void check_shutdown() {
  for (unsigned seed = 1; seed <= kTimings; ++seed) {
    Market<Capacity> market{seed};
    CHECK_EQUAL(Errc::none, code(market.run_with_shutdown()));
    CHECK_TRUE(market.complete());
    CHECK_EQUAL(0U, market.unfinished());
    CHECK_EQUAL(0U, market.stats().failures);
    CHECK_EQUAL(0U, market.stats().in_use);
  }
}

}  // namespace

TEST_GROUP(ShutdownForSentinels){};

TEST(ShutdownForSentinels, loses_nothing_and_never_hangs_at_any_capacity) {
  check_shutdown<1>();
  check_shutdown<2>();
  check_shutdown<3>();
}

// Or the test above would look for nothing.
TEST(ShutdownForSentinels, is_needed_because_sentinels_lose_items_and_hang_at_the_same_timings) {
  int hung = 0, incomplete = 0;
  for (unsigned seed = 1; seed <= kTimings; ++seed) {
    Market<3> market{seed};
    if (code(market.run_with_sentinels()) == Errc::deadlock)
      ++hung;
    else if (!market.complete())
      ++incomplete;
  }
  CHECK_COMPARE(hung, >, 0);
  CHECK_COMPARE(incomplete, >, 0);
}
