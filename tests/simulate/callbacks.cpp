// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <tests/simulate/callbacks.hpp>

namespace simulate {

class CallbackPart::Call {
 public:
  Call(CallbackPart& part, int number, const Deed& deed)
      : capture_{part.scene_, deed}, part_{&part}, number_{number} {}
  Call(Call&&) noexcept = default;
  ~Call() {
    if (!capture_.here()) return;
    Record& record = part_->record(number_);
    const bool closed = part_->scene_.loop.closed();
    expect(!std::exchange(record.pending, false) || closed,
           "a callback was destroyed that nobody cancelled");
    record.gone = true;
  }

  void operator()() {
    const Turn turn{part_->scene_};
    part_->ran(number_);
    capture_.perform();
  }
  void operator()(const Future<Value>& future) {
    expect(future.done(), "a done callback runs though its future is pending");
    (*this)();
  }

 private:
  Capture capture_;
  CallbackPart* part_;
  int number_;
};

int CallbackPart::add(Sort sort, TimePoint when, int node) {
  records_.push_back(Record{sort, scene_.arm(when), node});
  return static_cast<int>(records_.size()) - 1;
}

CallbackPart::Named CallbackPart::named(eyelet::Handle handle, int number) {
  record(number).pending = static_cast<bool>(handle);
  return Named{handle, number};
}

void CallbackPart::call_soon(std::size_t handle, const Deed& deed) {
  const int number = add(Sort::soon, TimePoint{}, kNoNode);
  names_[handle] = named(scene_.loop.call_soon(Call{*this, number, deed}), number);
}

void CallbackPart::call_later(std::size_t handle, eyelet::Duration delay, const Deed& deed) {
  const int number = add(Sort::timer, scene_.after(delay), kNoNode);
  names_[handle] = named(scene_.loop.call_later(delay, Call{*this, number, deed}), number);
}

void CallbackPart::call_at(std::size_t handle, TimePoint when, const Deed& deed) {
  const int number = add(Sort::timer, when, kNoNode);
  names_[handle] = named(scene_.loop.call_at(when, Call{*this, number, deed}), number);
}

void CallbackPart::add_done(std::size_t slot, std::size_t handle, const Deed& deed) {
  const Slot source = scene_.slots[slot];
  if (source.node == kNoNode) return;
  const int number = add(Sort::done, TimePoint{}, source.node);
  names_[handle] = named(source.future.add_done_callback(Call{*this, number, deed}), number);
}

// Some are due together, and in another order than that in which they are armed.
void CallbackPart::arm_many(eyelet::Duration span, std::size_t shift, const Deed& deed) {
  constexpr std::size_t kMany = 12;
  for (std::size_t n = 0; n < kMany; ++n) {
    const auto place = static_cast<eyelet::Duration::rep>((n * 5 + shift) % 8);
    const TimePoint when = scene_.after(span * place / 7);
    const int number = add(Sort::timer, when, kNoNode);
    Call call{*this, number, n == shift ? deed : Deed{}};
    many_.push_back(named(scene_.loop.call_at(when, std::move(call)), number));
  }
}

void CallbackPart::cancel_many(std::size_t spared) {
  const std::vector<Named> many = std::move(many_);
  many_.clear();
  for (std::size_t n = 0; n < many.size(); ++n) {
    if (n % 3 == spared)
      many_.push_back(many[n]);
    else
      cancel(many[n]);
  }
}

void CallbackPart::cancel(std::size_t handle) { cancel(Named{names_[handle]}); }

void CallbackPart::cancel(const Named& named) {
  const bool pending = named.record >= 0 && std::exchange(record(named.record).pending, false);
  expect(named.handle.cancel() == pending, "a handle names something else than its callback");
  expect(!pending || record(named.record).gone, "what a callback captured outlives its cancel");
}

void CallbackPart::remove_done(std::size_t slot, std::size_t handle) {
  const Slot source = scene_.slots[slot];
  const Named named = names_[handle];
  if (source.node == kNoNode || named.record < 0) return;
  Record& there = record(named.record);
  const bool removes = there.pending && there.sort == Sort::done && there.node == source.node;
  if (removes) there.pending = false;
  expect(source.future.remove_done_callback(named.handle) == removes,
         "a handle names something else than its done callback");
}

void CallbackPart::ran(int number) {
  Record& runs = record(number);
  expect(runs.pending, "a callback runs twice, or after its cancel");
  runs.pending = false;
  switch (runs.sort) {
    case Sort::timer: return scene_.fire(runs.alarm);
    case Sort::soon:
      expect(runs.alarm.first_pass == scene_.pass, "a callback does not run in the next pass");
      expect(runs.alarm.order > last_soon_, "callbacks are out of order");
      expect(!scene_.in_timers, "a callback runs after the timers of its pass");
      last_soon_ = runs.alarm.order;
      return;
    case Sort::done:
      expect(runs.alarm.first_pass <= scene_.pass, "a done callback runs in the pass of its add");
      unsigned& last = scene_.nodes[runs.node].last_callback;
      expect(runs.alarm.order > last, "done callbacks are out of order");
      last = runs.alarm.order;
  }
}

void CallbackPart::check_pass() const {
  for (const Record& record : records_)
    expect(!record.pending || record.sort == Sort::done || !scene_.overdue(record.alarm),
           "a callback that was due has not run");
}

void CallbackPart::check_sleep(TimePoint deadline) const {
  for (const Record& record : records_)
    expect(!record.pending || record.sort != Sort::timer || record.alarm.when >= deadline,
           "the loop oversleeps a callback");
}

void CallbackPart::check_awaited(int node) const {
  for (const Record& record : records_)
    expect(!record.pending || record.node != node || record.alarm.first_pass > scene_.pass,
           "a callback of what was awaited has not run");
}

std::size_t CallbackPart::pending() const {
  return static_cast<std::size_t>(std::count_if(records_.begin(), records_.end(),
                                                [](const Record& one) { return one.pending; }));
}

void CallbackPart::list_waited_for(std::vector<int>& nodes) const {
  for (const Record& record : records_)
    if (record.pending && record.sort == Sort::done) nodes.push_back(record.node);
}

void CallbackPart::check_quiet() const {
  for (const Record& record : records_)
    expect(!record.pending || record.sort != Sort::done || !scene_.nodes[record.node].done,
           "a done callback of what is done has not run");
}

}  // namespace simulate
