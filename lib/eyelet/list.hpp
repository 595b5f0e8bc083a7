// SPDX-License-Identifier: BSL-1.0
// list: an intrusive ring of links. Floor 1.
// Every operation is O(1), and a link leaves its list without knowing which one it is in.
#pragma once

#include <eyelet/assert.hpp>

namespace eyelet::detail {

struct Link {
  Link* next;
  Link* prev;
};

/// Takes `link` out of the list that it is in.
inline void unlink(Link& link) {
  link.prev->next = link.next;
  link.next->prev = link.prev;
}

/// Puts `link` into the list of `next`, before it.
inline void insert_before(Link& next, Link& link) {
  // Not one half of `link` after the other: GCC would do it through a vector, 3 instructions more.
  Link& prev = *next.prev;
  link.prev = &prev;
  prev.next = &link;
  link.next = &next;
  next.prev = &link;
}

/// First in, first out. It owns nothing, and must not move while it holds something.
class List {
 public:
  constexpr List() : ring_{&ring_, &ring_} {}
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  bool empty() const { return ring_.next == &ring_; }
  bool has_one() const { return ring_.next != &ring_ && ring_.next == ring_.prev; }
  Link* front() const { return ring_.next; }
  /// Where a walk from front() by `next` ends, and before the first.
  const Link* end() const { return &ring_; }

  void clear() { ring_.next = ring_.prev = &ring_; }

  void push_back(Link& link) { insert_before(ring_, link); }

  Link& pop_front() {
    EYELET_ASSERT(!empty());
    Link& first = *ring_.next;
    unlink(first);
    return first;
  }

  /// Moves all that `other` holds behind what is here, in its order. An empty one changes nothing.
  void splice_back(List& other) {
    Link* const last = ring_.prev;
    last->next = other.ring_.next;
    other.ring_.next->prev = last;
    ring_.prev = other.ring_.prev;
    ring_.prev->next = &ring_;
    other.clear();
  }

 private:
  Link ring_;
};

}  // namespace eyelet::detail
