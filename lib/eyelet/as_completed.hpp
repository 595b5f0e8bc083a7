// SPDX-License-Identifier: BSL-1.0
// as_completed: several futures in the order in which they end. Floor 7.
#pragma once

#include <array>
#include <eyelet/waiters.hpp>
#include <optional>

namespace eyelet {

/// An asynchronous iterator over futures of one type, `N` at most, see for_each(). It touches none
/// of them, whatever becomes of it, but takes a value that can only be moved; a future that is
/// given twice comes once. Memory: one block for each future until it is done, one for the limit.
/// If one is missing, next() fails with out_of_blocks, and with invalid_state if a future is of
/// another loop.
template <class T, std::size_t N>
class AsCompleted : detail::WaitList {
 public:
  template <class F = Future<T>>
  AsCompleted(Loop& owner, const std::array<F, N>& futures)
      : AsCompleted{owner, futures.data(), N} {}
  /// @param limit  from then on next() fails with timed_out, once for each that is left.
  template <class F = Future<T>>
  AsCompleted(Loop& owner, const std::array<F, N>& futures, Delay limit)
      : AsCompleted{owner, futures.data(), N, limit} {}

  /// The same for a number known at run time; over `N`, next() fails with invalid_argument.
  template <class F>
  AsCompleted(Loop& owner, const F* futures, std::size_t count) : owner_{&owner} {
    if (count > N) refuse(Errc::invalid_argument);
    for (std::size_t i = 0; i < count && refused_ == Errc::none; ++i) {
      futures_[i] = futures[i];
      if (is_first(i)) watch(i);
    }
  }
  template <class F>
  AsCompleted(Loop& owner, const F* futures, std::size_t count, Delay limit)
      : AsCompleted{owner, futures, count} {
    if (refused_ != Errc::none) return;
    timer_ = owner.call_later(limit, [this] {
      expired_ = true;
      wake();
    });
    if (!timer_) refuse(timer_.error());
  }
  ~AsCompleted() {
    refuse(Errc::closed);
    fail_all(*owner_, Errc::broken_promise);
  }
  AsCompleted(const AsCompleted&) = delete;
  AsCompleted& operator=(const AsCompleted&) = delete;

  /// The outcome of the next that ends; nothing behind the last.
  /// Memory: one block. Errors: timed_out, invalid_state (the last one is still waited for),
  /// cancelled, out_of_blocks, broken_promise.
  Future<std::optional<Result<T>>> next() {
    if (refused_ != Errc::none) return detail::failed_future<Item>(*owner_, refused_);
    if (in_use()) return detail::failed_future<Item>(*owner_, Errc::invalid_state);
    auto item = detail::wait_in<Item>(*owner_, *this);
    if (item.block() != nullptr && (left_ == 0 || expired_ || given_ != ended_)) wake();
    return item;
  }

 private:
  using Item = std::optional<Result<T>>;
  template <class, class, class>
  friend struct detail::Waiting;

  void deliver(detail::Block& waiter, detail::NoRequest) {
    if (left_ == 0) return detail::set_value<Item>(waiter);
    --left_;
    if (given_ == ended_) return detail::set_failed(waiter, Errc::timed_out);
    const Future<T>& next = futures_[order_[given_++]];
    if constexpr (std::is_copy_constructible_v<Result<T>>)
      detail::set_value<Item>(waiter, next.result());
    else
      detail::set_value<Item>(waiter, next.take());
  }
  void pass_on() {}  // the outcome stays for the next next()

  void wake() {
    if (!empty()) grant_front();
  }

  bool is_first(std::size_t place) const {
    for (std::size_t i = 0; i < place; ++i)
      if (futures_[i].block() == futures_[place].block()) return false;
    return true;
  }

  void watch(std::size_t place) {
    if (futures_[place].loop() != owner_) return refuse(Errc::invalid_state);
    ++left_;
    callbacks_[place] = futures_[place].add_done_callback([this, place](const Future<T>&) {
      if (expired_) return;
      order_[ended_++] = place;
      wake();
    });
    if (!callbacks_[place]) refuse(callbacks_[place].error());
  }

  void refuse(Errc why) {
    refused_ = why;
    timer_.cancel();
    for (const Handle& callback : callbacks_) callback.cancel();
  }

  Loop* owner_;
  std::array<Future<T>, N> futures_;
  std::array<std::size_t, N> order_{};  // places of those that ended
  std::array<Handle, N> callbacks_;
  Handle timer_;
  std::size_t left_ = 0;   // outcomes that are to be given
  std::size_t ended_ = 0;  // of them, those that are in order_
  std::size_t given_ = 0;
  Errc refused_ = Errc::none;
  bool expired_ = false;
};

template <class F, std::size_t N>
AsCompleted(Loop&, const std::array<F, N>&) -> AsCompleted<typename F::value_type, N>;
template <class F, std::size_t N>
AsCompleted(Loop&, const std::array<F, N>&, Delay) -> AsCompleted<typename F::value_type, N>;

}  // namespace eyelet
