// SPDX-License-Identifier: BSL-1.0
// task_group: tasks that end together. Floor 7.
//
//   idle --(1)--> open --(2)--> ending --(3)--> idle
//                   \                            ^
//                    +------------(3)------------+
//
//   (1) run   (2) a member failed, or the body was cancelled, or the future of run was: all that
//   are left are cancelled, and nobody may join   (3) the last member has ended
#pragma once

#include <eyelet/task.hpp>

namespace eyelet {
namespace detail {

/// The part without types. The body of run() is a member, too; being cancelled it ends the group,
/// which others do only by failing.
class TaskGroupCore {
 public:
  /// Whether tasks may join.
  bool open() const { return run_ != nullptr && !ending_; }

  /// Cancels all members now, the body among them; run() then ends as its members do. O(members).
  void cancel();

 protected:
  constexpr TaskGroupCore(Loop& loop, Error* errors, std::size_t capacity)
      : loop_{&loop}, errors_{errors}, capacity_{capacity} {}
  ~TaskGroupCore();
  TaskGroupCore(const TaskGroupCore&) = delete;
  TaskGroupCore& operator=(const TaskGroupCore&) = delete;

  /// The future of run(), already failed if the group is running.
  Future<void> begin();
  /// Makes `task` a member. False: there was no block, and the task is cancelled before its first
  /// step.
  bool add(Block* task, bool is_body);
  /// begin() is taken back.
  void give_up();

  Loop* loop_;
  Error* errors_;
  std::size_t capacity_;
  std::size_t error_count_ = 0;

 private:
  struct Member;

  static TaskGroupCore& group_of(Block& run);
  static void member_turn(Block& node);
  static void close_member(Block& node);
  static void cancel_turn(Block& run);
  static void cancel_run(Block& run);
  static void withdraw_run(Block& run);
  static void free_node(Block& node);
  void record(Error error);
  bool end_members();
  void end_run();

  static const ContinuationOperations kMemberOperations;
  static const SlowWaitOperations kRunOperations;

  Block* run_ = nullptr;
  List members_;
  Error body_error_;
  bool ending_ = false;
  bool body_cancelled_ = false;
  bool run_cancelled_ = false;
};

}  // namespace detail

/// A task that a group sees to: whoever created it may ignore it.
template <class T>
class MemberTask : public Task<T> {
 public:
  using Task<T>::Task;
};

/// asyncio.TaskGroup. It keeps the first `Errors` errors of its members. If it goes while it runs,
/// its members are cancelled and the future of run() ends broken_promise.
template <std::size_t Errors = 4>
class TaskGroup : public detail::TaskGroupCore {
 public:
  static_assert(Errors >= 1, "eyelet: a task group keeps at least one error");
  constexpr explicit TaskGroup(Loop& owner) : TaskGroupCore{owner, kept_, Errors} {}

  /// Runs `body()` as a task, and ends when that and all tasks created meanwhile have ended: well;
  /// or with the first error, when the others have been cancelled; or cancelled, if the body was.
  /// If its own future was cancelled meanwhile, it ends so also if members failed. May be called
  /// again afterwards. Memory: three blocks. Errors: those of the members, cancelled, invalid_state
  /// (it is running), out_of_blocks. Cancelled: so are all members, in the next pass.
  template <class F>
  Future<void> run(F&& body) {
    Future<void> ended = begin();
    if (ended.done()) return ended;
    const auto task = loop_->create_task(std::forward<F>(body));
    if (add(task.block(), true)) return ended;
    give_up();
    return Future<void>{*loop_, nullptr};
  }

  /// A task that is a member, with a name if one is given. Memory: two blocks. Errors, upon which
  /// `body` never runs, reported if nobody looks at them: invalid_state (not running, or ending),
  /// out_of_blocks.
  template <class F, class... Name>
  auto create_task(F&& body, Name... name) {
    using T = typename decltype(loop_->create_task(std::forward<F>(body), name...))::value_type;
    using Created = MemberTask<T>;
    if (!open()) return Created{detail::failed_future<T>(*loop_, Errc::invalid_state).give_away()};
    Created task{loop_->create_task(std::forward<F>(body), name...).give_away()};
    return add(task.block(), false) ? task : Created{*loop_, nullptr};
  }

  /// Errors of the last or current run in the order in which members ended, the body's last.
  std::size_t error_count() const { return error_count_ < Errors ? error_count_ : Errors; }
  Error error(std::size_t i) const { return kept_[i]; }

 private:
  Error kept_[Errors] = {};
};

}  // namespace eyelet
