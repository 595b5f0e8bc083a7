// SPDX-License-Identifier: BSL-1.0
#include <tests/simulate/signals.hpp>

namespace simulate {
namespace {

// What stands between must not take for nobody what cannot be given back.
Shape in_its_turn(Shape shape) { return shape >= Shape::shielded ? Shape::then : shape; }

}  // namespace

struct SignalPart::Mail {
  SignalPart* part;
  std::size_t id;
  void operator()() const {
    Scene& scene = part->scene_;
    const Turn turn{scene};
    expect(id > part->last_mail_run_, "mail runs twice or out of order");
    part->last_mail_run_ = id;
    ++part->mail_run_;
    scene.look();
    scene.check();
    scene.perform(part->mail_deeds_[id - 1]);
  }
};

SignalPart::SignalPart(Scene& scene)
    : scene_{scene},
      flag_waits_{scene, Flagging{this}},
      getters_{scene, Receiving{this}},
      flag_{scene.loop},
      items_{scene.loop} {}

void SignalPart::post(const Deed& deed) {
  mail_deeds_.push_back(deed);
  // An interrupt may post before this call returns.
  if (scene_.loop.call_soon_threadsafe(Mail{this, mail_deeds_.size()}))
    ++posted_;
  else
    ++refused_mail_;
}

void SignalPart::set() {
  ++sets_;
  flag_.set();
}

void SignalPart::clear() {
  look();
  cleared_ += flag_.is_set();
  flag_.clear();
}

void SignalPart::put() {
  const int item = ++last_item_;
  if (items_.put_nowait(item))
    inside_.push_back(item);
  else
    ++refused_items_;
}

void SignalPart::interrupt(std::size_t port_call, std::size_t which) {
  scene_.port.interrupt(static_cast<int>(port_call), [this, which] {
    if (which == 0) return post(Deed{});
    if (which == 1) return set();
    put();
  });
}

void SignalPart::wait(Shape shape, std::size_t slot, const How& how) {
  Future<void> wait = flag_.wait();
  if (!wait.done()) flag_waits_.begin(std::move(wait), in_its_turn(shape), slot, how);
}

void SignalPart::get(Shape shape, std::size_t slot, const How& how) {
  Future<int> wait = items_.get();
  if (!wait.done()) getters_.begin(std::move(wait), in_its_turn(shape), slot, how);
}

void SignalPart::get_nowait() {
  look();
  const Result<int> item = items_.get_nowait();
  expect(item.has_value() != inside_.empty(), "get_nowait() says something else than was put");
  if (item) got(*item);
}

void SignalPart::serve_all() {
  if (!flag_waits_.line.empty()) set();
  if (!getters_.line.empty()) put();
}

void SignalPart::got(int item) {
  expect(!inside_.empty(), "an item came that was not inside");
  expect(inside_.front() == item, "items from outside are out of order");
  inside_.pop_front();
}

void SignalPart::look() {
  flag_waits_.look();
  getters_.look();
}

void SignalPart::check() const {
  expect(flag_.missed() + taken_ + cleared_ + flag_.is_set() == sets_, "a set got lost");
  expect(items_.size() == inside_.size(), "an item from outside got lost");
  expect(items_.missed() == refused_items_, "a refused item was not counted");
  expect(scene_.loop.stats().mail_refused == refused_mail_, "refused mail was not counted");
}

void SignalPart::check_quiet() const {
  flag_waits_.line.check_quiet();
  getters_.line.check_quiet();
  expect(flag_waits_.line.empty() || !flag_.is_set(), "someone waits for a flag that is set");
  expect(getters_.line.empty() || items_.empty(), "someone waits for an item that is there");
  check_mail();
}

void SignalPart::check_mail() const { expect(mail_run_ == posted_, "mail got lost"); }

}  // namespace simulate
