// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <tests/simulate/conditions.hpp>

namespace simulate {

struct ConditionPart::Asking {
  ConditionPart* part;
  int id;
  bool operator()() const { return part->asked(id); }
};

/// Behind a wait that ended well.
template <bool kLater>
class ConditionPart::Watcher {
 public:
  Watcher(ConditionPart& part, int id, Script script)
      : script_{std::move(script)}, part_{&part}, id_{id} {}
  Returned<kLater> operator()() {
    const Turn turn{script_.scene()};
    Held held = part_->ended(id_, true);
    script_.perform();
    if constexpr (kLater) {
      return script_.later(std::move(held));
    } else {
      if (held.guard && !script_.fails()) part_->lock_.hands[script_.actor()] = std::move(held);
      return script_.outcome();
    }
  }

 private:
  Script script_;
  ConditionPart* part_;
  int id_;
};

/// Behind one that did not, or behind the callable above.
class ConditionPart::Otherwise {
 public:
  Otherwise(ConditionPart& part, int id, Script script)
      : script_{std::move(script)}, part_{&part}, id_{id} {}
  Result<Value> operator()(Error) {
    const Turn turn{script_.scene()};
    const Held held = part_->ended(id_, false);
    script_.perform();
    return script_.outcome();
  }

 private:
  Script script_;
  ConditionPart* part_;
  int id_;
};

/// A wait that nothing waits for. When it has ended it has the lock.
class ConditionPart::Spot final : public HeldWait {
 public:
  void begin(ConditionPart& part, Future<void> future, int id) {
    part_ = &part;
    future_ = std::move(future);
    id_ = id;
    seen_ = false;
  }
  bool used() const { return id_ != 0; }

  void look() override {
    if (seen_ || !future_.done()) return;
    seen_ = true;
    lock_ = part_->ended(id_, future_.result().has_value());
  }
  void cancel() override {
    const bool pending = !future_.done();
    expect(future_.cancel() == pending, "cancel() says something else than done()");
    if (pending && !future_.done()) part_->find(id_)->cancelled = true;
    look();
  }
  void drop() override {
    look();
    part_->scene_.forget(this);
    if (!seen_) part_->forget(id_);
    lock_.let_go();
    id_ = 0;
    const Future<void> goes = std::exchange(future_, Future<void>{});
  }
  void take(std::size_t actor) override {
    look();
    if (lock_.guard) part_->lock_.hands[actor] = std::move(lock_);
    drop();
  }

 private:
  ConditionPart* part_ = nullptr;
  Future<void> future_;
  Held lock_;
  int id_ = 0;
  bool seen_ = false;
};

ConditionPart::ConditionPart(Scene& scene, LockPart& lock) : scene_{scene}, lock_{lock}, spots_(2) {
  condition_.emplace(*lock.lock);
}
ConditionPart::~ConditionPart() = default;

ConditionPart::Waiter* ConditionPart::find(int id) {
  const auto there =
      std::find_if(line_.begin(), line_.end(), [id](const Waiter& one) { return one.id == id; });
  return there == line_.end() ? nullptr : &*there;
}

void ConditionPart::wait(bool asks, Shape shape, std::size_t slot, const How& how) {
  Held& hand = lock_.hands[how.actor];
  const bool locked = static_cast<bool>(hand.guard);
  if (!locked && lock_.lock->locked()) return;  // somebody else's
  // Who watches must not fail to: he could not take the lock.
  if (shape >= Shape::shielded || (shape != Shape::held && scene_.may_lack(5))) shape = Shape::held;
  const int id = ++last_;
  const int asking_before = std::exchange(asking_first_, id);  // somebody who found no block
  line_.push_back(Waiter{id, shape == Shape::held, scene_.disturbances});
  line_.back().keeps = asks && flag_;
  Future<void> wait = asks ? condition_->wait_for(Asking{this, id}) : condition_->wait();
  asking_first_ = asking_before;
  if (wait.done()) {
    line_.erase(line_.begin() + (find(id) - line_.data()));
    const bool allowed = locked || (asks && flag_);
    expect(wait.error().code == scene_.loop.why_refused() || !allowed, "a wait was refused");
    return;
  }
  expect(locked || line_.back().keeps, "waits without the lock");
  if (!line_.back().keeps) {
    hand.guard.detach();
    lock_.goes();
  }
  if (shape == Shape::held)
    hold(std::move(wait), slot, id);
  else
    watch(wait, shape, slot, how, id);
}

void ConditionPart::watch(Future<void>& wait, Shape shape, std::size_t slot, const How& how,
                          int id) {
  if (shape != Shape::then) {
    wait = eyelet::wait_for(wait, shape == Shape::limited ? 1ms : 0ms);
    ++scene_.disturbances;
  }
  const int node = scene_.nodes.add_slow(shape == Shape::then ? 2 : 4, false);
  const int end = scene_.nodes.add(Kind::or_else, 1, node);
  const Future<Value> well = by_return(how, [&](auto later) {
    return wait.then(Watcher<later>{*this, id, Script{scene_, node, how}});
  });
  const How fails{Returns::error, 0, how.actor, {}};
  scene_.keep(slot, well.or_else(Otherwise{*this, id, Script{scene_, end, fails}}), end);
}

void ConditionPart::hold(Future<void> wait, std::size_t place, int id) {
  Spot& spot = spots_[spots_[0].used() && !spots_[1].used() ? 1 : 0];
  if (spot.used()) spot.drop();
  spot.begin(*this, std::move(wait), id);
  scene_.hold(place % kHeld, &spot);
}

// With the lock, and before the wait ends well.
bool ConditionPart::asked(int id) {
  if (id == asking_first_) return flag_;
  Waiter* const waiter = find(id);
  expect(waiter != nullptr, "asks though it has ended");
  expect(lock_.lock->locked() && !lock_.owned, "asks without the lock");
  use_token(*waiter);
  waiter->admitted = flag_;
  waiter->notified = false;
  if (!flag_)
    std::rotate(line_.begin() + (waiter - line_.data()),
                line_.begin() + (waiter - line_.data()) + 1, line_.end());
  return flag_;
}

// One who has none uses that of somebody before him, who cannot use it any more.
void ConditionPart::use_token(Waiter& waiter) {
  expect(!waiter.overtaken && !waiter.broken,
         "woken after one who came later, or by what has gone");
  if (waiter.notified || waiter.admitted || waiter.keeps) return;
  for (Waiter& other : line_) {
    if (!other.notified) continue;
    expect(!other.sure || !knows(other), "a notification reached the wrong one");
    other.notified = false;
    other.overtaken = true;
    return;
  }
  fail("woken by nothing");
}

void ConditionPart::give_token(bool sure) {
  for (Waiter& one : line_) {
    if (one.notified || one.admitted || one.keeps || one.overtaken || one.cancelled || one.broken)
      continue;
    one.notified = true;
    one.sure = sure && knows(one);
    return;
  }
}

void ConditionPart::forget(int id) {
  Waiter* const waiter = find(id);
  if (waiter == nullptr) return;
  const Waiter gone = *waiter;
  line_.erase(line_.begin() + (waiter - line_.data()));
  if (gone.notified) give_token(gone.sure);
}

ConditionPart::Held ConditionPart::ended(int id, bool well) {
  Waiter* const waiter = find(id);
  if (waiter == nullptr) return {};
  if (well) {
    use_token(*waiter);
    waiter->notified = false;
  }
  const bool keeps = waiter->keeps;
  forget(id);
  if (keeps || scene_.loop.closed()) return {};
  lock_.comes();
  return Held{eyelet::Guard<eyelet::Lock>{*lock_.lock}, lock_};
}

void ConditionPart::notify(std::size_t count) {
  const bool locked = lock_.lock->locked();
  expect(condition_->notify(count).has_value() == locked, "notifies without the lock");
  for (; locked && count != 0; --count) give_token(true);
}

void ConditionPart::notify_all() {
  const bool locked = lock_.lock->locked();
  expect(condition_->notify_all().has_value() == locked, "notifies all without the lock");
  for (std::size_t n = locked ? line_.size() : 0; n != 0; --n) give_token(true);
}

void ConditionPart::renew() {
  for (Spot& spot : spots_)
    if (spot.used()) spot.look();
  for (Waiter& one : line_) {
    one.broken = true;
    one.notified = false;
  }
  condition_.emplace(*lock_.lock);
}

void ConditionPart::check_quiet() const {
  for (const Waiter& one : line_) {
    expect(!one.keeps, "waits for a flag that was up");
    if (lock_.lock->locked()) continue;
    expect(!one.overtaken && !one.cancelled && !one.broken,
           "has not ended though the lock is free");
    expect(!one.notified || !one.sure || !knows(one), "a notification got lost");
  }
}

}  // namespace simulate
