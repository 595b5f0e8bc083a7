// SPDX-License-Identifier: BSL-1.0
// generators: one that yields a few values, and who asks for them.
#pragma once

#include <optional>
#include <tests/simulate/script.hpp>

namespace simulate {

class GeneratorPart {
 public:
  explicit GeneratorPart(Scene& scene) : scene_{scene} {}

  void begin(std::size_t count);
  void next(std::size_t into);
  void close(std::size_t into);
  void end() { source_.reset(); }
  /// Those of its producer: task, loop, and what that waits for in a round.
  std::size_t blocks() const { return source_ ? 8 : 0; }
  void check_quiet() const;

 private:
  struct Body {
    GeneratorPart* part;
    Future<void> operator()(eyelet::Yield<Value>& yield) const;
  };
  class Came;
  using Source = eyelet::Generator<Value, Body>;

  Future<bool> produce(eyelet::Yield<Value>& yield);
  void comes(const std::optional<Value>& value);

  Scene& scene_;
  std::optional<Source> source_;
  unsigned generation_ = 0;  // counts sources
  std::size_t left_ = 0;     // to be yielded
  int yielded_ = 0;
  int came_ = 0;
  bool asking_ = false;
  bool closed_ = false;
};

}  // namespace simulate
