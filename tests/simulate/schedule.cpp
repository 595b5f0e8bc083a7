// SPDX-License-Identifier: BSL-1.0
#include <limits>
#include <tests/simulate/random.hpp>
#include <tests/simulate/schedule.hpp>

namespace simulate {
namespace {

using eyelet::Duration;
using eyelet::TimePoint;
using namespace std::chrono_literals;

/// Operations of a family are about one thing; a schedule is about some of them.
enum class Family : std::uint8_t {
  loop,
  runs,
  callbacks,
  timers,
  futures,
  combinators,
  limits,
  sleeps,
  locks,
  semaphores,
  meetings,
  conditions,
  queues,
  held,
  groups,
  scopes,
  generators,
  signals,
  kCount,
};
constexpr std::size_t kFamilies = static_cast<std::size_t>(Family::kCount);

struct Row {
  Code code;
  Family family;
  const char* name;
  Of what = Of::nothing;
  Of second = Of::nothing;
  Of third = Of::nothing;
  bool makes = false;  // a future
  bool calls = false;  // something that may have a deed
};

constexpr Row kRows[] = {
    {Code::pass, Family::loop, "one pass"},
    {Code::settle, Family::loop, "passes until nothing is ready"},
    {Code::advance, Family::loop, "the clock goes on by", Of::delay},

    {Code::run_until_complete, Family::runs, "run_until_complete", Of::slot},
    {Code::run_forever, Family::runs, "run_forever, and stop it", Of::moment},
    {Code::stop, Family::runs, "stop"},
    {Code::on_report, Family::runs, "upon the next report", {}, {}, {}, false, true},

    {Code::call_soon, Family::callbacks, "call_soon", Of::handle, {}, {}, false, true},
    {Code::call_later, Family::callbacks, "call_later", Of::handle, Of::delay, {}, false, true},
    {Code::call_at, Family::callbacks, "call_at", Of::handle, Of::moment, {}, false, true},
    {Code::cancel_handle, Family::callbacks, "cancel", Of::handle},
    {Code::add_done_callback,
     Family::callbacks,
     "add_done_callback",
     Of::slot,
     Of::handle,
     {},
     false,
     true},
    {Code::remove_done_callback, Family::callbacks, "remove_done_callback", Of::slot, Of::handle},

    {Code::arm_many, Family::timers, "arm many within", Of::span, Of::count, {}, false, true},
    {Code::cancel_many, Family::timers, "cancel many of them", Of::count},
    {Code::leap, Family::timers, "the clock goes on by", Of::span},

    {Code::create_future, Family::futures, "create_future", Of::promise, {}, {}, true},
    {Code::set_result, Family::futures, "set_result", Of::promise},
    {Code::set_error, Family::futures, "set_error", Of::promise, Of::error},
    {Code::drop_promise, Family::futures, "drop", Of::promise},
    {Code::take, Family::futures, "take", Of::slot},
    {Code::then, Family::futures, "then", Of::slot, Of::hunger, Of::returns, true, true},
    {Code::or_else, Family::futures, "or_else", Of::slot, {}, Of::returns, true, true},
    {Code::finally, Family::futures, "finally", Of::slot, {}, Of::returns, true, true},
    {Code::create_task, Family::futures, "create_task", {}, {}, Of::returns, true, true},
    {Code::visit_tasks, Family::futures, "for_each_task", {}, {}, {}, false, true},
    {Code::cancel, Family::futures, "cancel", Of::slot},
    {Code::uncancel, Family::futures, "uncancel", Of::slot},
    {Code::drop, Family::futures, "drop", Of::slot},
    {Code::copy, Family::futures, "copy", Of::slot, {}, {}, true},

    {Code::shield, Family::combinators, "shield", Of::slot, {}, {}, true},
    {Code::wait_for, Family::combinators, "wait_for", Of::slot, Of::delay, {}, true},
    {Code::gather, Family::combinators, "gather", Of::slot, Of::slot, Of::whole, true},
    {Code::wait, Family::combinators, "wait", Of::slot, Of::slot, Of::when, true},
    {Code::wait_of_array, Family::combinators, "wait for an array", Of::slot, Of::slot, Of::when,
     true},
    {Code::wait_of_number, Family::combinators, "wait for a number", Of::slot, Of::slot, Of::when,
     true},
    {Code::as_completed, Family::combinators, "as_completed", Of::slot, Of::slot, Of::iteration},
    {Code::next, Family::combinators, "next of as_completed", {}, {}, {}, true},
    {Code::for_each_outcome,
     Family::combinators,
     "for_each of as_completed",
     {},
     {},
     {},
     true,
     true},
    {Code::end_as_completed, Family::combinators, "destroy as_completed"},

    {Code::limit, Family::limits, "limit by", Of::timeout, Of::slot, Of::delay, true},
    {Code::limit_until, Family::limits, "limit by", Of::timeout, Of::slot, Of::moment, true},
    {Code::reschedule, Family::limits, "reschedule", Of::timeout, Of::moment},
    {Code::renew_timeout, Family::limits, "destroy and make anew", Of::timeout},

    {Code::sleep, Family::sleeps, "sleep", Of::moment, Of::shape, Of::returns, true, true},

    {Code::acquire, Family::locks, "acquire", Of::lock, Of::shape, Of::returns, true, true},
    {Code::try_acquire, Family::locks, "try_acquire", Of::lock},
    {Code::release, Family::locks, "release", Of::lock},
    {Code::detach, Family::locks, "detach the guard of", Of::lock},
    {Code::release_detached, Family::locks, "release without a guard", Of::lock},

    {Code::acquire_permit, Family::semaphores, "acquire", Of::semaphore, Of::shape, Of::returns,
     true, true},
    {Code::try_acquire_permit, Family::semaphores, "try_acquire", Of::semaphore},
    {Code::release_permit, Family::semaphores, "release", Of::semaphore},
    {Code::add_permit, Family::semaphores, "release without a guard", Of::semaphore},

    {Code::wait_event,
     Family::meetings,
     "wait for the event",
     {},
     Of::shape,
     Of::returns,
     true,
     true},
    {Code::set_event, Family::meetings, "set the event"},
    {Code::clear_event, Family::meetings, "clear the event"},
    {Code::wait_barrier,
     Family::meetings,
     "wait at the barrier",
     {},
     Of::shape,
     Of::returns,
     true,
     true},
    {Code::try_wait_barrier, Family::meetings, "try_wait at the barrier"},
    {Code::abort_barrier, Family::meetings, "abort the barrier"},
    {Code::reset_barrier, Family::meetings, "reset the barrier"},

    {Code::wait_condition, Family::conditions, "wait", Of::condition, Of::shape, Of::returns, true,
     true},
    {Code::wait_condition_for, Family::conditions, "wait_for the flag", Of::condition, Of::shape,
     Of::returns, true, true},
    {Code::notify, Family::conditions, "notify", Of::condition, Of::count},
    {Code::notify_all, Family::conditions, "notify_all", Of::condition},
    {Code::turn_flag, Family::conditions, "turn the flag", Of::condition},

    {Code::get, Family::queues, "get", Of::queue, Of::shape, Of::returns, true, true},
    {Code::put, Family::queues, "put", Of::queue, Of::shape, Of::returns, true, true},
    {Code::get_nowait, Family::queues, "get_nowait", Of::queue},
    {Code::put_nowait, Family::queues, "put_nowait", Of::queue},
    {Code::join, Family::queues, "join", Of::queue, Of::shape, Of::returns, true, true},
    {Code::task_done, Family::queues, "task_done", Of::queue},
    {Code::shut_down, Family::queues, "shutdown", Of::queue, Of::choice},
    {Code::for_each, Family::queues, "for_each", Of::queue, Of::count, {}, true, true},

    {Code::cancel_held, Family::held, "cancel", Of::held},
    {Code::drop_held, Family::held, "drop", Of::held},
    {Code::take_held, Family::held, "take", Of::held},
    {Code::renew, Family::held, "destroy and make anew", Of::primitive},

    {Code::run_group, Family::groups, "run", Of::group, {}, Of::returns, true, true},
    {Code::join_group, Family::groups, "create_task", Of::group, {}, Of::returns, true, true},
    {Code::cancel_group, Family::groups, "cancel", Of::group},
    {Code::renew_group, Family::groups, "destroy and make anew", Of::group},

    {Code::repeat, Family::scopes, "repeat", {}, Of::count, Of::returns, true, true},
    {Code::with, Family::scopes, "with", Of::lock, {}, Of::returns, true, true},
    {Code::with_room, Family::scopes, "with a room", {}, {}, Of::returns, true, true},

    {Code::begin_generator, Family::generators, "generator", Of::count},
    {Code::next_value, Family::generators, "next of the generator", {}, {}, {}, true},
    {Code::for_each_value, Family::generators, "for_each of the generator", {}, {}, {}, true, true},
    {Code::close_generator, Family::generators, "aclose the generator", {}, {}, {}, true},
    {Code::end_generator, Family::generators, "destroy the generator"},

    {Code::post, Family::signals, "call_soon_threadsafe", {}, {}, {}, false, true},
    {Code::set_flag, Family::signals, "set the flag"},
    {Code::clear_flag, Family::signals, "clear the flag"},
    {Code::wait_flag, Family::signals, "wait for the flag", {}, Of::shape, Of::returns, true, true},
    {Code::put_item, Family::signals, "put an item"},
    {Code::get_item, Family::signals, "get an item", {}, Of::shape, Of::returns, true, true},
    {Code::get_item_nowait, Family::signals, "get_nowait an item"},
    {Code::interrupt, Family::signals, "an interrupt", Of::port_call, Of::signal},
};

constexpr Duration kDelays[] = {0ms, 1ms, 2ms, 70ms, 1h};
constexpr const char* kDelayNames[] = {"0 ms", "1 ms", "2 ms", "70 ms", "1 h"};
constexpr const char* kMomentNames[] = {"until the past", "0 ms", "1 ms",    "2 ms",
                                        "70 ms",          "1 h",  "for ever"};
constexpr Duration kSpans[] = {70ms, 5s, 5min, 5h, 40h};
constexpr const char* kSpanNames[] = {"70 ms", "5 s", "5 min", "5 h", "40 h"};
constexpr const char* kShapeNames[] = {"as it is",    "and then", "within 1 ms",
                                       "within 0 ms", "shielded", "gathered"};
constexpr const char* kReturnsNames[] = {"a value",         "an error",        "a cancellation",
                                         "a sleep of 0 ms", "a sleep of 1 ms", "a future"};
constexpr const char* kHungerNames[] = {"that looks", "that takes"};
constexpr const char* kErrorNames[] = {"of ours", "cancelled"};
constexpr const char* kWholeNames[] = {"of values", "of errors, too", "of an array", "of a number",
                                       "of a number, errors, too"};
constexpr const char* kWhenNames[] = {"for the first",
                                      "for the first error",
                                      "for all",
                                      "for the first, within 1 ms",
                                      "for the first error, within 1 ms",
                                      "for all, within 1 ms"};
constexpr const char* kIterationNames[] = {"of an array", "of an array, within 1 ms", "of a number",
                                           "of a number, within 1 ms", "of too many"};
constexpr const char* kChoiceNames[] = {"gracefully", "at once"};
constexpr const char* kPrimitiveNames[] = {"lock 1",  "semaphore 0", "semaphore 1", "event",
                                           "barrier", "condition 0", "condition 1", "queue 0",
                                           "queue 1", "queue 2",     "queue 3"};

constexpr const char* kSignalNames[] = {"posts", "sets the flag", "puts an item"};

// The end of time, and where buckets of all levels of the timer wheel end.
constexpr TimePoint kStarts[] = {eyelet::kEndOfTime - 3h, TimePoint{Duration{1LL << 40} - 1500us}};

/// What an operand may be: how many there are, and either a name for each or one for all.
struct Operands {
  std::size_t count;
  const char* const* names;
  const char* noun;
};

template <std::size_t N>
constexpr Operands named(const char* const (&names)[N]) {
  return Operands{N, names, nullptr};
}

Operands operands(Of of, const Setting& setting) {
  switch (of) {
    case Of::nothing: return {1, nullptr, nullptr};
    case Of::slot: return {setting.slots, nullptr, "f"};
    case Of::promise: return {kPromises, nullptr, "promise "};
    case Of::handle: return {kHandles, nullptr, "handle "};
    case Of::delay: return named(kDelayNames);
    case Of::moment: return named(kMomentNames);
    case Of::span: return named(kSpanNames);
    case Of::shape: return named(kShapeNames);
    case Of::returns: return named(kReturnsNames);
    case Of::hunger: return named(kHungerNames);
    case Of::error: return named(kErrorNames);
    case Of::count: return {3, nullptr, "times 1 + "};
    case Of::whole: return named(kWholeNames);
    case Of::when: return named(kWhenNames);
    case Of::iteration: return named(kIterationNames);
    case Of::choice: return named(kChoiceNames);
    case Of::timeout: return {kTimeouts, nullptr, "timeout "};
    case Of::lock: return {kLocks, nullptr, "lock "};
    case Of::semaphore: return {kSemaphores, nullptr, "semaphore "};
    case Of::condition: return {kConditions, nullptr, "condition "};
    case Of::queue: return {kQueues, nullptr, "queue "};
    case Of::held: return {kHeld, nullptr, "held "};
    case Of::primitive: return named(kPrimitiveNames);
    case Of::group: return {kGroups, nullptr, "group "};
    case Of::signal: return named(kSignalNames);
    case Of::port_call: return {12, nullptr, "at port call "};
  }
  return {1, nullptr, nullptr};
}

Setting random_setting(Random& random) {
  Setting setting{};
  setting.blocks = random.one_in(3) ? random.byte(3, 20) : static_cast<std::uint8_t>(kMostBlocks);
  setting.actors = random.byte(2, kMostActors + 1);
  setting.slots = random.byte(2, kMostSlots + 1);
  setting.permits = random.byte(0, 4);
  setting.parties = random.byte(1, 4);
  if (random.one_in(4)) setting.faults = random.byte(1, 5);
  setting.closes = random.one_in(4);
  if (random.one_in(2)) setting.start = kStarts[random.below(std::size(kStarts))];
  if (random.one_in(2)) setting.first_timer_order = std::numeric_limits<std::size_t>::max() - 5;
  return setting;
}

/// Which rows a schedule has, one after the other as often as they weigh.
std::vector<const Row*> random_rows(Random& random) {
  bool chosen[kFamilies] = {true};
  for (std::size_t n = 1 + random.below(4); n > 0; --n) chosen[random.below(kFamilies)] = true;
  std::vector<const Row*> rows;
  for (const Row& row : kRows) {
    if (!chosen[static_cast<std::size_t>(row.family)] || random.one_in(6)) continue;
    for (std::size_t n = 1 + random.below(4); n > 0; --n) rows.push_back(&row);
  }
  const std::size_t passes = rows.size() / (2 + random.below(6));
  rows.insert(rows.end(), 1 + passes, &kRows[0]);
  return rows;
}

Operation random_operation(Random& random, const Row& row, const Setting& setting) {
  Operation operation;
  operation.code = row.code;
  operation.actor = random.byte(0, setting.actors);
  operation.what = random.byte(0, operands(row.what, setting).count);
  operation.second = random.byte(0, operands(row.second, setting).count);
  operation.third = random.byte(0, operands(row.third, setting).count);
  operation.other = random.byte(0, setting.slots);
  operation.into = random.byte(0, setting.slots);
  return operation;
}

const Row& row_of(Code code) {
  for (const Row& row : kRows)
    if (row.code == code) return row;
  return kRows[0];
}

void append(std::string& text, Of of, std::size_t number) {
  const Operands is = operands(of, Setting{});
  if (of == Of::nothing) return;
  text += ' ';
  text += is.names != nullptr ? is.names[number] : is.noun + std::to_string(number);
}

std::string describe(const Operation& operation) {
  const Row& row = row_of(operation.code);
  std::string text{row.name};
  append(text, row.what, operation.what);
  append(text, row.second, operation.second);
  if (row.third == Of::returns) text += ", returns";
  append(text, row.third, operation.third);
  if (row.third == Of::returns && operation.third == static_cast<std::uint8_t>(Returns::other))
    text += ", f" + std::to_string(operation.other);
  if (row.makes) text += ", -> f" + std::to_string(operation.into);
  return text;
}

}  // namespace

eyelet::Duration delay(std::size_t number) { return kDelays[number]; }

TimePoint moment(std::size_t number, TimePoint now) {
  if (number == 0) return now - 1ms;
  if (number == std::size(kMomentNames) - 1) return eyelet::kNever;
  return saturating_add(now, kDelays[number - 1]);
}

eyelet::Duration span(std::size_t number) { return kSpans[number]; }

Schedule generate(std::uint64_t seed) {
  Random random{seed};
  Schedule schedule{random_setting(random), {}};
  const std::vector<const Row*> rows = random_rows(random);
  const std::size_t deeds = random.below(4);  // of four callables so many have one
  for (std::size_t n = 4 + random.below(random.one_in(8) ? 160 : 50); n > 0; --n) {
    const Row& row = *rows[random.below(rows.size())];
    Step step{random_operation(random, row, schedule.setting), {}};
    if (row.calls && random.below(4) < deeds) {
      const Row& deed = *rows[random.below(rows.size())];
      step.deed = Deed{random_operation(random, deed, schedule.setting), random.one_in(4)};
    }
    schedule.steps.push_back(step);
  }
  return schedule;
}

std::string describe(const Setting& setting) {
  std::string text = std::to_string(setting.blocks) + " blocks, ";
  text += std::to_string(setting.actors) + " actors, ";
  text += std::to_string(setting.permits) + " permits, ";
  text += std::to_string(setting.parties) + " parties, ";
  text += std::to_string(setting.faults) + " faults; at the end ";
  return text + (setting.closes ? "the loop is closed" : "all is let go");
}

std::string describe(const Step& step) {
  std::string text =
      "actor " + std::to_string(step.operation.actor) + ": " + describe(step.operation);
  if (step.deed.operation.code == Code::nothing) return text;
  text += step.deed.late ? "; when its callable goes: " : "; when it runs: ";
  return text + describe(step.deed.operation);
}

}  // namespace simulate
