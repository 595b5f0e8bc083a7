// SPDX-License-Identifier: BSL-1.0
#include <tests/simulate/iterators.hpp>

namespace simulate {

/// Behind a next().
template <class Part>
class Asker::Came {
 public:
  Came(Part& part, Script script)
      : script_{std::move(script)}, part_{&part}, generation_{part.generation_} {}
  Came(Came&&) noexcept = default;
  ~Came() {
    if (script_.here() && generation_ == part_->generation_) part_->asking_ = false;
  }
  template <class Item>
  Result<Value> operator()(const std::optional<Item>& item) {
    const Turn turn{script_.scene()};
    expect(generation_ == part_->generation_, "an item of an iterator that has gone");
    part_->asking_ = false;
    part_->comes(item);
    return script_.run<false>();
  }

 private:
  Script script_;
  Part* part_;
  unsigned generation_;
};

/// The same, and the item goes on to the body of a for_each.
template <class Part>
class Asker::Pull {
 public:
  explicit Pull(Part& part)
      : capture_{part.scene_, Deed{}}, part_{&part}, generation_{part.generation_} {
    part.asking_ = true;
  }
  Pull(Pull&&) noexcept = default;
  ~Pull() {
    if (capture_.here() && generation_ == part_->generation_) part_->asking_ = false;
  }
  template <class Item>
  Item operator()(Item&& item) {
    const Turn turn{part_->scene_};
    expect(generation_ == part_->generation_, "an item of an iterator that has gone");
    part_->asking_ = false;
    part_->comes(item);
    expect(!std::exchange(part_->on_its_way_, item.has_value()), "for_each forgot what came");
    capture_.perform();
    return std::forward<Item>(item);
  }

 private:
  Capture capture_;
  Part* part_;
  unsigned generation_;
};

template <class Part>
auto Through<Part>::next() {
  const Turn turn{part->scene_};
  using Item = typename decltype(part->source_->next())::value_type;
  if (!part->source_ || part->asking_)
    return eyelet::sleep(part->scene_.loop, 0ms).then([]() -> Item { return {}; });
  Asker::Pull<Part> pull{*part};
  return part->source_->next().then(std::move(pull));
}

template <class Part>
void Asker::ask_for_all(Part& part, std::size_t into, const How& how) {
  const int node = scene_.nodes.add_slow(4, true);
  const Future<void> loop = eyelet::for_each(
      scene_.loop, part.through_,
      [&part, capture = Capture{scene_, how.deed}, is_first = true](const auto&) mutable {
        const Turn turn{capture.scene()};
        expect(std::exchange(part.on_its_way_, false), "for_each gives what did not come");
        // Once: it may begin the iterator anew, which would not come to its end.
        if (std::exchange(is_first, false)) capture.perform();
      });
  scene_.keep(into, then_or_cancel(loop, Body<false>{Script{scene_, node, kPlain}}), node);
}

void Asker::begin_anew() {
  ++generation_;
  asking_ = false;
}

template <class Part, class F>
void Asker::ask(Part& part, int node, std::size_t into, F ask) {
  Came<Part> came{part, Script{scene_, node, kPlain}};
  asking_ = true;
  scene_.keep(into, ask().then(std::move(came)), node);
}

Future<void> GeneratorPart::Producer::operator()(eyelet::Yield<Value>& yield) const {
  GeneratorPart* const producer = part;
  return eyelet::repeat(part->scene_.loop, [producer, &yield] { return producer->produce(yield); });
}

// Behind every other value it takes its time.
Future<bool> GeneratorPart::produce(eyelet::Yield<Value>& yield) {
  const Turn turn{scene_};
  if (left_ == 0) return eyelet::sleep(scene_.loop, 0ms).then([] { return false; });
  if (left_-- % 2 == 0) return eyelet::sleep(scene_.loop, 1ms).then([] { return true; });
  const Future<void> taken = yield(Value{yielded_ + 1});
  if (!taken.done()) ++yielded_;
  return taken.then([] { return true; });
}

void GeneratorPart::comes(const std::optional<Value>& value) {
  if (value)
    expect(value->node == ++came_, "a generator gives something twice, or out of order");
  else
    expect(closed_ || came_ == yielded_, "a generator forgot something");
}

void GeneratorPart::begin(std::size_t count) {
  end();
  begin_anew();
  left_ = 2 * count;
  yielded_ = came_ = 0;
  closed_ = false;
  source_.emplace(scene_.loop, Producer{this});
}

void GeneratorPart::next(std::size_t into) {
  if (!source_ || asking_) return;
  ask(*this, scene_.nodes.add(Kind::leaf, 2), into, [this] { return source_->next(); });
}

void GeneratorPart::for_each(std::size_t into, const How& how) { ask_for_all(*this, into, how); }

// A cancel of it is taken for that of the producer.
void GeneratorPart::close(std::size_t into) {
  if (!source_) return;
  closed_ = true;
  const int node = scene_.nodes.add_slow(2, true);
  scene_.keep(into, source_->aclose().then(Body<false>{Script{scene_, node, kPlain}}), node);
}

void GeneratorPart::check_quiet() const {
  expect(!source_ || !asking_ || closed_ || came_ == yielded_,
         "a generator keeps a value from who asks for it");
}

void AsCompletedPart::begin(std::size_t first, std::size_t second, std::size_t kind) {
  const Slot a = scene_.slots[first];
  const Slot b = scene_.slots[second];
  if (a.node == kNoNode || b.node == kNoNode || std::exchange(beginning_, true)) return;
  begin_anew();
  nodes_ = {a.node, b.node};
  const bool too_many = kind == 4;
  expected_ = too_many ? 0 : a.future.block() == b.future.block() ? 1 : 2;
  came_ = 0;
  limited_ = kind == 1 || kind == 3;
  const std::array<Future<Value>, 2> futures{a.future, b.future};
  const Future<Value> three[] = {a.future, b.future, a.future};
  if (too_many)
    source_.emplace(scene_.loop, three, 3U);
  else if (kind == 0)
    source_.emplace(scene_.loop, futures);
  else if (kind == 1)
    source_.emplace(scene_.loop, futures, 1ms);
  else if (kind == 2)
    source_.emplace(scene_.loop, three, 2U);
  else
    source_.emplace(scene_.loop, three, 2U, 1ms);
  beginning_ = false;
}

void AsCompletedPart::next(std::size_t into) {
  if (!source_ || asking_) return;
  ask(*this, scene_.nodes.add(Kind::leaf, 2, nodes_[0], nodes_[1]), into,
      [this] { return source_->next(); });
}

void AsCompletedPart::for_each(std::size_t into, const How& how) { ask_for_all(*this, into, how); }

void AsCompletedPart::comes(const std::optional<Result<Value>>& outcome) {
  if (outcome)
    expect(++came_ <= expected_, "as_completed gives something twice");
  else
    expect(limited_ || came_ == expected_, "as_completed forgot something");
}

void AsCompletedPart::check_quiet() const {
  if (!source_ || !asking_) return;
  expect(came_ < expected_, "as_completed does not end");
  std::size_t done = 0;
  for (std::size_t i = 0; i < expected_; ++i) done += scene_.nodes[nodes_[i]].seen;
  expect(limited_ || done <= came_, "as_completed lost an outcome");
}

}  // namespace simulate
