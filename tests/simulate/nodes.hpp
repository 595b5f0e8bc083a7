// SPDX-License-Identifier: BSL-1.0
// nodes: the model of futures: who waits for whom, what a cancel must do, where an outcome comes
// from. It knows what callables did and what was seen in futures that are held, so it knows less
// than the library; where it does not know, it does not judge.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace simulate {

inline constexpr int kNoNode = -1;

enum class Kind : unsigned char {
  promise,
  leaf,  ///< behind a wait: nothing else is to be known of what it waits for
  then,
  or_else,
  finally,
  task,
  wait_for,
  shield,
  scope,  ///< with: its source is the body
  gather,
  gather_all,  ///< errors, too
  wait_any,
  wait_all,
};

struct Node {
  Kind kind;
  std::size_t blocks;  ///< while it is pending
  std::size_t blocks_when_run = 1;
  std::array<int, 3> sources{kNoNode, kNoNode, kNoNode};
  int inner = kNoNode;         ///< the future that its callable returned
  bool slow = false;           ///< a leaf: a cancel does not end it at once
  bool recovers = false;       ///< a leaf: a value may come in spite of a cancel
  bool waits = false;          ///< its callable returns a future
  bool ran = false;            ///< its callable
  bool gone = false;           ///< its callable was destroyed
  bool done = false;           ///< for certain, or as soon as its callable has returned
  bool seen = false;           ///< done, in a future that is held
  bool taken = false;          ///< its value, of which nobody knows any more
  bool failed = false;         ///< done, with an error that is no cancellation
  unsigned last_callback = 0;  ///< that ran
  bool no_value = false;       ///< cancelled: it must not end with a value
  bool pardoned = false;       ///< a task: its last cancel was taken back when it had ended
  bool must_end = false;       ///< cancelled: it must have ended when nothing is ready
  unsigned walk = 0;           ///< the last that came here, and what it found
  bool found = false;
  bool needed = false;  ///< in blocks(): somebody holds it or waits for it
};

class Nodes {
 public:
  Nodes() { nodes_.reserve(128); }

  int add(Kind kind, std::size_t blocks, int source = kNoNode, int second = kNoNode);
  /// A leaf that a cancel does not end at once.
  int add_slow(std::size_t blocks, bool recovers, int source = kNoNode);
  Node& operator[](int node) { return nodes_[static_cast<std::size_t>(node)]; }
  const Node& operator[](int node) const { return nodes_[static_cast<std::size_t>(node)]; }
  std::size_t size() const { return nodes_.size(); }

  /// A cancel of `node`, which is pending, returned true.
  void cancel(int node, bool recovers, bool ends_soon);
  /// The last request to cancel the task `node` was taken back: maybe nobody ever heard of it.
  void uncancel(int node);
  /// Whether it may end with a value although it is cancelled now.
  bool may_recover(int node) const;
  /// Whether, cancelled now, it has ended when nothing is ready any more.
  bool ends_soon(int node) {
    ++walk_;
    return soon(node);
  }
  /// Its outcome was seen.
  void saw_value(int node, int origin);
  void took_value(int node);
  void saw_error(int node, bool cancelled, int origin);
  /// Whether `node` waits for `awaited`, maybe by others.
  bool waits_for(int node, int awaited) {
    ++walk_;
    return leads_to(node, awaited);
  }
  /// Nothing is ready, and `node` is pending: it waits for something that is.
  void check_pending(int node) const;
  /// Nothing is ready: all callables that could run have run.
  void check_quiet() const;
  /// Nothing is ready: the most blocks that all of them may have, if there are handles to `held`.
  std::size_t blocks(const std::vector<int>& held);

 private:
  static constexpr int kDeep = 40;

  bool soon(int node);
  bool leaves_soon(const Node& n);
  bool leads_to(int node, int awaited);
  bool ended(int node);
  bool has_ended(const Node& n);
  void need(int node);
  /// The node whose doing a value, or error, of `node` is; none: it is not known.
  int origin(int node, bool of_value) const;
  bool is_done(int node) const { return node != kNoNode && (*this)[node].done; }

  std::vector<Node> nodes_;
  unsigned walk_ = 0;
};

}  // namespace simulate
