// SPDX-License-Identifier: BSL-1.0
// queue: items from those who put to those who get, in three orders. Floor 7.
// Getters, putters and joiners stand in three lines of the one kind. An item stays in the queue
// until the turn of the getter that it was granted to; get_nowait may take it before, and the
// getter keeps its place in line.
#pragma once

#include <eyelet/waiters.hpp>

namespace eyelet {
namespace detail {

/// Room for N items of type T, constructed and destroyed one by one.
template <class T, std::size_t N>
class Slots {
 public:
  constexpr Slots() : none_{} {}
  ~Slots() {}
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  T& operator[](std::size_t i) { return items_[i]; }
  void put(std::size_t i, T&& item) { ::new (static_cast<void*>(&items_[i])) T(std::move(item)); }
  T take(std::size_t i) {
    T item{std::move(items_[i])};
    items_[i].~T();
    return item;
  }

 private:
  union {
    char none_;
    T items_[N];
  };
};

/// Oldest first.
template <class T, std::size_t N>
class FifoItems {
 public:
  std::size_t size() const { return size_; }
  void push(T&& item) {
    const std::size_t last = first_ + size_++;
    slots_.put(last < N ? last : last - N, std::move(item));
  }
  T pop() {
    const std::size_t i = first_;
    first_ = i + 1 == N ? 0 : i + 1;
    --size_;
    return slots_.take(i);
  }

 private:
  Slots<T, N> slots_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

/// Newest first.
template <class T, std::size_t N>
class LifoItems {
 public:
  std::size_t size() const { return size_; }
  void push(T&& item) { slots_.put(size_++, std::move(item)); }
  T pop() { return slots_.take(--size_); }

 private:
  Slots<T, N> slots_;
  std::size_t size_ = 0;
};

/// Smallest first by operator<, equal ones oldest first. A binary heap: O(log N).
template <class T, std::size_t N>
class PriorityItems {
 public:
  std::size_t size() const { return size_; }

  void push(T&& item) {
    Entry entry{std::move(item), puts_++};
    std::size_t hole = size_++;
    for (; hole != 0 && before(entry, slots_[(hole - 1) / 2]); hole = (hole - 1) / 2)
      slots_.put(hole, slots_.take((hole - 1) / 2));
    slots_.put(hole, std::move(entry));
  }

  T pop() {
    Entry first = slots_.take(0);
    if (--size_ != 0) {
      Entry last = slots_.take(size_);
      std::size_t hole = 0;
      for (std::size_t child = 1; child < size_; child = 2 * hole + 1) {
        if (child + 1 < size_ && before(slots_[child + 1], slots_[child])) ++child;
        if (!before(slots_[child], last)) break;
        slots_.put(hole, slots_.take(child));
        hole = child;
      }
      slots_.put(hole, std::move(last));
    }
    return std::move(first.item);
  }

 private:
  struct Entry {
    T item;
    std::uint32_t put;
  };

  // The difference of the numbers: it is right across the wrap.
  static bool before(const Entry& a, const Entry& b) {
    if (a.item < b.item) return true;
    return !(b.item < a.item) && static_cast<std::int32_t>(a.put - b.put) < 0;
  }

  Slots<Entry, N> slots_;
  std::size_t size_ = 0;
  std::uint32_t puts_ = 0;
};

// The three lines of a queue. Each is a base of it, so that none needs a pointer back. After a
// shutdown there is something to collect for everyone: the error.

template <class Queue, class T>
class Getters : public WaitList {
 public:
  void join(Block& getter) {
    if (queue().shut_down_ && queue().empty()) return fail_wait(getter, Errc::queue_shut_down);
    WaitList::join(getter, queue().size());
  }
  bool collect(Block& getter) {
    return WaitList::collect(getter, !queue().empty() || queue().shut_down_);
  }
  void deliver(Block& getter, NoRequest) {
    if (queue().empty()) return set_failed(getter, Errc::queue_shut_down);
    set_value<T>(getter, queue().items_.pop());
    queue().taken_();
  }
  void pass_on() { grant_front(queue().size()); }

 private:
  Queue& queue() { return static_cast<Queue&>(*this); }
};

template <class Queue, class T>
class Putters : public WaitList {
 public:
  void join(Block& putter) {
    if (queue().shut_down_) return fail_wait(putter, Errc::queue_shut_down);
    WaitList::join(putter, room());
  }
  bool collect(Block& putter) {
    return WaitList::collect(putter, !queue().full() || queue().shut_down_);
  }
  void deliver(Block& putter, T item) {
    if (queue().shut_down_) return set_failed(putter, Errc::queue_shut_down);
    queue().add_(std::move(item));
    set_value<void>(putter);
  }
  void pass_on() { grant_front(room()); }

 private:
  std::size_t room() { return Queue::capacity() - queue().size(); }
  Queue& queue() { return static_cast<Queue&>(*this); }
};

class Joiners : public WaitList {
 public:
  void deliver(Block& joiner, NoRequest) { set_value<void>(joiner); }
  void pass_on() {}
};

}  // namespace detail

/// What the three queues have in common. At most `N` items; each that waits costs a block, no more.
/// Waiters that it leaves behind end broken_promise, and items are destroyed.
template <class T, std::size_t N, template <class, std::size_t> class Items>
class BasicQueue : detail::Getters<BasicQueue<T, N, Items>, T>,
                   detail::Putters<BasicQueue<T, N, Items>, T>,
                   detail::Joiners {
 public:
  static_assert(N >= 1, "eyelet: a queue holds at least one item");

  constexpr explicit BasicQueue(Loop& owner) : loop_{&owner} {}
  ~BasicQueue() {
    constexpr Errc broken = Errc::broken_promise;
    shut_down_ = true;  // for destructors of items that come back here
    getters().fail_all(*loop_, broken);
    putters().fail_all(*loop_, broken);
    joiners().fail_all(*loop_, broken);
    if constexpr (!std::is_trivially_destructible_v<T>)
      while (items_.size() != 0) items_.pop();
  }
  BasicQueue(const BasicQueue&) = delete;
  BasicQueue& operator=(const BasicQueue&) = delete;

  /// Waits in line for an item. Cancelled, also when it was granted one already: the item stays.
  /// Memory: one block. Errors: queue_shut_down, cancelled, out_of_blocks, broken_promise.
  Future<T> get() { return detail::wait_in<T>(*loop_, getters()); }

  /// Waits in line for room and then puts `item`. Cancelled: the item is destroyed and was never
  /// in. Memory: one block, which holds the item. Errors: as get().
  Future<void> put(T item) { return detail::wait_in<void>(*loop_, putters(), std::move(item)); }

  /// An item at once. Errors: queue_empty, queue_shut_down.
  Result<T> get_nowait() {
    const bool none = empty();
    // One object: of two, GCC would copy one as a whole just after writing it in parts, 5 ns.
    Result<T> item =
        none ? Result<T>{failure(shut_down_ ? Errc::queue_shut_down : Errc::queue_empty)}
             : Result<T>{items_.pop()};
    if (!none) taken_();
    return item;
  }

  /// Puts `item` at once. Errors, upon which it is left as it was: queue_full, queue_shut_down.
  Result<void> put_nowait(T&& item) {
    if (shut_down_) return failure(Errc::queue_shut_down);
    if (full()) return failure(Errc::queue_full);
    add_(std::move(item));
    return {};
  }
  Result<void> put_nowait(const T& item) { return put_nowait(T(item)); }

  /// Waits until every item that was put has been answered by a task_done(); if that is so, until
  /// the next pass. Memory: one block. Errors: cancelled, out_of_blocks, broken_promise.
  Future<void> join() {
    auto future = detail::wait_in<void>(*loop_, joiners());
    if (unfinished_ == 0) wake_joiners_();
    return future;
  }

  /// One item that was got is dealt with. Errors: invalid_state (more often than items were put).
  Result<void> task_done() {
    if (unfinished_ == 0) return failure(Errc::invalid_state);
    if (--unfinished_ == 0) wake_joiners_();
    return {};
  }

  /// Nothing can be put any more: who waits to put ends with queue_shut_down. What is inside can be
  /// got, then getters end with it, too. `immediate`: what is inside is dropped, and counts as
  /// done.
  void shutdown(bool immediate = false) {
    shut_down_ = true;
    constexpr Errc error = Errc::queue_shut_down;
    while (immediate && items_.size() != 0) {
      items_.pop();
      if (unfinished_ != 0) --unfinished_;
    }
    if (unfinished_ == 0) wake_joiners_();
    putters().fail_waiting(error);
    if (empty()) getters().fail_waiting(error);
  }

  std::size_t size() const { return items_.size(); }
  bool empty() const { return size() == 0; }
  bool full() const { return size() == N; }
  static constexpr std::size_t capacity() { return N; }
  /// Items put and not yet answered by task_done().
  std::size_t unfinished() const { return unfinished_; }

 private:
  using Getters = detail::Getters<BasicQueue, T>;
  using Putters = detail::Putters<BasicQueue, T>;
  friend Getters;
  friend Putters;

  Getters& getters() { return *this; }
  Putters& putters() { return *this; }
  detail::Joiners& joiners() { return *this; }

  // Where one item came or went, one grant is enough.
  void taken_() {
    putters().pass_on();
    if (shut_down_ && empty()) getters().fail_waiting(Errc::queue_shut_down);
  }
  void add_(T&& item) {
    items_.push(std::move(item));
    ++unfinished_;
    getters().pass_on();
  }

  void wake_joiners_() {
    while (!joiners().empty()) joiners().grant_front();
  }

  Loop* loop_;
  Items<T, N> items_;
  std::size_t unfinished_ = 0;
  bool shut_down_ = false;
};

/// asyncio.Queue: oldest first.
template <class T, std::size_t N>
using Queue = BasicQueue<T, N, detail::FifoItems>;

/// asyncio.LifoQueue: newest first.
template <class T, std::size_t N>
using LifoQueue = BasicQueue<T, N, detail::LifoItems>;

/// asyncio.PriorityQueue: smallest first, equal ones oldest first.
template <class T, std::size_t N>
using PriorityQueue = BasicQueue<T, N, detail::PriorityItems>;

}  // namespace eyelet
