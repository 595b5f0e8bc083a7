// SPDX-License-Identifier: BSL-1.0
// as_completed: several futures in the order in which they end. Floor 7.
#pragma once

#include <array>
#include <eyelet/queue.hpp>
#include <eyelet/sleep.hpp>
#include <eyelet/then.hpp>
#include <optional>

namespace eyelet {

/// An asynchronous iterator over `N` futures of one type, see for_each(). It touches none of them,
/// whatever becomes of it; a future that is given twice comes once.
/// Memory: one block for each future until it is done, one for the limit. If one is missing, next()
/// fails with out_of_blocks.
template <class T, std::size_t N>
class AsCompleted {
 public:
  AsCompleted(Loop& owner, const std::array<Future<T>, N>& futures)
      : owner_{&owner}, futures_{futures}, ended_{owner} {
    for (std::size_t i = 0; i < N && refused_ == Errc::none; ++i)
      if (is_first(i)) watch(i);
  }
  /// @param limit  from then on next() fails with timed_out, once for each that is left.
  AsCompleted(Loop& owner, const std::array<Future<T>, N>& futures, Delay limit)
      : AsCompleted{owner, futures} {
    if (refused_ != Errc::none) return;
    timer_ = owner.call_later(limit, [this] { ended_.shutdown(); });
    if (!timer_) refuse(timer_.error());
  }
  ~AsCompleted() { refuse(Errc::closed); }
  AsCompleted(const AsCompleted&) = delete;
  AsCompleted& operator=(const AsCompleted&) = delete;

  /// The outcome of the next that ends; nothing behind the last. One call at a time.
  /// Memory: three blocks. Errors: timed_out, cancelled, out_of_blocks.
  Future<std::optional<Result<T>>> next() {
    using Item = std::optional<Result<T>>;
    if (refused_ != Errc::none) return detail::failed_future<Item>(*owner_, refused_);
    if (left_ == 0) return sleep(*owner_, Duration{0}).then([] { return Item{}; });
    const Future<Item> item = ended_.get().then([this](std::size_t place) {
      --left_;
      return Item{futures_[place].result()};
    });
    if (item.block() == nullptr) return item;
    const Future<Item> in_time = item.or_else([this](Error error) -> Result<Item> {
      if (error.code != Errc::queue_shut_down) return failure(error);
      --left_;
      return failure(Errc::timed_out);
    });
    if (in_time.block() == nullptr) item.cancel();  // or it would take an outcome for nobody
    return in_time;
  }

 private:
  bool is_first(std::size_t place) const {
    for (std::size_t i = 0; i < place; ++i)
      if (futures_[i].block() == futures_[place].block()) return false;
    return true;
  }

  void watch(std::size_t place) {
    ++left_;
    callbacks_[place] = futures_[place].add_done_callback(
        [this, place](const Future<T>&) { ended_.put_nowait(place); });
    if (!callbacks_[place]) refuse(callbacks_[place].error());
  }

  void refuse(Errc why) {
    refused_ = why;
    timer_.cancel();
    for (const Handle& callback : callbacks_) callback.cancel();
  }

  Loop* owner_;
  std::array<Future<T>, N> futures_;
  Queue<std::size_t, N == 0 ? 1 : N> ended_;
  std::array<Handle, N> callbacks_;
  Handle timer_;
  std::size_t left_ = 0;
  Errc refused_ = Errc::none;
};

}  // namespace eyelet
