// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <tests/simulate/queues.hpp>

namespace simulate {
namespace {

template <class Queue>
class QueueOf final : public AnyQueue {
 public:
  explicit QueueOf(eyelet::Loop& loop) : queue_{loop} {}
  Future<Item> get() override { return queue_.get(); }
  Future<void> put(Item&& item) override { return queue_.put(std::move(item)); }
  Result<Item> get_nowait() override { return queue_.get_nowait(); }
  Result<void> put_nowait(Item&& item) override { return queue_.put_nowait(std::move(item)); }
  Future<void> join() override { return queue_.join(); }
  Result<void> task_done() override { return queue_.task_done(); }
  void shut_down(bool immediate) override { queue_.shutdown(immediate); }
  std::size_t size() const override { return queue_.size(); }
  std::size_t unfinished() const override { return queue_.unfinished(); }

 private:
  Queue queue_;
};

template <template <class, std::size_t> class Kind>
std::unique_ptr<AnyQueue> make_queue(eyelet::Loop& loop, std::size_t room) {
  if (room == 1) return std::make_unique<QueueOf<Kind<Item, 1>>>(loop);
  return std::make_unique<QueueOf<Kind<Item, 3>>>(loop);
}

}  // namespace

/// Behind a get, whose item goes on to the body of a for_each.
class QueuePart::Pull {
 public:
  Pull(QueuePart& part, int id) : capture_{part.scene_, Deed{}}, part_{&part}, id_{id} {}
  Pull(Pull&&) noexcept = default;
  ~Pull() {
    if (capture_.here()) part_->getters_.line.leave(id_);
  }
  std::optional<Item> operator()(Item&& item) {
    const Turn turn{part_->scene_};
    Item received = part_->getters_.receive(id_, std::move(item));
    capture_.perform();
    return received;
  }

 private:
  Capture capture_;
  QueuePart* part_;
  int id_;
};

class QueuePart::Source {
 public:
  Source(QueuePart& part, std::size_t count) : part_{part}, left_{count} {}

  Future<std::optional<Item>> next() {
    const Turn turn{part_.scene_};
    if (left_ == 0)
      return eyelet::sleep(part_.scene_.loop, 0ms).then([]() -> std::optional<Item> { return {}; });
    --left_;
    const Future<Item> wait = part_.queue_->get();
    if (wait.done())
      return wait.then([](Item&& item) { return std::optional<Item>{std::move(item)}; });
    Waits<Item, Getting>& getters = part_.getters_;
    const int id = getters.ticket();
    getters.line.join(id, Notice::by_call);
    return wait.then(Pull{part_, id});
  }

  /// Whether the body has had an item for each that was asked for.
  bool is_at_its_end() const { return left_ == 0; }

 private:
  QueuePart& part_;
  std::size_t left_;
};

QueuePart::~QueuePart() = default;

QueuePart::QueuePart(Scene& scene, Order order, std::size_t room)
    : scene_{scene},
      getters_{scene, Getting{this}},
      putters_{scene, Putting{this}},
      joiners_{scene, Joining{}},
      room_{room},
      order_{order} {
  make();
}

void QueuePart::make() {
  switch (order_) {
    case Order::fifo: queue_ = make_queue<eyelet::Queue>(scene_.loop, room_); break;
    case Order::lifo: queue_ = make_queue<eyelet::LifoQueue>(scene_.loop, room_); break;
    case Order::priority: queue_ = make_queue<eyelet::PriorityQueue>(scene_.loop, room_); break;
  }
}

void QueuePart::look() {
  putters_.look();
  getters_.look();
  joiners_.look();
}

void QueuePart::get(Shape shape, std::size_t slot, const How& how) {
  const bool over = shut_ && queue_->size() == 0;
  Future<Item> wait = queue_->get();
  expect(!over || wait.done(), "waits for items of a queue that is shut down");
  if (wait.done()) return;
  exact_ &= shape < Shape::shielded;
  getters_.begin(std::move(wait), shape, slot, how);
}

// The times at which items came in must be known; that of a put which is held only if the order
// does not depend on it.
void QueuePart::put(Shape shape, std::size_t slot, const How& how) {
  if (shape >= Shape::shielded || (shape == Shape::held && order_ != Order::fifo))
    shape = Shape::then;
  const Inside item = make_item();
  Future<void> wait = queue_->put(Item{item.id, item.priority});
  expect(!shut_ || wait.done(), "waits to put into a queue that is shut down");
  if (wait.done()) return;
  waiting_.push_back(item);
  putters_.begin(std::move(wait), shape, slot, how, false, static_cast<int>(waiting_.size()) - 1);
}

QueuePart::Inside QueuePart::next() const {
  if (order_ == Order::fifo) return inside_.front();
  if (order_ == Order::lifo) return inside_.back();
  return *std::min_element(inside_.begin(), inside_.end(), [](const Inside& a, const Inside& b) {
    return a.priority < b.priority;
  });
}

void QueuePart::got(const Waiting& one, const Item& item) {
  putters_.look();
  if (one.notice != Notice::later) expect(!shut_ || !one.ended, "got from what was shut down");
  take_out(item.id);
}

void QueuePart::take_out(int id) {
  const auto there = std::find_if(inside_.begin(), inside_.end(),
                                  [id](const Inside& item) { return item.id == id; });
  expect(!exact_ || there != inside_.end(), "an item came that was not inside");
  if (there == inside_.end()) return;
  expect(!exact_ || next().id == id, "items are out of order");
  inside_.erase(there);
}

void QueuePart::put_in(const Waiting& one) {
  if (one.notice == Notice::by_call) getters_.look();
  expect(!shut_, "put into what is shut down");
  inside_.push_back(waiting_[static_cast<std::size_t>(one.group)]);
  ++unfinished_;
}

void QueuePart::get_nowait() {
  look();
  const bool any = queue_->size() != 0;
  const Result<Item> item = queue_->get_nowait();
  expect(item.has_value() == any, "get_nowait() says something else than size()");
  if (any) take_out(item->id);
}

void QueuePart::put_nowait() {
  look();
  const bool takes = !shut_ && queue_->size() < room_;
  const Inside made = make_item();
  Item item{made.id, made.priority};
  expect(queue_->put_nowait(std::move(item)).has_value() == takes,
         "put_nowait() says something else than size()");
  expect(takes || item.id == made.id, "an item that was refused is gone");
  if (!takes) return;
  inside_.push_back(made);
  ++unfinished_;
}

void QueuePart::join(Shape shape, std::size_t slot, const How& how) {
  Future<void> wait = queue_->join();
  if (!wait.done()) joiners_.begin(std::move(wait), shape, slot, how, queue_->unfinished() == 0);
}

void QueuePart::for_each(std::size_t count, std::size_t slot, const How& how) {
  const int node = scene_.nodes.add_slow(4, true);
  Source& source = sources_.emplace_back(*this, count);
  const Future<void> loop =
      eyelet::for_each(scene_.loop, source, [capture = Capture{scene_, how.deed}](Item&&) {
        const Turn turn{capture.scene()};
        capture.perform();
      });
  scene_.keep(slot, then_or_cancel(loop, Body<false>{Script{scene_, node, kPlain}}), node);
}

void QueuePart::look_at_unfinished() {
  if (unfinished_ == 0) joiners_.line.call_all();
}

void QueuePart::task_done() {
  look();
  const bool any = queue_->unfinished() != 0;
  expect(queue_->task_done().has_value() == any, "task_done() says something else");
  if (any) --unfinished_;
  look_at_unfinished();
}

void QueuePart::shut_down(bool immediate) {
  look();
  const std::size_t inside = queue_->size();
  queue_->shut_down(immediate);
  shut_ = true;
  putters_.line.end_all();
  if (immediate) {
    unfinished_ -= std::min(unfinished_, inside);
    inside_.clear();
    look_at_unfinished();
  }
  if (queue_->size() == 0) getters_.line.end_all();
}

void QueuePart::renew() {
  look();
  getters_.line.end_all();
  putters_.line.end_all();
  joiners_.line.end_all();
  inside_.clear();
  unfinished_ = 0;
  shut_ = false;
  queue_.reset();
  make();
}

void QueuePart::check() const {
  expect(queue_->unfinished() == unfinished_, "a queue counts other items as unfinished");
  expect(!exact_ || queue_->size() == inside_.size(), "a queue holds something else than was put");
}

void QueuePart::check_quiet() const {
  getters_.line.check_quiet();
  putters_.line.check_quiet();
  joiners_.line.check_quiet();
  const bool gets = !getters_.line.empty();
  const bool puts = !putters_.line.empty();
  expect(!gets || queue_->size() == 0, "someone waits for an item that is there");
  expect(!puts || queue_->size() == room_, "someone waits for room that is there");
  expect(!shut_ || !(gets || puts), "someone waits though the queue is shut down");
  expect(joiners_.line.empty() || unfinished_ != 0, "someone waits for what is finished");
}

}  // namespace simulate
