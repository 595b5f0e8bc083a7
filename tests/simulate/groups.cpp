// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <tests/simulate/groups.hpp>

namespace simulate {
/// Behind the end of a group.
class GroupPart::End {
 public:
  /// `run`: 0 for one that was refused.
  End(GroupPart& part, unsigned run, Script script)
      : script_{std::move(script)}, part_{&part}, run_{run} {}
  void operator()() {
    const Turn turn{part_->scene_};
    if (run_ == part_->run_.number && !part_->scene_.circular) part_->check_members();
    script_.perform();
  }

 private:
  Script script_;
  GroupPart* part_;
  unsigned run_;
};

void GroupPart::check_members() const {
  std::size_t failed = 0;
  for (const int member : run_.members) failed += scene_.nodes[member].failed;
  expect(group_->error_count() >= std::min<std::size_t>(failed, kErrors),
         "a group forgot an error");
  for (std::size_t i = 0; i < group_->error_count(); ++i) {
    const Errc code = group_->error(i).code;
    expect(code != Errc::none && code != Errc::cancelled, "a group keeps what is no error");
  }
  for (const int member : run_.members) {
    expect(scene_.nodes[member].gone, "a group ended before a member began");
    for (const Slot& slot : scene_.slots)
      expect(slot.node != member || slot.future.done(), "a group ended before its members");
  }
}

int GroupPart::add_member() {
  const int node = scene_.nodes.add(Kind::task, 2);
  scene_.nodes[node].blocks_when_run = 2;
  return node;
}

void GroupPart::run(std::size_t into, const How& how) {
  if (!group_) return;  // what goes with it reports something
  ++scene_.disturbances;
  const int body = add_member();
  const int end = scene_.nodes.add_slow(2, false, body);
  const int node = scene_.nodes.add(Kind::then, 1, end);
  const bool was_open = group_->open();
  // Before it begins: tasks may join it in a report that there is no block for its body.
  const Run before = run_;
  const unsigned number = before.number + 1;
  run_ = Run{end, {body}, number};
  const Future<void> run = by_return(how, [&](auto later) {
    return group_->run(Body<later>{Script{scene_, body, how}});
  });
  expect(!was_open || run.done(), "a group runs twice at a time");
  const bool began = !run.done();
  if (!began && run_.number == number) run_ = before;
  const Future<void> ended =
      run.finally(End{*this, began ? number : 0, Script{scene_, end, kPlain}});
  scene_.keep(into, ended.then(Body<false>{Script{scene_, node, kPlain}}), node);
}

void GroupPart::join(std::size_t into, const How& how) {
  if (!group_) return;
  const int node = add_member();
  const bool open = group_->open();
  Future<Value> task = by_return(how, [&](auto later) -> Future<Value> {
    return group_->create_task(Body<later>{Script{scene_, node, how}});
  });
  expect(open || task.done(), "a task joined a group that is not open");
  if (!task.done()) {
    // The model has room for two of those for whom the run waits besides its body.
    if (run_.members.size() < 3) scene_.nodes[run_.node].sources[run_.members.size()] = node;
    scene_.circular |= run_.members.size() >= 3;
    run_.members.push_back(node);
  }
  scene_.keep(into, std::move(task), node);
}

void GroupPart::cancel() {
  ++scene_.disturbances;
  if (group_) group_->cancel();
}

void GroupPart::renew() {
  if (!group_) return;
  ++scene_.disturbances;
  ++run_.number;
  group_.reset();
  group_.emplace(scene_.loop);
}

}  // namespace simulate
