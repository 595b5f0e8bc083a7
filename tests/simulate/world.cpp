// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <tests/simulate/world.hpp>

namespace simulate {
namespace {

constexpr int kMostCancels = 50;  // of one future, until it has ended

}  // namespace

World::World(const Setting& given)
    : Scene{given},
      callbacks_{*this},
      futures_{*this},
      limits_{LimitPart{*this}, LimitPart{*this}},
      locks_{LockPart{*this}, LockPart{*this}},
      semaphores_{SemaphorePart{*this, given.permits, false},
                  SemaphorePart{*this, given.permits, true}},
      conditions_{ConditionPart{*this, locks_[0]}, ConditionPart{*this, locks_[0]}},
      event_{*this},
      barrier_{*this, given.parties},
      sleeps_{*this},
      queues_{QueuePart{*this, Order::fifo, 1}, QueuePart{*this, Order::fifo, 3},
              QueuePart{*this, Order::lifo, 3}, QueuePart{*this, Order::priority, 3}},
      groups_{GroupPart{*this}, GroupPart{*this}},
      as_completed_{*this},
      scopes_{*this},
      generator_{*this},
      signals_{*this} {}

void World::play(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    base = static_cast<const char*>(__builtin_frame_address(0));
    operate(step);
    look();
    check();
    ++verdict->step;
  }
  end();
}

void World::operate(const Step& step) {
  const Operation& o = step.operation;
  const bool outside = nesting == 0 && destroying == 0;
  switch (o.code) {
    case Code::pass:
      if (outside && run_pass()) check_quiet();
      return;
    case Code::settle:
      if (outside) settle();
      return;
    case Code::run_until_complete:
      if (outside || loop.running()) run_until_complete(slots[o.what]);
      return;
    case Code::run_forever:
      if (outside || loop.running()) run_forever(moment(o.what, port.now()));
      return;
    case Code::stop: return stop();
    case Code::on_report: on_report = step.deed; return;
    case Code::advance: return port.advance(delay(o.what));
    case Code::call_soon: return callbacks_.call_soon(o.what, step.deed);
    case Code::call_later: return callbacks_.call_later(o.what, delay(o.second), step.deed);
    case Code::call_at: return callbacks_.call_at(o.what, moment(o.second, port.now()), step.deed);
    case Code::arm_many: return callbacks_.arm_many(span(o.what), o.second, step.deed);
    case Code::cancel_many: return callbacks_.cancel_many(o.what);
    case Code::leap: return port.advance(span(o.what));
    case Code::cancel_handle: return callbacks_.cancel(o.what);
    case Code::add_done_callback: return callbacks_.add_done(o.what, o.second, step.deed);
    case Code::remove_done_callback: return callbacks_.remove_done(o.what, o.second);
    default: break;
  }
  const How how{static_cast<Returns>(o.third), o.other, o.actor, step.deed};
  if (o.code < Code::sleep) return operate_on_futures(o, how);
  if (o.code < Code::get) return operate_on_permits(o, how);
  if (o.code < Code::begin_generator) return operate_on_queues(o, how);
  operate_on_signals(o, how);
}

void World::operate_on_futures(const Operation& o, const How& how) {
  switch (o.code) {
    case Code::create_future: return futures_.create(o.what, o.into);
    case Code::set_result: return futures_.set_result(o.what);
    case Code::set_error:
      return futures_.set_error(o.what, o.second == 0 ? Errc::user : Errc::cancelled);
    case Code::drop_promise: return futures_.drop_promise(o.what);
    case Code::take: return futures_.take(o.what);
    case Code::then: return futures_.then(o.what, o.second != 0, o.into, how);
    case Code::or_else: return futures_.or_else(o.what, o.into, how);
    case Code::finally: return futures_.finally(o.what, o.into, how);
    case Code::create_task: return futures_.create_task(o.into, how);
    case Code::visit_tasks: return futures_.visit_tasks(how.deed);
    case Code::cancel: return futures_.cancel(o.what);
    case Code::uncancel: return futures_.uncancel(o.what);
    case Code::drop: return futures_.drop(o.what);
    case Code::copy: return futures_.copy(o.what, o.into);
    case Code::shield: return futures_.shield(o.what, o.into);
    case Code::wait_for: return futures_.wait_for(o.what, delay(o.second), o.into);
    case Code::gather: return futures_.gather(o.what, o.second, o.third, o.into);
    case Code::wait: return futures_.wait(Form::arguments, o.what, o.second, o.third, o.into);
    case Code::wait_of_array: return futures_.wait(Form::array, o.what, o.second, o.third, o.into);
    case Code::wait_of_number:
      return futures_.wait(Form::number, o.what, o.second, o.third, o.into);
    case Code::as_completed: return as_completed_.begin(o.what, o.second, o.third);
    case Code::next: return as_completed_.next(o.into);
    case Code::for_each_outcome: return as_completed_.for_each(o.into, how);
    case Code::end_as_completed: return as_completed_.end();
    case Code::limit: return limits_[o.what].run(o.second, delay(o.third), o.into);
    case Code::limit_until:
      return limits_[o.what].run_at(o.second, moment(o.third, port.now()), o.into);
    case Code::reschedule: return limits_[o.what].reschedule(moment(o.second, port.now()));
    case Code::renew_timeout: return limits_[o.what].renew();
    default: return;
  }
}

void World::operate_on_permits(const Operation& o, const How& how) {
  const auto shape = static_cast<Shape>(o.second);
  switch (o.code) {
    case Code::sleep: return sleeps_.sleep(moment(o.what, port.now()), shape, o.into, how);
    case Code::acquire: return locks_[o.what].acquire(shape, o.into, how);
    case Code::try_acquire: return locks_[o.what].try_acquire(o.actor);
    case Code::release: return locks_[o.what].release(o.actor);
    case Code::detach: return locks_[o.what].detach(o.actor);
    case Code::release_detached: return locks_[o.what].release_detached();
    case Code::acquire_permit: return semaphores_[o.what].acquire(shape, o.into, how);
    case Code::try_acquire_permit: return semaphores_[o.what].try_acquire(o.actor);
    case Code::release_permit: return semaphores_[o.what].release(o.actor);
    case Code::add_permit: return semaphores_[o.what].add();
    case Code::wait_event: return event_.wait(shape, o.into, how);
    case Code::set_event: return event_.set();
    case Code::clear_event: return event_.clear();
    case Code::wait_barrier: return barrier_.wait(shape, o.into, how);
    case Code::try_wait_barrier: return barrier_.try_wait();
    case Code::abort_barrier: return barrier_.abort();
    case Code::reset_barrier: return barrier_.reset();
    case Code::wait_condition: return conditions_[o.what].wait(false, shape, o.into, how);
    case Code::wait_condition_for: return conditions_[o.what].wait(true, shape, o.into, how);
    case Code::notify: return conditions_[o.what].notify(1U + o.second);
    case Code::notify_all: return conditions_[o.what].notify_all();
    case Code::turn_flag: return conditions_[o.what].turn_flag();
    default: return;
  }
}

void World::operate_on_queues(const Operation& o, const How& how) {
  const auto shape = static_cast<Shape>(o.second);
  switch (o.code) {
    case Code::get: return queues_[o.what].get(shape, o.into, how);
    case Code::put: return queues_[o.what].put(shape, o.into, how);
    case Code::get_nowait: return queues_[o.what].get_nowait();
    case Code::put_nowait: return queues_[o.what].put_nowait();
    case Code::join: return queues_[o.what].join(shape, o.into, how);
    case Code::task_done: return queues_[o.what].task_done();
    case Code::shut_down: return queues_[o.what].shut_down(o.second != 0);
    case Code::for_each: return queues_[o.what].for_each(1U + o.second, o.into, how);
    case Code::cancel_held:
      if (held[o.what] != nullptr) held[o.what]->cancel();
      return;
    case Code::drop_held:
      if (held[o.what] != nullptr) held[o.what]->drop();
      return;
    case Code::take_held:
      if (held[o.what] != nullptr) held[o.what]->take(o.actor);
      return;
    case Code::renew: return renew(o.what, false);
    case Code::run_group: return groups_[o.what].run(o.into, how);
    case Code::join_group: return groups_[o.what].join(o.into, how);
    case Code::cancel_group: return groups_[o.what].cancel();
    case Code::renew_group: return groups_[o.what].renew();
    case Code::repeat: return scopes_.repeat(1U + o.second, o.into, how);
    case Code::with: return scopes_.with(locks_[o.what], o.into, how);
    case Code::with_room: return scopes_.with_room(o.into, how);
    default: return;
  }
}

void World::operate_on_signals(const Operation& o, const How& how) {
  const auto shape = static_cast<Shape>(o.second);
  switch (o.code) {
    case Code::begin_generator: return generator_.begin(1U + o.what);
    case Code::next_value: return generator_.next(o.into);
    case Code::for_each_value: return generator_.for_each(o.into, how);
    case Code::close_generator: return generator_.close(o.into);
    case Code::end_generator: return generator_.end();
    case Code::post: return signals_.post(how.deed);
    case Code::set_flag: return signals_.set();
    case Code::clear_flag: return signals_.clear();
    case Code::wait_flag: return signals_.wait(shape, o.into, how);
    case Code::put_item: return signals_.put();
    case Code::get_item: return signals_.get(shape, o.into, how);
    case Code::get_item_nowait: return signals_.get_nowait();
    case Code::interrupt: return signals_.interrupt(o.what, o.second);
    default: return;
  }
}

void World::renew(std::size_t primitive, bool quiet) {
  switch (primitive) {
    case 0: return locks_[1].renew(quiet);
    case 1:
    case 2: return semaphores_[primitive - 1].renew(quiet);
    case 3: return event_.renew();
    case 4: return barrier_.renew();
    case 5:
    case 6: return conditions_[primitive - 5].renew();
    default: return queues_[primitive - 7].renew();
  }
}

void World::check() {
  for (const LimitPart& limit : limits_) limit.check();
  for (const LockPart& lock : locks_) lock.check();
  for (const SemaphorePart& semaphore : semaphores_) semaphore.check();
  for (const QueuePart& queue : queues_) queue.check();
  signals_.check();
}

void World::check_quiet() {
  nodes.check_quiet();
  futures_.check_quiet();
  for (const Slot& slot : slots)
    if (slot.node != kNoNode && !slot.future.done()) nodes.check_pending(slot.node);
  callbacks_.check_quiet();
  for (const LimitPart& limit : limits_) limit.check_quiet();
  for (const LockPart& lock : locks_) lock.check_quiet();
  for (const SemaphorePart& semaphore : semaphores_) semaphore.check_quiet();
  for (const ConditionPart& condition : conditions_) condition.check_quiet();
  event_.check_quiet();
  barrier_.check_quiet();
  sleeps_.check_quiet();
  for (const QueuePart& queue : queues_) queue.check_quiet();
  as_completed_.check_quiet();
  generator_.check_quiet();
  signals_.check_quiet();
  check_blocks();
}

void World::check_blocks() {
  std::vector<int> holds;
  for (const Slot& slot : slots) holds.push_back(slot.node);
  callbacks_.list_waited_for(holds);
  futures_.list_held(holds);
  for (const LimitPart& limit : limits_) limit.list_held(holds);
  as_completed_.list_held(holds);
  std::size_t most = alone_ + callbacks_.pending() + as_completed_.blocks() + generator_.blocks() +
                     nodes.blocks(holds);
  most += static_cast<std::size_t>(
      std::count_if(held.begin(), held.end(), [](HeldWait* wait) { return wait != nullptr; }));
  const std::size_t in_use = loop.stats().in_use;
  expect(in_use <= most, "blocks are in use that nobody needs");
  std::size_t shown = 0;
  loop.for_each_block([&shown](const eyelet::BlockInfo&) { ++shown; });
  expect(shown == in_use, "for_each_block() shows others than those in use");
}

void World::end() {
  base = static_cast<const char*>(__builtin_frame_address(0));
  if (!setting.closes) {
    settle();
    finish();
    end_what_is_seen();
    end_what_waits();
    check_end();
  }
  expect(loop.close().has_value(), "the loop does not close");
  finish();
  signals_.check_mail();
  let_go();
  for (Slot& slot : slots) slot = Slot{};
  futures_.end();
  for (LimitPart& limit : limits_) limit.renew();
  as_completed_.end();
  generator_.end();
  futures_.end_storage();
  const eyelet::Stats stats = loop.stats();
  expect(stats.in_use == 0, "blocks are in use when all has ended");
  expect(captures == 0, "a callable outlives its loop");
  expect(Value::alive == 0, "a value outlives its future");
  expect(stats.failures <= refusals, "a call that found no block was not reported");
}

// What is in the hands of actors.
void World::let_go() {
  for (LockPart& lock : locks_) lock.end();
  for (SemaphorePart& semaphore : semaphores_) semaphore.end();
  for (HeldWait* wait : held)
    if (wait != nullptr) wait->drop();
}

bool World::all_done() const {
  return std::all_of(slots.begin(), slots.end(),
                     [](const Slot& slot) { return slot.future.done(); });
}

// Somebody may wait for himself, or have what those wait for who he waits for.
bool World::may_be_stuck() const {
  const auto waited_for = [](const auto& part) { return !part.waits.line.empty(); };
  return circular || conditions_[0].stuck() || conditions_[1].stuck() ||
         std::any_of(locks_.begin(), locks_.end(), waited_for) ||
         std::any_of(semaphores_.begin(), semaphores_.end(), waited_for);
}

// A cancel ends each future in the end, however often it recovers.
void World::end_what_is_seen() {
  for (int n = 0; n < kMostCancels && !all_done(); ++n) {
    let_go();
    for (std::size_t slot = 0; slot < slots.size(); ++slot) futures_.cancel(slot);
    port.advance(2ms);
    settle();
  }
  // A group that is ending does not cancel its members again, also if one waits for the group.
  expect(all_done() || may_be_stuck(), "a future cannot be cancelled");
}

// What nobody sees ends with what it waits for.
void World::end_what_waits() {
  for (Slot& slot : slots) slot = Slot{};
  futures_.end();
  for (LimitPart& limit : limits_) limit.renew();
  as_completed_.end();
  generator_.end();
  for (GroupPart& group : groups_) group.renew();
  for (int n = 0; n < kMostPasses && (n < 2 || loop.stats().in_use != 0); ++n) {
    let_go();
    port.advance(2h);
    settle();
    for (std::size_t primitive = 0; primitive < kPrimitives; ++primitive) renew(primitive, true);
    signals_.serve_all();
  }
  settle();
}

void World::check_end() {
  if (endless || may_be_stuck()) return;
  expect(loop.stats().in_use == 0, "blocks leaked");
  expect(captures == 0, "a callable was forgotten");
  scopes_.check_end();
}

}  // namespace simulate
