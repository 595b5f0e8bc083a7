// SPDX-License-Identifier: BSL-1.0
// waiters: the one list of those who wait for a lock, a permit, an item. Floor 6.
//
//   waiting --(1)--> granted --(2)--> delivered
//      |                |
//      +------(3)-------+--> gone, and a grant passes on
//
//   (1) grant_front: the waiter moves to the ready queue, nothing is handed over yet
//   (2) its turn in the loop: Primitive::deliver hands over, and what waits for it runs at once
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

  /// Moves the one who has waited longest to the ready queue. There must be one. O(1).
  void grant_front();

  /// Ends all who wait and then all who were granted with `error`, in their order: what a primitive
  /// does before it goes. Cost: O(waiters), and O(blocks used) if some were granted.
  void fail_all(Loop& loop, Error error);

  // --- For wait_in ---

  void join(Block& waiter) { waiting_.push_back(waiter); }
  /// The waiter's turn has come: its grant is used up.
  void collect(Block& waiter);
  /// The waiter leaves. True: it had a grant, which somebody else must get.
  bool leave(Block& waiter);

 private:
  List waiting_;
  Count granted_ = 0;
};

/// What the payload of a pending waiter begins with.
struct WaiterBase {
  WaitList* list;
};

/// A waiter and what it asks for: nothing, an item to put.
template <class Request>
struct Waiter : WaiterBase {
  Request request;
};

/// Waits its turn in `primitive`, which derives from WaitList and has
///   Result<T> deliver(Request&);  // hands over to the waiter whose turn it is
///   void pass_on();               // a granted waiter left: grants the next, if there is one
/// Memory: one block. Errors: out_of_blocks, closed, and what deliver gives.
template <class T, class Primitive, class Request>
Future<T> wait_in(Loop& loop, Primitive& primitive, Request request) {
  using W = Waiter<Request>;
  static_assert(fits<sizeof(Result<T>), kPayloadBytes>());
  static constexpr FutureOperations kOperations{
      {{[](Block& block) {
          W& waiter = payload<W>(block);
          auto& from = static_cast<Primitive&>(*waiter.list);
          from.collect(block);
          Result<T> delivered = from.deliver(waiter.request);
          waiter.~W();
          set_outcome<T>(block, std::move(delivered));
          finish(block);
        },
        destructor<W>()},
       close_future},
      &kResultOperations<T>,
      nullptr,
      [](Block& block) {
        auto& from = static_cast<Primitive&>(*payload<W>(block).list);
        if (from.leave(block)) from.pass_on();
      },
      0};
  Block* const block = make_future(loop, Kind::wait, kOperations);
  if (block != nullptr) {
    construct<W, kPayloadBytes>(block->payload, W{{&primitive}, std::move(request)});
    primitive.join(*block);
  }
  return Future<T>{loop, block};
}

}  // namespace eyelet::detail
