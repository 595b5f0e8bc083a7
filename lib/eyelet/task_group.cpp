// SPDX-License-Identifier: BSL-1.0
#include <eyelet/task_group.hpp>

namespace eyelet::detail {

// What the payload of a member's node holds: the link is in the group's list.
struct TaskGroupCore::Member : Link {
  TaskGroupCore* group;
  Block* node;
  bool is_body;
};

namespace {

constexpr Error kCancelled{Errc::cancelled, 0};

}  // namespace

const ContinuationOperations TaskGroupCore::kMemberOperations{{member_turn, nullptr}, close_member};

const FutureOperations TaskGroupCore::kRunOperations{{{cancel_members, nullptr}, close_future},
                                                     &kResultOperations<void>,
                                                     nullptr,
                                                     withdraw_run,
                                                     0,
                                                     cancel_run};

TaskGroupCore& TaskGroupCore::group_of(Block& run) { return *payload<TaskGroupCore*>(run); }

TaskGroupCore::~TaskGroupCore() {
  if (run_ == nullptr) return;
  Block& run = *run_;
  withdraw_run(run);
  fail_wait(run, Error{Errc::broken_promise, 0});
}

Future<void> TaskGroupCore::begin() {
  if (run_ != nullptr) {
    Future<void> refused = loop_->create_future<void>();
    refused.set_error(Errc::invalid_state);
    return refused;
  }
  Block* const run = make_future(*loop_, Kind::wait, kRunOperations);
  if (run == nullptr) return Future<void>{*loop_, nullptr};
  construct<TaskGroupCore*, kPayloadBytes>(run->payload, this);
  run_ = run;
  ending_ = cancelled_ = false;
  error_count_ = 0;
  body_error_ = Error{};
  return Future<void>{*loop_, run};
}

void TaskGroupCore::give_up() { run_ = nullptr; }

bool TaskGroupCore::add(Block* task, bool is_body) {
  if (task == nullptr) return false;
  Block* const node = loop_->acquire();
  if (node == nullptr) {
    cancel(*task);
    return false;
  }
  node->operations = &kMemberOperations;
  node->kind = Kind::done_callback;
  node->flags = 0;
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
  const Member& member = payload<Member>(node);
  TaskGroupCore& group = *member.group;
  const Block& task = *node.upstream;
  const bool failed = task.state == State::error;
  if (failed && member.is_body)
    group.body_error_ = input_error(node.upstream, false);
  else if (failed)
    group.record(input_error(node.upstream, false));
  if (task.state == State::cancelled && member.is_body) group.cancelled_ = true;
  const bool ends_group = failed || (task.state == State::cancelled && member.is_body);
  remove(node);
  if (ends_group) group.end_members();
  if (group.members_.empty()) group.end_run();
}

void TaskGroupCore::close_member(Block& node) {
  unlink(node);
  remove(node);
}

// Takes a node that is in no queue out of the group, and lets go of the task.
void TaskGroupCore::remove(Block& node) {
  Block& task = *node.upstream;
  unlink(static_cast<Link&>(payload<Member>(node)));
  Loop::retire(node);
  node.loop->release(node);
  drop_dependent(task);
}

void TaskGroupCore::record(Error error) {
  if (error_count_ < capacity_) errors_[error_count_] = error;
  ++error_count_;
}

// Cancelling schedules what ends, so the list stays as it is meanwhile.
void TaskGroupCore::end_members() {
  // Once: those that clean up are not cancelled in that.
  if (std::exchange(ending_, true)) return;
  for (Link* link = members_.front(); link != members_.end(); link = link->next)
    cancel(*static_cast<Member*>(link)->node->upstream);
}

void TaskGroupCore::end_run() {
  Block* const run = std::exchange(run_, nullptr);
  if (run == nullptr) return;
  if (body_error_.code != Errc::none) record(body_error_);
  if (has_flag(*run, kGranted)) unlink(*run);
  if (error_count_ != 0)
    set_failed(*run, errors_[0]);
  else if (cancelled_)
    set_failed(*run, kCancelled);
  else
    set_value<void>(*run);
  finish(*run);
}

void TaskGroupCore::cancel_run(Block& run) {
  group_of(run).cancelled_ = true;
  cancel_children(run);
}

void TaskGroupCore::cancel_members(Block& run) { group_of(run).end_members(); }

// Nobody waits for the run any more: its members are let go, cancelled.
void TaskGroupCore::withdraw_run(Block& run) {
  if (has_flag(run, kGranted)) unlink(run);
  clear_flag(run, kGranted);
  TaskGroupCore& group = group_of(run);
  group.run_ = nullptr;
  if (!run.loop->closed()) group.end_members();
  while (!group.members_.empty()) close_member(*static_cast<Member*>(group.members_.front())->node);
}

}  // namespace eyelet::detail
