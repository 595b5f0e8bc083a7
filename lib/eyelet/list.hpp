// SPDX-License-Identifier: BSL-1.0
// list: intrusive lists. Floor 1.
// Every operation is O(1), and a link leaves a List without knowing which one it is in.
#pragma once

#include <eyelet/assert.hpp>
#include <utility>

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

/// First in, first out, in one pointer: for what is mostly empty, or of one link.
class Ring {
 public:
  void clear() { first_ = nullptr; }

  void push_back(Link& link) {
    // Mostly it is the only one: 1 instruction.
    if (__builtin_expect(first_ != nullptr, 0)) return insert_before(*first_, link);
    link.next = &link;
    first_ = &link;  // between the two, as in insert_before()
    link.prev = &link;
  }

  /// Takes out a link that is in this ring, or in a List by now.
  void remove(Link& link) {
    if (first_ == &link) first_ = link.next == &link ? nullptr : link.next;
    unlink(link);
  }

  /// Null: there is none.
  Link* front() const { return first_; }
  /// The link, if there is exactly one, else null.
  Link* only() const { return first_ != nullptr && first_->next == first_ ? first_ : nullptr; }

  /// The first of all that were here, null if there was none.
  Link* release() { return std::exchange(first_, nullptr); }

 private:
  Link* first_;
};

/// First in, first out. It owns nothing, and must not move while it holds something.
class List {
 public:
  constexpr List() : ring_{&ring_, &ring_} {}
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  bool empty() const { return ring_.next == &ring_; }
  Link* front() const { return ring_.next; }
  /// Where a walk from front() by `next` ends, and before the first.
  const Link* end() const { return &ring_; }

  void push_back(Link& link) { insert_before(ring_, link); }

  Link& pop_front() {
    EYELET_ASSERT(!empty());
    Link& first = *ring_.next;
    ring_.next = first.next;
    first.next->prev = &ring_;
    return first;
  }

  /// Puts what a Ring has released behind what is here.
  void push_back_ring(Link& first) {
    Link* const last = first.prev;
    first.prev = ring_.prev;
    ring_.prev->next = &first;
    last->next = &ring_;
    ring_.prev = last;
  }

 private:
  Link ring_;
};

}  // namespace eyelet::detail
