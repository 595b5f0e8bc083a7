// SPDX-License-Identifier: BSL-1.0
#include <tests/simulate/nodes.hpp>
#include <tests/simulate/verdict.hpp>
#include <utility>

namespace simulate {

int Nodes::add(Kind kind, std::size_t blocks, int source, int second) {
  Node node{};
  node.kind = kind;
  node.blocks = blocks;
  node.sources = {source, second, kNoNode};
  nodes_.push_back(node);
  return static_cast<int>(nodes_.size()) - 1;
}

int Nodes::add_slow(std::size_t blocks, bool recovers, int source) {
  const int node = add(Kind::leaf, blocks, source);
  (*this)[node].slow = true;
  (*this)[node].recovers = recovers;
  return node;
}

void Nodes::cancel(int node, bool recovers, bool ends_soon) {
  Node& cancelled = (*this)[node];
  cancelled.no_value |= !recovers;
  cancelled.must_end |= ends_soon;
}

void Nodes::uncancel(int node) {
  (*this)[node].pardoned |= (*this)[node].gone;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (waits_for(static_cast<int>(i), node)) nodes_[i].no_value = nodes_[i].must_end = false;
}

bool Nodes::may_recover(int node) const {
  for (int steps = 0; node != kNoNode && steps < kDeep; ++steps) {
    const Node& n = (*this)[node];
    if (n.inner != kNoNode) {
      node = n.inner;
      continue;
    }
    if (n.ran && n.waits) return true;
    switch (n.kind) {
      case Kind::leaf: return n.recovers;
      case Kind::scope: return true;
      case Kind::or_else: return !n.ran;
      case Kind::then:
      case Kind::finally:
        if (n.ran) return false;
        [[fallthrough]];
      case Kind::wait_for:
        if (is_done(n.sources[0])) return false;
        node = n.sources[0];
        break;
      default: return false;
    }
  }
  return true;
}

// In a circle it is not known, and so false.
bool Nodes::soon(int node) {
  if (node == kNoNode) return false;
  Node& n = (*this)[node];
  if (std::exchange(n.walk, walk_) != walk_) {
    n.found = false;
    n.found = leaves_soon(n);
  }
  return n.found;
}

bool Nodes::leaves_soon(const Node& n) {
  if (n.done) return true;
  if (n.inner != kNoNode) return soon(n.inner);
  if (n.ran) return !n.waits;
  switch (n.kind) {
    case Kind::leaf: return !n.slow;
    case Kind::scope: return false;
    case Kind::or_else:
    case Kind::finally: return !n.waits && soon(n.sources[0]);
    case Kind::wait_for: return soon(n.sources[0]);
    case Kind::then: return soon(n.sources[0]) && !(n.waits && may_recover(n.sources[0]));
    case Kind::gather:
    case Kind::gather_all:
      for (const int source : n.sources)
        if (source != kNoNode && !soon(source)) return false;
      return true;
    default: return true;
  }
}

bool Nodes::leads_to(int node, int awaited) {
  if (node == awaited) return true;
  if (node == kNoNode || std::exchange((*this)[node].walk, walk_) == walk_) return false;
  const Node& n = (*this)[node];
  if (n.done) return false;
  if (n.inner != kNoNode) return leads_to(n.inner, awaited);
  for (const int source : n.sources)
    if (source != kNoNode && leads_to(source, awaited)) return true;
  return false;
}

/// Whether a value, or error, of `n` is that of its source.
static bool passes_on(const Node& n, bool value) {
  switch (n.kind) {
    case Kind::wait_for:
    case Kind::shield:
    case Kind::scope: return true;
    case Kind::finally: return value;
    case Kind::or_else: return value && !n.ran;
    case Kind::then: return !value && !n.ran;
    default: return false;
  }
}

int Nodes::origin(int node, bool of_value) const {
  for (int steps = 0; node != kNoNode && steps < kDeep; ++steps) {
    const Node& n = (*this)[node];
    if (passes_on(n, of_value)) {
      node = n.sources[0];
      continue;
    }
    if (n.kind == Kind::finally || n.slow) return kNoNode;
    if (n.inner == kNoNode) return n.ran || n.kind == Kind::promise ? node : kNoNode;
    node = n.inner;
  }
  return kNoNode;
}

void Nodes::saw_value(int node, int from) {
  Node& n = (*this)[node];
  expect(!n.no_value, "a value in spite of a cancel");
  expect(!n.taken, "a value that was taken came again");
  expect(n.ran || n.kind == Kind::promise || passes_on(n, true), "a value though nothing ran");
  const int expected = origin(node, true);
  expect(expected == kNoNode || expected == from, "the value of something else");
  n.done = true;
}

void Nodes::took_value(int node) { (*this)[node].seen = (*this)[node].taken = true; }

void Nodes::saw_error(int node, bool cancelled, int from) {
  Node& n = (*this)[node];
  const int expected = origin(node, false);
  expect(from == kNoNode || expected == kNoNode || expected == from, "the error of something else");
  n.done = true;
  n.failed = !cancelled;
}

void Nodes::check_pending(int node) const {
  const Node& n = (*this)[node];
  expect(!n.must_end, "a cancel got lost");
  expect(!is_done(n.inner), "waits for what its callable returned, and that is done");
  int done = 0;
  int failed = 0;
  int all = 0;
  for (const int source : n.sources) {
    all += source != kNoNode;
    done += is_done(source);
    failed += is_done(source) && (*this)[source].failed;
  }
  switch (n.kind) {
    case Kind::wait_for:
    case Kind::shield:
    case Kind::wait_any: expect(done == 0, "waits for what is done"); break;
    case Kind::gather: expect(failed == 0, "gathers though something failed"); [[fallthrough]];
    case Kind::gather_all:
    case Kind::wait_all: expect(done < all, "waits for what is done, all of it"); break;
    default: break;
  }
}

void Nodes::check_quiet() const {
  for (const Node& n : nodes_) {
    if (n.ran || n.gone) continue;
    expect(n.kind != Kind::task, "a task has not begun");
    const bool stage = n.kind == Kind::then || n.kind == Kind::or_else || n.kind == Kind::finally;
    expect(!stage || !is_done(n.sources[0]), "a continuation of what is done has not run");
  }
}

}  // namespace simulate
