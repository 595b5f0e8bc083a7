// SPDX-License-Identifier: BSL-1.0
// iterators: a generator and as_completed, and who asks them for one thing after the other.
#pragma once

#include <optional>
#include <tests/simulate/script.hpp>

namespace simulate {

template <class Part>
struct Through;

/// Who asks an iterator, once at a time.
class Asker {
 protected:
  explicit Asker(Scene& scene) : scene_{scene} {}
  ~Asker() = default;

  /// From now on it is another iterator.
  void begin_anew();
  /// `part`, which derives from this, hears in comes() of the item that `ask()` asks for, or that
  /// there is none.
  template <class Part, class F>
  void ask(Part& part, int node, std::size_t into, F ask);
  /// A for_each over the iterator of `part`, until there is none.
  template <class Part>
  void ask_for_all(Part& part, std::size_t into, const How& how);

  Scene& scene_;
  bool asking_ = false;
  bool on_its_way_ = false;  // to the body of a for_each

 private:
  template <class Part>
  class Came;
  template <class Part>
  class Pull;
  template <class Part>
  friend struct Through;

  unsigned generation_ = 0;
};

/// The source of a for_each, which may outlive the iterator of `part`.
template <class Part>
struct Through {
  Part* part;
  auto next();
};

class GeneratorPart : Asker {
 public:
  explicit GeneratorPart(Scene& scene) : Asker{scene}, through_{this} {}

  void begin(std::size_t count);
  void next(std::size_t into);
  void for_each(std::size_t into, const How& how);
  void close(std::size_t into);
  void end() { source_.reset(); }
  /// Those of its producer: task, loop, and what that waits for in a round.
  std::size_t blocks() const { return source_ ? 8 : 0; }
  void check_quiet() const;

 private:
  struct Producer {
    GeneratorPart* part;
    Future<void> operator()(eyelet::Yield<Value>& yield) const;
  };
  friend Asker;
  friend Through<GeneratorPart>;

  Future<bool> produce(eyelet::Yield<Value>& yield);
  void comes(const std::optional<Value>& value);

  Through<GeneratorPart> through_;
  std::optional<eyelet::Generator<Value, Producer>> source_;
  std::size_t left_ = 0;  // to be yielded
  int yielded_ = 0;
  int came_ = 0;
  bool closed_ = false;
};

class AsCompletedPart : Asker {
 public:
  explicit AsCompletedPart(Scene& scene) : Asker{scene}, through_{this} {}

  /// `kind`: 0 of an array, 1 with a limit of 1 ms, 2 and 3 the same by number, 4 of too many.
  void begin(std::size_t first, std::size_t second, std::size_t kind);
  void next(std::size_t into);
  void for_each(std::size_t into, const How& how);
  void end() { source_.reset(); }
  /// Its callbacks and its limit; and the nodes to which it has handles.
  std::size_t blocks() const { return source_ ? 3 : 0; }
  void list_held(std::vector<int>& held) const {
    if (source_) held.insert(held.end(), nodes_.begin(), nodes_.end());
  }
  void check_quiet() const;

 private:
  friend Asker;
  friend Through<AsCompletedPart>;

  void comes(const std::optional<Result<Value>>& outcome);

  Through<AsCompletedPart> through_;
  std::optional<eyelet::AsCompleted<Value, 2>> source_;
  std::array<int, 2> nodes_{};
  std::size_t expected_ = 0;
  std::size_t came_ = 0;
  bool limited_ = false;
  bool beginning_ = false;  // what it reports may begin another
};

}  // namespace simulate
