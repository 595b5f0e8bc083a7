// SPDX-License-Identifier: BSL-1.0
// children: one future that waits for many. Floor 6.
//
// The parent is a wait; between it and each child stands a node, a continuation of the child's in a
// block of its own. Nodes are kept in argument order until the parent ends, and so keep the
// children and their results. Whatever ends the parent, all nodes go at once.
#pragma once

#include <eyelet/future.hpp>

namespace eyelet::detail {

/// Operations of a parent.
struct ParentOperations : SlowWaitOperations {
  void (*end)(Block& parent);  ///< with what its children ended with
  /// A child has ended, its node's turn has come. True: so has the parent, its outcome is set.
  bool (*child_ended)(Block& parent, Block& child);
  std::uint8_t hears_of;  ///< a bit per State: how one ends that is told at once, not with the last
};

/// What the payload of a pending parent begins with.
struct Parent {
  Block* first;   // node
  Count pending;  // children whose nodes have not had their turn
};

/// What the payload of a node holds.
struct Node {
  Block* parent;
  Block* next;
};

inline Block* next_node(const Block& node) { return payload<Node>(node).next; }
inline Block& child_of(const Block& node) { return *node.upstream; }

/// Makes `parent`, whose payload begins with an empty Parent, wait for `count` children. False: a
/// block is missing, or that of one of them; then nothing is left behind, `parent` neither. If a
/// child is of another loop, `parent` has failed with invalid_state.
bool add_children(Block& parent, const Held* children, std::size_t count);

/// What an array of handles holds. A handle is what it holds and no more, whatever its type: asking
/// each by a function of its type would cost a child 8 instructions.
template <class F>
const Held* held_by(const F* handles) {
  static_assert(
      std::is_base_of_v<AnyFuture, F> && std::is_standard_layout_v<F> && sizeof(F) == sizeof(Held),
      "eyelet: an array of futures or tasks");
  return reinterpret_cast<const Held*>(handles);
}

/// Operations::drop of a parent: lets go of all children. Not done by withdraw, because a child may
/// end with it, and its children: what is dropped goes one after the other, not one inside the
/// other.
void drop_nodes(void* parent);

/// The same from the first node on, of a parent whose payload is the result by now.
void release_nodes(Block* first);

/// The loop of `futures`, or null if one of them is a future of nothing.
template <class... Ts>
Loop* common_loop(const Future<Ts>&... futures) {
  Loop* common = nullptr;
  const bool all = (... && ((common = futures.loop()) != nullptr));
  return all ? common : nullptr;
}

}  // namespace eyelet::detail
