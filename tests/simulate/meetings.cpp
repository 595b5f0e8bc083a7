// SPDX-License-Identifier: BSL-1.0
#include <tests/simulate/meetings.hpp>

namespace simulate {

void EventPart::wait(Shape shape, std::size_t slot, const How& how) {
  const bool set = event_->is_set();
  Future<void> wait = event_->wait();
  if (!wait.done()) waits.begin(std::move(wait), shape, slot, how, set);
}

void EventPart::set() {
  event_->set();
  waits.look();
  waits.line.call_all();
}

void EventPart::renew() {
  waits.look();
  waits.line.end_all();
  event_.emplace(waits.scene.loop);
}

BarrierPart::BarrierPart(Scene& scene, std::size_t parties)
    : waits{scene, Role{this}}, barrier_{std::in_place, scene.loop, parties}, parties_{parties} {}

void BarrierPart::wait(Shape shape, std::size_t slot, const How& how) {
  const bool broken = barrier_->broken();
  Future<std::size_t> wait = barrier_->wait();
  expect(!broken || wait.done(), "a broken barrier is waited for");
  if (wait.done()) return;
  const bool full = barrier_->waiting() == 0;
  const int group = static_cast<int>(groups_.size()) - 1;
  if (full) let_go();
  waits.begin(std::move(wait), shape, slot, how, full, group);
}

void BarrierPart::let_go() {
  waits.look();
  const int group = static_cast<int>(groups_.size()) - 1;
  for (Waiting& one : waits.line)
    if (one.group == group) one.called = true;
  groups_.emplace_back();
}

void BarrierPart::try_wait() {
  const bool last = !barrier_->broken() && barrier_->waiting() + 1 == parties_;
  const Result<std::size_t> place = barrier_->try_wait();
  expect(place.has_value() == last, "try_wait() says something else than waiting()");
  if (!last) return;
  expect(*place == parties_ - 1, "the last to come has not the last place");
  groups_.back().places |= 1U << *place;
  let_go();
}

void BarrierPart::abort() {
  waits.look();
  waits.line.end_all();
  barrier_->abort();
}

void BarrierPart::reset() {
  waits.look();
  waits.line.end_all();
  barrier_->reset();
}

void BarrierPart::renew() {
  waits.look();
  waits.line.end_all();
  barrier_.emplace(waits.scene.loop, parties_);
}

void BarrierPart::goes_on(const Waiting& one, std::size_t place) {
  expect(one.called, "goes on though not all have come");
  Group& group = groups_[static_cast<std::size_t>(one.group)];
  expect(place < parties_, "a place beyond the last");
  expect((group.places >> place & 1) == 0, "a place was given twice");
  group.places |= 1U << place;
  if (one.notice == Notice::later) return;
  expect(place >= group.next, "places are not in the order in which they came");
  group.next = place + 1;
}

void BarrierPart::check_quiet() const {
  waits.line.check_quiet();
  expect(waits.line.size() == barrier_->waiting(), "a barrier counts others than those who wait");
  expect(waits.line.size() < parties_, "all have come and nobody goes on");
}

void SleepPart::sleep(TimePoint until, Shape shape, std::size_t slot, const How& how) {
  Future<void> wait = eyelet::sleep_until(waits.scene.loop, until);
  if (wait.done()) return;
  alarms_.push_back(waits.scene.arm(until));
  waits.begin(std::move(wait), shape, slot, how, false, static_cast<int>(alarms_.size()) - 1);
}

void SleepPart::ends(const Waiting& one) {
  const Alarm& alarm = alarms_[static_cast<std::size_t>(one.group)];
  if (one.notice == Notice::by_call)
    waits.scene.fire(alarm);
  else
    expect(alarm.when <= waits.scene.pass_time, "a sleep ended early");
}

void SleepPart::check_quiet() const {
  for (const Waiting& one : waits.line)
    expect(!waits.scene.overdue(alarms_[static_cast<std::size_t>(one.group)]),
           "a sleep has not ended");
}

void SleepPart::check_sleep(TimePoint deadline) const {
  for (const Waiting& one : waits.line)
    expect(alarms_[static_cast<std::size_t>(one.group)].when >= deadline,
           "the loop oversleeps a sleep");
}

}  // namespace simulate
