// SPDX-License-Identifier: BSL-1.0
// waiters: the one list of those who wait for a lock, a permit, an item. Floor 6.
//
//   waiting --(1)--> granted --(2)--> delivered
//      |                |
//      +------(3)-------+--> gone, and a grant passes on
//
//   (1) grant_front: the waiter moves to the ready queue, nothing is handed over yet
//   (2) its turn in the loop: Primitive::deliver hands over, and what waits for it runs at once; if
//       the grant was taken away meanwhile, it goes back to its place among the waiting
//   (3) cancel, or the last handle went: Primitive::pass_on may grant the next in line
//
// A primitive is a WaitList. It keeps no storage for its waiters; it decides whom to grant what.
#pragma once

#include <eyelet/future.hpp>

namespace eyelet::detail {

/// First come, first served.
class WaitList {
 public:
  constexpr WaitList() = default;

  /// Whether nobody waits; those who were granted wait no more.
  bool empty() const { return waiting_.empty(); }
  /// How many were granted and have not had their turn.
  Count granted() const { return granted_; }
  /// Whether someone is in line: waits, or was granted and has not had its turn.
  bool in_use() const { return granted_ != 0 || !waiting_.empty(); }

  /// The one who has waited longest, and who follows; null behind the last. O(1).
  Block* front() const { return after(waiting_.end()); }
  Block* next(const Block& waiter) const { return after(&waiter); }

  /// Moves one who waits to the ready queue. O(1).
  void grant(Block& waiter);
  /// The same with the one who has waited longest. There must be one.
  void grant_front() { schedule(block_of(waiting_.pop_front())); }
  /// The same, if there is one, and fewer were granted than there is something `available` for.
  void grant_front(std::size_t available) {
    if (!empty() && granted_ < available) grant_front();
  }

  /// Ends all who wait with `error`, in their order. O(n).
  void fail_waiting(Errc error);
  /// Ends those who were granted, too, in no particular order: what a primitive does before it
  /// goes. O(blocks used) if some were granted.
  void fail_all(Loop& loop, Errc error);

  // --- For Waiting ---

  void join(Block& waiter);
  /// The same where there may be something `available` for it.
  void join(Block& waiter, std::size_t available);
  /// The waiter's turn has come: its grant is used up.
  bool collect(Block& waiter);
  /// The same where a grant can be taken away. False: there is nothing `available`, or one who came
  /// before waits for it again; so the waiter is back at the place that its arrival gave it.
  /// O(n), n = those who came before.
  bool collect(Block& waiter, bool available);
  /// The waiter leaves. True: it had a grant, which somebody else must get.
  bool leave(Block& waiter);

 private:
  void schedule(Block& granted);
  bool put_back(Block& waiter, bool available);
  Block* after(const Link* link) const {
    return link->next == waiting_.end() ? nullptr : &block_of(*link->next);
  }

  List waiting_;
  std::uint32_t arrivals_ = 0;
  Count granted_ = 0;
};

/// What the payload of a pending waiter begins with.
struct WaiterBase {
  WaitList* list;
  std::uint32_t arrival;
};

/// A waiter and what it asks for: nothing, an item to put.
template <class Request>
struct Waiter : WaiterBase {
  Request request;
};

// Here, because calling them would cost a lock that is handed over 20 instructions.

inline void WaitList::schedule(Block& granted) {
  set_flag(granted, kGranted);
  ++granted_;
  granted.loop->schedule(granted);
}

inline void WaitList::grant(Block& waiter) {
  unlink(waiter);
  schedule(waiter);
}

inline void WaitList::join(Block& waiter) {
  payload<WaiterBase>(waiter).arrival = arrivals_++;
  waiting_.push_back(waiter);
}

inline void WaitList::join(Block& waiter, std::size_t available) {
  join(waiter);
  if (granted_ < available) grant_front();
}

inline bool WaitList::collect(Block& waiter) {
  clear_flag(waiter, kGranted);
  --granted_;
  return true;
}

inline bool WaitList::collect(Block& waiter, bool available) {
  collect(waiter);
  return (available && empty()) || !put_back(waiter, available);
}

/// What a waiter asks for that wants nothing but its turn.
struct NoRequest {};

/// A wait for a T in `Primitive`, see wait_in().
template <class T, class Primitive, class Request>
struct Waiting {
  using W = Waiter<Request>;

  static Primitive& primitive_of(Block& block) {
    return static_cast<Primitive&>(*payload<W>(block).list);
  }

  static void turn(Block& block) {
    Primitive& from = primitive_of(block);
    if (!from.collect(block)) return from.pass_on();
    set_flag(block, kRunning);  // pinned: moving a request may end anything
    from.deliver(block, take_request(block));
    finish(block);
  }

  // Nothing is left in the block, where the result comes to lie.
  static Request take_request(Block& block) {
    W& waiter = payload<W>(block);
    Request request{std::move(waiter.request)};
    waiter.~W();
    return request;
  }

  static void withdraw(Block& block) {
    Primitive& from = primitive_of(block);
    if (from.leave(block)) from.pass_on();
  }

  static constexpr WaitOperations kOperations{{{turn, destructor<W>()}, &kResultOperations<T>, 0},
                                              withdraw};

  static Held join(Loop& owner, Primitive& primitive, Request&& request) {
    static_assert(fits<sizeof(Result<T>), kPayloadBytes>());
    Block* const waiter = make_future(owner, Kind::wait, kOperations);
    if (waiter == nullptr) return refuse(owner);
    construct<W, kPayloadBytes>(waiter->payload, W{{&primitive, 0}, std::move(request)});
    primitive.join(*waiter);
    return Held{owner, waiter};
  }
};

/// Joins the line of `primitive`, which derives from WaitList and has
///   void deliver(Block&, Request);
///     ends the waiter whose turn it is, by set_value or set_failed
///   void pass_on();
///     a granted waiter left: grants the next, if possible
/// and may have, instead of those of WaitList,
///   void join(Block&);
///     where it may be granted at once, or fail (fail_wait)
///   bool collect(Block&);
///     where a grant can be taken away before its turn
/// Memory: one block. Errors: out_of_blocks, closed, and what deliver gives.
template <class T, class Primitive, class Request = NoRequest>
Future<T> wait_in(Loop& owner, Primitive& primitive, Request request = {}) {
  return Future<T>{Waiting<T, Primitive, Request>::join(owner, primitive, std::move(request))};
}

}  // namespace eyelet::detail
