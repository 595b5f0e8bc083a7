// SPDX-License-Identifier: BSL-1.0
#include <tests/simulate/generators.hpp>

namespace simulate {

Future<void> GeneratorPart::Body::operator()(eyelet::Yield<Value>& yield) const {
  GeneratorPart* const producer = part;
  return eyelet::repeat(part->scene_.loop, [producer, &yield] { return producer->produce(yield); });
}

// Behind every other value it takes its time.
Future<bool> GeneratorPart::produce(eyelet::Yield<Value>& yield) {
  const Turn turn{scene_};
  const bool more = left_ != 0;
  if (!more || left_ % 2 == 0) {
    if (more) --left_;
    return eyelet::sleep(scene_.loop, more ? 1ms : 0ms).then([more] { return more; });
  }
  --left_;
  const Future<void> taken = yield(Value{yielded_ + 1});
  if (!taken.done()) ++yielded_;
  return taken.then([] { return true; });
}

/// Behind a next().
class GeneratorPart::Came {
 public:
  Came(GeneratorPart& part, Script script)
      : script_{std::move(script)}, part_{&part}, generation_{part.generation_} {}
  Came(Came&&) noexcept = default;
  ~Came() {
    if (script_.here() && generation_ == part_->generation_) part_->asking_ = false;
  }
  Result<Value> operator()(const std::optional<Value>& value) {
    const Turn turn{script_.scene()};
    expect(generation_ == part_->generation_, "a value of a generator that has gone");
    part_->comes(value);
    script_.perform();
    return script_.outcome();
  }

 private:
  Script script_;
  GeneratorPart* part_;
  unsigned generation_;
};

void GeneratorPart::comes(const std::optional<Value>& value) {
  asking_ = false;
  if (value)
    expect(value->node == ++came_, "a generator gives something twice, or out of order");
  else
    expect(closed_ || came_ == yielded_, "a generator forgot something");
}

void GeneratorPart::begin(std::size_t count) {
  end();
  ++generation_;
  left_ = 2 * count;
  yielded_ = came_ = 0;
  asking_ = closed_ = false;
  source_.emplace(scene_.loop, Body{this});
}

void GeneratorPart::next(std::size_t into) {
  if (!source_ || asking_) return;
  const int node = scene_.nodes.add(Kind::leaf, 2);
  Script script{scene_, node, kPlain};
  asking_ = true;
  scene_.keep(into, source_->next().then(Came{*this, std::move(script)}), node);
}

void GeneratorPart::close(std::size_t into) {
  if (!source_) return;
  closed_ = true;
  const int node = scene_.nodes.add(Kind::leaf, 2);
  scene_.nodes[node].slow = scene_.nodes[node].recovers = true;
  Script script{scene_, node, kPlain};
  scene_.keep(into, source_->aclose().then(ToValue{std::move(script)}), node);
}

void GeneratorPart::check_quiet() const {
  expect(!source_ || !asking_ || closed_ || came_ == yielded_,
         "a generator keeps a value from who asks for it");
}

}  // namespace simulate
