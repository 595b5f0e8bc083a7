// SPDX-License-Identifier: BSL-1.0
#include <tests/simulate/groups.hpp>

namespace simulate {
namespace {

int add_slow(Scene& scene, bool recovers, std::size_t blocks, int source = kNoNode) {
  const int node = scene.nodes.add(Kind::leaf, blocks, source);
  scene.nodes[node].slow = true;
  scene.nodes[node].recovers = recovers;
  return node;
}

/// The body of a with, in which the lock is held.
template <bool kLater>
class LockedBody {
 public:
  LockedBody(Script script, Doorway& doorway) : script_{std::move(script)}, doorway_{&doorway} {}
  LockedBody(LockedBody&&) noexcept = default;
  ~LockedBody() {
    if (script_.here() && !script_.model().ran) doorway_->lock.waits.line.leave(doorway_->id);
  }
  Returned<kLater> operator()() {
    const Turn turn{script_.scene()};
    doorway_->lock.waits.look();
    doorway_->lock.waits.line.serve(doorway_->id);
    doorway_->lock.comes();
    return script_.run<kLater>();
  }

 private:
  Script script_;
  Doorway* doorway_;
};

}  // namespace

/// Behind the end of a group.
class GroupPart::End {
 public:
  /// `run`: 0 for one that was refused.
  End(GroupPart& part, unsigned run, Script script)
      : script_{std::move(script)}, part_{&part}, run_{run} {}
  void operator()() {
    const Turn turn{part_->scene_};
    if (run_ == part_->run_count_ && !part_->scene_.circular) part_->check_members();
    script_.perform();
  }

 private:
  Script script_;
  GroupPart* part_;
  unsigned run_;
};

void GroupPart::check_members() const {
  for (const int member : members_) {
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
  ++scene_.disturbances;
  const int body = add_member();
  const int end = add_slow(scene_, false, 2, body);
  const int node = scene_.nodes.add(Kind::then, 1, end);
  const bool was_open = group_->open();
  const Future<void> run = by_return(how, [&](auto later) {
    return group_->run(Body<later>{Script{scene_, body, how}});
  });
  expect(!was_open || run.done(), "a group runs twice at a time");
  const bool began = !run.done();
  if (began) {
    run_ = end;
    members_.assign(1, body);
    ++run_count_;
  }
  const Future<void> ended =
      run.finally(End{*this, began ? run_count_ : 0, Script{scene_, end, kPlain}});
  scene_.keep(into, ended.then(ToValue{Script{scene_, node, kPlain}}), node);
}

void GroupPart::join(std::size_t into, const How& how) {
  const int node = add_member();
  const bool open = group_->open();
  Future<Value> task = by_return(how, [&](auto later) -> Future<Value> {
    return group_->create_task(Body<later>{Script{scene_, node, how}});
  });
  expect(open || task.done(), "a task joined a group that is not open");
  if (!task.done()) {
    // The model has room for two of those for whom the run waits besides its body.
    if (members_.size() < 3) scene_.nodes[run_].sources[members_.size()] = node;
    scene_.circular |= members_.size() >= 3;
    members_.push_back(node);
  }
  scene_.keep(into, std::move(task), node);
}

void GroupPart::cancel() {
  ++scene_.disturbances;
  group_->cancel();
}

void GroupPart::renew() {
  ++scene_.disturbances;
  ++run_count_;
  group_.emplace(scene_.loop);
}

/// Behind a next().
class AsCompletedPart::Came {
 public:
  Came(AsCompletedPart& part, Script script)
      : script_{std::move(script)}, part_{&part}, generation_{part.generation_} {}
  Came(Came&&) noexcept = default;
  ~Came() {
    if (script_.here() && generation_ == part_->generation_) part_->asking_ = false;
  }
  Result<Value> operator()(const std::optional<Result<Value>>& outcome) {
    const Turn turn{script_.scene()};
    if (generation_ == part_->generation_)
      part_->comes(outcome.has_value());
    else
      expect(!outcome, "an outcome of what has gone");
    script_.perform();
    return script_.outcome();
  }

 private:
  Script script_;
  AsCompletedPart* part_;
  unsigned generation_;
};

void AsCompletedPart::comes(bool outcome) {
  asking_ = false;
  if (outcome)
    expect(++came_ <= expected_, "as_completed gives something twice");
  else
    expect(limited_ || came_ == expected_, "as_completed forgot something");
}

void AsCompletedPart::begin(std::size_t first, std::size_t second, bool limited) {
  const Slot a = scene_.slots[first];
  const Slot b = scene_.slots[second];
  if (a.node == kNoNode || b.node == kNoNode) return;
  ++generation_;
  nodes_ = {a.node, b.node};
  expected_ = a.future.block() == b.future.block() ? 1 : 2;
  came_ = 0;
  asking_ = false;
  limited_ = limited;
  const std::array<Future<Value>, 2> futures{a.future, b.future};
  if (limited)
    source_.emplace(scene_.loop, futures, 1ms);
  else
    source_.emplace(scene_.loop, futures);
}

void AsCompletedPart::next(std::size_t into) {
  if (!source_ || asking_) return;
  const int node = scene_.nodes.add(Kind::leaf, 2, nodes_[0], nodes_[1]);
  Script script{scene_, node, kPlain};
  asking_ = true;
  scene_.keep(into, source_->next().then(Came{*this, std::move(script)}), node);
}

void AsCompletedPart::check_quiet() const {
  if (!source_ || !asking_) return;
  expect(came_ < expected_, "as_completed does not end");
  std::size_t done = 0;
  for (std::size_t i = 0; i < expected_; ++i) done += scene_.nodes[nodes_[i]].seen;
  expect(limited_ || done <= came_, "as_completed lost an outcome");
}

void ScopePart::repeat(std::size_t rounds, std::size_t into, const How& how) {
  const int node = add_slow(scene_, true, 4);
  const Future<void> loop =
      eyelet::repeat(scene_.loop, [capture = Capture{scene_, how.deed}, left = rounds,
                                   nap = how.returns != Returns::sleep]() mutable {
        const Turn turn{capture.scene()};
        expect(left != 0, "a loop goes on after its end");
        const bool more = --left != 0;
        capture.perform();
        return eyelet::sleep(capture.scene().loop, nap ? 0ms : 1ms).then([more] { return more; });
      });
  scene_.keep(into, then_or_cancel(loop, ToValue{Script{scene_, node, kPlain}}), node);
}

void ScopePart::with(LockPart& lock, std::size_t into, const How& how) {
  const int body = scene_.nodes.add(Kind::leaf, 0);
  const int node = scene_.nodes.add(Kind::scope, 2, body);
  Doorway& doorway = doorways_.emplace_back(Doorway{lock, lock.waits.ticket()});
  scene_.keep(
      into,
      by_return(
          how,
          [&](auto later) {
            return eyelet::with(doorway, LockedBody<later>{Script{scene_, body, how}, doorway});
          }),
      node);
}

void ScopePart::with_room(std::size_t into, const How& how) {
  const int body = scene_.nodes.add(Kind::leaf, 0);
  const int node = scene_.nodes.add(Kind::scope, 3, body);
  scene_.keep(into,
              by_return(how,
                        [&](auto later) {
                          return eyelet::with(room_, Body<later>{Script{scene_, body, how}});
                        }),
              node);
}

}  // namespace simulate
