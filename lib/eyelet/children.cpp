// SPDX-License-Identifier: BSL-1.0
#include <eyelet/children.hpp>

namespace eyelet::detail {
namespace {

// A node that has had its turn is in no list.
constexpr Flag kHadItsTurn = kRunning;

void node_turn(Block& node) {
  set_flag(node, kHadItsTurn);
  Block& parent = *payload<Node>(node).parent;
  const auto& operations = static_cast<const ParentOperations&>(*parent.operations);
  const bool last = --payload<Parent>(parent).pending == 0;
  if (!last && !has_bit(operations.hears_of, child_of(node).state)) return;
  set_flag(parent, kRunning);
  const bool ended = operations.child_ended(parent, child_of(node));
  clear_flag(parent, kRunning);
  if (ended) finish(parent);
}

// The loop closes. The parent, whose turn to be closed comes too, finds no nodes.
void close_node(Block& node) { drop_nodes(payload<Node>(node).parent->payload); }

constexpr ContinuationOperations kNodeOperations{{node_turn, nullptr}, close_node};

}  // namespace

bool add_children(Block& parent, const Held* children, std::size_t count) {
  Loop& loop = *parent.loop;
  payload<Parent>(parent).pending = static_cast<Count>(count);
  // In argument order: of those that are done already, the first has its turn first.
  Block** end = &payload<Parent>(parent).first;
  for (std::size_t i = 0; i < count; ++i) {
    Block* const child = children[i].block();
    if (child != nullptr && child->loop != &loop) {
      drop_nodes(parent.payload);
      set_failed(parent, Errc::invalid_state);
      return true;
    }
    Block* const node = child == nullptr ? nullptr : loop.acquire();
    if (node == nullptr) {
      drop_nodes(parent.payload);
      loop.release(parent);
      if (child != nullptr) loop.refuse();
      return false;
    }
    node->operations = &kNodeOperations;
    node->kind = Kind::done_callback;
    *end = node;
    end = &construct<Node, kPayloadBytes>(node->payload, Node{&parent, nullptr}).next;
    attach(*node, *child);
  }
  return true;
}

void release_nodes(Block* first) {
  while (first != nullptr) {
    Block& gone = *first;
    first = next_node(gone);
    Block& child = child_of(gone);
    if (!has_flag(gone, kHadItsTurn)) child.continuations.remove(gone);
    gone.loop->release(gone);
    drop_dependent(child);
  }
}

void drop_nodes(void* parent) {
  release_nodes(std::exchange(std::launder(static_cast<Parent*>(parent))->first, nullptr));
}

}  // namespace eyelet::detail
