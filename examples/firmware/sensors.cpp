// SPDX-License-Identifier: BSL-1.0
// Two sensors are read together every 50 ms and within 10 ms, what they say goes through a queue of
// two to a valve that is slow at times, and a command puts all to sleep. While the valve cannot
// keep up, measuring waits; where a sensor hangs, nothing is measured; asleep, nothing is left half
// done.
#include <eyelet/gather.hpp>
#include <eyelet/queue.hpp>
#include <eyelet/repeat.hpp>
#include <eyelet/sleep.hpp>
#include <eyelet/wait_for.hpp>
#include <toolchains/boards/board.hpp>

using namespace std::chrono_literals;
using eyelet::Errc;
using eyelet::Error;
using eyelet::Future;
using eyelet::Result;

namespace {

eyelet::StaticLoop<24> loop{board::port};

// In the place of hardware. One of eight conversions takes longer than the others.
class Sensor {
 public:
  Sensor(unsigned value, unsigned conversions) : value_{value}, conversions_{conversions} {}

  Future<unsigned> read() {
    const auto takes = conversions_++ % 8 == 0 ? 60ms : 4ms;
    return eyelet::sleep(loop, takes).then([this] { return ++value_; });
  }

 private:
  unsigned value_, conversions_;
};

class Station {
 public:
  // Measures and moves the valve until it is cancelled.
  Future<void> run() {
    auto measuring = eyelet::repeat(loop, [this] { return measure(); }).finally([] {
      board::say("sensors off");
    });
    auto moving = eyelet::repeat(loop, [this] { return move_valve(); }).finally([] {
      board::say("valve closed");
    });
    return eyelet::gather(measuring, moving);
  }

 private:
  Future<void> measure() {
    return eyelet::sleep_until(loop, next_tick())
        .then([this] {
          return eyelet::wait_for(eyelet::gather(temperature_.read(), pressure_.read()), 10ms);
        })
        .then([this](std::tuple<unsigned, unsigned> values) {
          const unsigned flow = std::get<0>(values) + std::get<1>(values);
          board::say("measured", flow);
          return flows_.put(flow);
        })
        .or_else([](Error error) -> Result<void> {
          if (error.code != Errc::timed_out) return eyelet::failure(error);
          board::say("a sensor hangs");
          return {};
        });
  }

  // Those that went by meanwhile are left out.
  eyelet::TimePoint next_tick() {
    while (tick_ <= loop.time()) tick_ += 50ms;
    return tick_;
  }

  // The second time it jams.
  Future<void> move_valve() {
    return flows_.get()
        .then([this](unsigned flow) {
          flow_ = flow;
          return eyelet::sleep(loop, ++moves_ == 2 ? 250ms : 20ms);
        })
        .then([this] { board::say("valve at", flow_); });
  }

  eyelet::TimePoint tick_{};
  Sensor temperature_{20, 1}, pressure_{10, 6};
  eyelet::Queue<unsigned, 2> flows_{loop};
  unsigned flow_ = 0, moves_ = 0;
};

}  // namespace

int main() {
  board::port.start();
  Station station;
  Future<void> running = station.run();
  loop.call_later(562ms, [&running] {
    board::say("to sleep");
    running.cancel();
  });
  const Result<void> ended = loop.run_until_complete(running);
  return !ended && ended.error().code == Errc::cancelled ? 0 : 1;
}
