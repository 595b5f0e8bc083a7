// SPDX-License-Identifier: BSL-1.0
// blocks: how many blocks the futures of the model may have when nothing is ready.
#include <tests/simulate/nodes.hpp>
#include <utility>

namespace simulate {

// In a circle it is not known, and so false.
bool Nodes::ended(int node) {
  if (node == kNoNode) return true;
  Node& n = (*this)[node];
  if (std::exchange(n.walk, walk_) != walk_) {
    n.found = false;
    n.found = has_ended(n);
  }
  return n.found;
}

bool Nodes::has_ended(const Node& n) {
  if (n.done) return true;
  if (n.ran) return !n.waits || ended(n.inner);
  switch (n.kind) {
    case Kind::promise: return false;
    case Kind::wait_for:
    case Kind::shield:
    case Kind::scope: return ended(n.sources[0]);
    default: return n.gone;
  }
}

void Nodes::need(int node) {
  if (node != kNoNode) (*this)[node].needed = true;
}

std::size_t Nodes::blocks(const std::vector<int>& held) {
  ++walk_;
  for (Node& n : nodes_) n.needed = false;
  for (const int node : held) need(node);
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (!ended(static_cast<int>(i))) need(nodes_[i].inner);
  std::size_t most = 0;
  // Who waits for a source came after it.
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const Node& n = nodes_[i];
    const bool over = ended(static_cast<int>(i));
    // A shield that nobody holds has withdrawn; what is over is kept by who needs it.
    if ((over || n.kind == Kind::shield) && !n.needed) continue;
    most += over ? 1 : n.ran ? n.blocks_when_run : n.blocks;
    if (over) continue;
    for (const int source : n.sources) need(source);
  }
  return most;
}

}  // namespace simulate
