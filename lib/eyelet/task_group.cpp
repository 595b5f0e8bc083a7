// SPDX-License-Identifier: BSL-1.0
#include <eyelet/task_group.hpp>

namespace eyelet::detail {

// What the payload of a member's node holds: the link is in the group's list.
struct TaskGroupCore::Member : Link {
  TaskGroupCore* group;
  Block* node;
  bool is_body;
};

const ContinuationOperations TaskGroupCore::kMemberOperations{{member_turn, nullptr}, close_member};

const SlowWaitOperations TaskGroupCore::kRunOperations{
    {{{cancel_turn, nullptr}, &kResultOperations<void>, kHearsOfCancel}, withdraw_run}, cancel_run};

TaskGroupCore& TaskGroupCore::group_of(Block& run) { return *payload<TaskGroupCore*>(run); }

TaskGroupCore::~TaskGroupCore() {
  if (run_ == nullptr) return;
  Block& run = *run_;
  withdraw_run(run);
  fail_wait(run, Errc::broken_promise);
}

Future<void> TaskGroupCore::begin() {
  if (run_ != nullptr) return failed_future<void>(*loop_, Errc::invalid_state);
  Block* const run = begin_future(*loop_, Kind::wait, kRunOperations).block();
  if (run == nullptr) return Future<void>{*loop_, nullptr};
  construct<TaskGroupCore*, kPayloadBytes>(run->payload, this);
  run_ = run;
  ending_ = body_cancelled_ = run_cancelled_ = false;
  error_count_ = 0;
  body_error_ = Error{};
  return Future<void>{*loop_, run};
}

void TaskGroupCore::give_up() { run_ = nullptr; }

bool TaskGroupCore::add(Block* task, bool is_body) {
  if (task == nullptr) return false;
  Block* const node = loop_->acquire();
  if (node == nullptr) {
    detail::cancel(*task);
    loop_->refuse();
    return false;
  }
  node->operations = &kMemberOperations;
  node->kind = Kind::done_callback;
  Member& member = construct<Member, kPayloadBytes>(node->payload);
  member.group = this;
  member.is_body = is_body;
  member.node = node;
  members_.push_back(member);
  attach(*node, *task);
  return true;
}

// A member has ended.
void TaskGroupCore::member_turn(Block& node) {
  Block& task = *node.upstream;
  TaskGroupCore& group = *payload<Member>(node).group;
  const bool is_body = payload<Member>(node).is_body;
  free_node(node);
  const bool body_cancelled = is_body && task.state == State::cancelled;
  if (body_cancelled) group.body_cancelled_ = true;
  if (task.state == State::error) {
    const Error error = observe_error(task);
    if (is_body)
      group.body_error_ = error;
    else
      group.record(error);
  }
  const bool goes_on = (task.state != State::error && !body_cancelled) || group.end_members();
  if (goes_on && group.members_.empty()) group.end_run();
  // Last: the group may go with the result.
  drop_dependent(task);
}

void TaskGroupCore::close_member(Block& node) {
  Block& task = *node.upstream;
  task.continuations.remove(node);
  free_node(node);
  drop_dependent(task);
}

// Takes a node that is in no queue out of the group.
void TaskGroupCore::free_node(Block& node) {
  unlink(static_cast<Link&>(payload<Member>(node)));
  node.loop->release(node);
}

void TaskGroupCore::record(Error error) {
  if (error_count_ < capacity_) errors_[error_count_] = error;
  ++error_count_;
}

// False: a destructor of the user's has destroyed the group meanwhile.
bool TaskGroupCore::end_members() {
  // Once: those that clean up are not cancelled in that.
  if (std::exchange(ending_, true)) return true;
  Block& run = *run_;
  add_handle(run);
  set_flag(run, kRunning);
  set_flag(run, kCancelling);  // a member that waits for the run makes a circle
  for (Link* link = members_.front(); link != members_.end(); link = link->next) {
    detail::cancel(*static_cast<Member*>(link)->node->upstream);
    if (is_done(run)) break;
  }
  const bool goes_on = !is_done(run);
  clear_flag(run, kRunning);
  clear_flag(run, kCancelling);
  drop_handle(run);
  return goes_on;
}

void TaskGroupCore::end_run() {
  Block* const run = std::exchange(run_, nullptr);
  if (run == nullptr) return;
  if (body_error_.code != Errc::none) record(body_error_);
  if (has_flag(*run, kGranted)) unlink(*run);
  if (error_count_ != 0 && !run_cancelled_)
    set_failed(*run, errors_[0].code, errors_[0].detail);
  else if (run_cancelled_ || body_cancelled_)
    set_failed(*run, Errc::cancelled);
  else
    set_value<void>(*run);
  finish(*run);
}

// In a turn of its own, as the task that waits in asyncio has; and so groups in groups keep the
// stack.
void TaskGroupCore::cancel_run(Block& run) {
  group_of(run).run_cancelled_ = true;
  if (has_flag(run, kGranted)) return;
  set_flag(run, kGranted);
  run.loop->schedule(run);
}

void TaskGroupCore::cancel_turn(Block& run) {
  clear_flag(run, kGranted);
  group_of(run).end_members();
}

void TaskGroupCore::cancel() {
  if (open()) end_members();
}

// Nobody waits for the run any more: its members are let go, cancelled.
void TaskGroupCore::withdraw_run(Block& run) {
  if (has_flag(run, kGranted)) unlink(run);
  clear_flag(run, kGranted);
  TaskGroupCore& group = group_of(run);
  group.run_ = nullptr;
  group.ending_ = true;
  // A member that waits for the run makes a circle, which is opened.
  set_flag(run, kRunning);
  set_flag(run, kCancelling);
  while (!group.members_.empty()) {
    Block& node = *static_cast<Member*>(group.members_.front())->node;
    const AnyFuture task = AnyFuture::of(*node.upstream);
    close_member(node);
    if (!run.loop->closed()) task.cancel();
  }
  clear_flag(run, kRunning);
  clear_flag(run, kCancelling);
}

}  // namespace eyelet::detail
