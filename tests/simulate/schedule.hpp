// SPDX-License-Identifier: BSL-1.0
// schedule: what is done in one run, as data. A seed names it wholly; any part of it is a schedule,
// too, because every operation is meaningful, or does nothing, wherever it stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <eyelet/time.hpp>
#include <string>
#include <vector>

namespace simulate {

inline constexpr std::size_t kMostActors = 6;
inline constexpr std::size_t kMostSlots = 8;
inline constexpr std::size_t kMostBlocks = 64;
inline constexpr std::size_t kLocks = 2;
inline constexpr std::size_t kSemaphores = 2;
inline constexpr std::size_t kConditions = 2;
inline constexpr std::size_t kQueues = 4;
inline constexpr std::size_t kGroups = 2;
inline constexpr std::size_t kTimeouts = 2;
inline constexpr std::size_t kPromises = 4;
inline constexpr std::size_t kHandles = 6;
inline constexpr std::size_t kHeld = 6;
inline constexpr std::size_t kPrimitives = 11;
inline constexpr std::size_t kMail = 3;

/// What an operation does; its operands are in the table of schedule.cpp.
enum class Code : std::uint8_t {
  nothing,
  // the loop
  pass,
  settle,
  advance,
  run_until_complete,
  run_forever,
  stop,
  on_report,
  // callbacks
  call_soon,
  call_later,
  call_at,
  arm_many,
  cancel_many,
  leap,
  cancel_handle,
  add_done_callback,
  remove_done_callback,
  // futures
  create_future,
  set_result,
  set_error,
  drop_promise,
  take,
  then,
  or_else,
  finally,
  create_task,
  visit_tasks,
  cancel,
  uncancel,
  drop,
  copy,
  // combinators
  shield,
  wait_for,
  gather,
  wait,
  wait_of_array,
  wait_of_number,
  as_completed,
  next,
  for_each_outcome,
  end_as_completed,
  limit,
  limit_until,
  reschedule,
  renew_timeout,
  // time
  sleep,
  // primitives
  acquire,
  try_acquire,
  release,
  detach,
  release_detached,
  acquire_permit,
  try_acquire_permit,
  release_permit,
  add_permit,
  wait_event,
  set_event,
  clear_event,
  wait_barrier,
  try_wait_barrier,
  abort_barrier,
  reset_barrier,
  wait_condition,
  wait_condition_for,
  notify,
  notify_all,
  turn_flag,
  get,
  put,
  get_nowait,
  put_nowait,
  join,
  task_done,
  shut_down,
  cancel_held,
  drop_held,
  take_held,
  renew,
  // loops and scopes
  run_group,
  join_group,
  cancel_group,
  renew_group,
  repeat,
  for_each,
  with,
  with_room,
  // generators
  begin_generator,
  next_value,
  for_each_value,
  close_generator,
  end_generator,
  // from outside
  post,
  set_flag,
  clear_flag,
  wait_flag,
  put_item,
  get_item,
  get_item_nowait,
  interrupt,
};

/// What a number among the operands of an operation stands for.
enum class Of : std::uint8_t {
  nothing,
  slot,  ///< a future
  promise,
  handle,
  delay,
  moment,
  span,  ///< over levels of the timer wheel
  shape,
  returns,
  hunger,  ///< of a then
  error,
  count,      ///< of those to be notified, of rounds, of items
  whole,      ///< kind of gather
  when,       ///< kind of wait
  iteration,  ///< kind of as_completed
  choice,
  timeout,
  lock,
  semaphore,
  condition,
  queue,
  held,       ///< a wait that nothing waits for
  primitive,  ///< one that may be destroyed and made anew
  group,
  signal,  ///< mail, the flag, an item
  port_call,
};

/// In which way a primitive is waited for.
enum class Shape : std::uint8_t {
  held,      ///< a future that nothing waits for
  then,      ///< a then behind it
  limited,   ///< wait_for, 1 ms
  hurried,   ///< wait_for, no time at all
  shielded,  ///< shield
  gathered,  ///< gather, with a sleep of no time
  kCount,
};

/// What a callable returns, which keeps what it was given until then.
enum class Returns : std::uint8_t { value, error, cancelled, nap, sleep, other, kCount };

/// Delays by number, and moments from `now` on.
eyelet::Duration delay(std::size_t number);
eyelet::TimePoint moment(std::size_t number, eyelet::TimePoint now);
eyelet::Duration span(std::size_t number);

struct Operation {
  Code code = Code::nothing;
  std::uint8_t actor = 0;
  std::uint8_t what = 0;  // the operands, as the table says
  std::uint8_t second = 0;
  std::uint8_t third = 0;
  std::uint8_t other = 0;  // the slot of a future that a callable may return
  std::uint8_t into = 0;   // the slot of what is made
};

/// What a callable does beside its work: when it runs, or, if it is late, when it is destroyed.
struct Deed {
  Operation operation;
  bool late = false;
};

struct Step {
  Operation operation;
  Deed deed;
};

/// What holds for a whole run.
struct Setting {
  std::uint8_t blocks;
  std::uint8_t actors;
  std::uint8_t slots;
  std::uint8_t permits;
  std::uint8_t parties;
  std::uint8_t faults;  ///< of 32 acquisitions of a block so many fail, with fault injection
  bool closes;          ///< the loop is closed in the middle of everything
  eyelet::TimePoint start;
  std::size_t first_timer_order;
};

struct Schedule {
  Setting setting;
  std::vector<Step> steps;
};

Schedule generate(std::uint64_t seed);

std::string describe(const Setting& setting);
std::string describe(const Step& step);

}  // namespace simulate
