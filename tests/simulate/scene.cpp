// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <tests/simulate/random.hpp>
#include <tests/simulate/scene.hpp>

namespace simulate {
namespace {

// Of callables within callables each may use as much; measured, and doubled.
constexpr std::ptrdiff_t kStackOfOne = 16 * 1024;

// A loop with fault injection asks this before each acquisition.
Random faults{0};
std::size_t faults_of_32 = 0;

bool fails_now() { return faults.below(32) < faults_of_32; }

}  // namespace

TimePoint WatchedPort::now() const {
  const TimePoint time = InterruptPort::now();
  scene_.reads_clock(time);
  return time;
}

void WatchedPort::wait_until(TimePoint deadline) {
  if (deadline > InterruptPort::now() && !woken()) scene_.sleeps(deadline);
  InterruptPort::wait_until(deadline);
}

Scene::Scene(const Setting& given)
    : setting{given}, port{*this, given.start}, loop{port, given.blocks, given.first_timer_order} {
  faults = Random{0};
  faults_of_32 = given.faults;
  eyelet::detail::fail_acquisition = fails_now;
  loop.set_exception_handler(
      [](eyelet::Loop&, Error error, void* self) { static_cast<Scene*>(self)->hears(error); },
      this);
}

void Scene::hears(Error error) {
  if (error.code == Errc::deadlock) return;  // whoever could go on could have done so before
  if (error.code == Errc::out_of_blocks) ++refusals;
  const Deed deed = std::exchange(on_report, Deed{});
  const std::size_t failures = loop.stats().failures;
  {
    const Turn turn{*this};
    perform(deed);
  }
  refusals += static_cast<unsigned>(loop.stats().failures - failures);
}

void Scene::perform(const Deed& deed) {
  if (!over && deed.operation.code != Code::nothing) operate(Step{deed.operation, {}});
}

void Scene::keep(std::size_t slot, Future<Value> future, int node) {
  if (future.block() == nullptr) nodes[node].done = true;
  Slot fresh{std::move(future), node};
  std::swap(slots[slot], fresh);
}

void Scene::hold(std::size_t place, HeldWait* wait) {
  HeldWait* const before = std::exchange(held[place], wait);
  if (before != nullptr) before->drop();
}

void Scene::forget(const HeldWait* wait) {
  std::replace(held.begin(), held.end(), const_cast<HeldWait*>(wait),
               static_cast<HeldWait*>(nullptr));
}

void Scene::look() {
  for (HeldWait* wait : held)
    if (wait != nullptr) wait->look();
  for (const Slot& slot : slots) {
    if (slot.node == kNoNode) continue;
    const bool seen = std::exchange(nodes[slot.node].seen, slot.future.done());
    expect(!seen || slot.future.done(), "what was done is pending again");
    if (seen || !slot.future.done()) continue;
    expect(slot.future.cancelled() == (slot.future.error().code == Errc::cancelled),
           "cancelled() says something else than error()");
    if (const Result<Value>& result = slot.future.result())
      nodes.saw_value(slot.node, result->node);
    else
      nodes.saw_error(slot.node, slot.future.cancelled(),
                      result.error().code == Errc::user ? result.error().detail : kNoNode);
  }
}

Alarm Scene::arm(TimePoint when) {
  endless |= when == eyelet::kNever;
  return Alarm{when, ++armed, pass + 1};
}

void Scene::fire(const Alarm& alarm) {
  expect(alarm.when <= port.now(), "a timer is early");
  expect(alarm.first_pass <= pass, "a timer fires in the pass in which it was armed");
  const bool after =
      alarm.when != last_fired.when ? alarm.when > last_fired.when : alarm.order > last_fired.order;
  expect(!in_timers || after, "timers are out of order");
  in_timers = true;
  last_fired = alarm;
}

void Scene::await(int node, int inner) {
  nodes[node].inner = inner;
  circular |= nodes.waits_for(inner, node);
}

bool Scene::may_lack(std::size_t blocks) const {
  const eyelet::Stats stats = loop.stats();
  return loop.closed() || stats.capacity - stats.in_use < blocks ||
         (eyelet::kFaultInjection && setting.faults != 0);
}

void Scene::finish() {
  over = true;
  faults_of_32 = 0;
}

Turn::Turn(Scene& scene) : scene_{scene} {
  ++scene.nesting;
  const auto* const here = static_cast<const char*>(__builtin_frame_address(0));
  expect(scene.base - here < kStackOfOne * scene.nesting, "the stack is too deep");
}

void Capture::perform() const {
  scene_->look();
  scene_->check();
  if (!deed_.late) scene_->perform(deed_);
}

Capture::~Capture() {
  if (scene_ == nullptr) return;
  --scene_->captures;
  if (!deed_.late || scene_->over) return;
  ++scene_->destroying;
  {
    const Turn turn{*scene_};
    scene_->perform(deed_);
  }
  --scene_->destroying;
}

}  // namespace simulate
