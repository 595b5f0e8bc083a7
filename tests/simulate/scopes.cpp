// SPDX-License-Identifier: BSL-1.0
#include <tests/simulate/scopes.hpp>

namespace simulate {
namespace {

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

void ScopePart::repeat(std::size_t rounds, std::size_t into, const How& how) {
  const int node = scene_.nodes.add_slow(4, true);
  const Future<void> loop =
      eyelet::repeat(scene_.loop, [capture = Capture{scene_, how.deed}, left = rounds,
                                   nap = how.returns != Returns::sleep]() mutable {
        const Turn turn{capture.scene()};
        expect(left != 0, "a loop goes on after its end");
        const bool more = --left != 0;
        capture.perform();
        return eyelet::sleep(capture.scene().loop, nap ? 0ms : 1ms).then([more] { return more; });
      });
  scene_.keep(into, then_or_cancel(loop, Body<false>{Script{scene_, node, kPlain}}), node);
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
