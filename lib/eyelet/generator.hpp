// SPDX-License-Identifier: BSL-1.0
// generator: a producer that yields values, with waits between them, to one consumer. Floor 7.
//
//   not begun --(1)--> producing --(2)--> at a yield --(3)--> producing --(4)--> ended
//
//   (1) the first next()   (2) yield(value): it is kept until next() takes it   (3) the next()
//   behind that   (4) the producer's future is done, or aclose()
#pragma once

#include <eyelet/sleep.hpp>
#include <eyelet/task.hpp>
#include <eyelet/waiters.hpp>
#include <optional>

namespace eyelet {
namespace detail {

/// Where the consumer waits for a value.
template <class Outlet, class T>
class Asking : public WaitList {
 public:
  void deliver(Block& consumer, NoRequest) { static_cast<Outlet*>(this)->hand_over_(consumer); }
  void pass_on() {}  // the value stays for the next next()
};

/// Where the producer waits for the consumer to come back.
class Resting : public WaitList {
 public:
  void deliver(Block& producer, NoRequest) { set_value<void>(producer); }
  void pass_on() {}
};

}  // namespace detail

/// What a generator gives to its body, to be called with each value.
template <class T>
class Yield : detail::Asking<Yield<T>, T>, detail::Resting {
 public:
  Yield(const Yield&) = delete;
  Yield& operator=(const Yield&) = delete;

  /// Hands `value` to the consumer, and ends when that asks for the next one.
  /// Memory: one block. Errors: invalid_state (the last value was not taken yet, or the generator
  /// is being closed), cancelled, out_of_blocks; upon these `value` is destroyed. broken_promise:
  /// the generator has gone.
  Future<void> operator()(T value) {
    if (value_ || closing_) return detail::failed_future<void>(*loop_, Errc::invalid_state);
    auto taken = detail::wait_in<void>(*loop_, static_cast<detail::Resting&>(*this));
    if (taken.block() == nullptr) return taken;
    value_.emplace(std::move(value));
    wake_consumer();
    return taken;
  }

 protected:
  using Item = std::optional<T>;

  constexpr explicit Yield(Loop& owner) : loop_{&owner} {}
  ~Yield() {
    constexpr Errc broken = Errc::broken_promise;
    if (error_.code != Errc::none)
      loop_->report(error_.code, error_.detail);  // nobody asked for it
    asking().fail_all(*loop_, broken);
    resting().fail_all(*loop_, broken);
  }

  /// Waits for a value, or for the end: the future of an Item.
  detail::Held ask() {
    if (asking().in_use())
      return detail::begin_failed(*loop_, detail::kPromiseOperations<Item>, Errc::invalid_state);
    const detail::Held item =
        detail::Waiting<Item, Asking, detail::NoRequest>::join(*loop_, asking(), {});
    if (item.block() == nullptr) return item;
    if (value_ || ended_)
      wake_consumer();
    else if (!resting().empty())
      resting().grant_front();
    return item;
  }

  /// No more values are wanted.
  void close() {
    closing_ = true;
    value_.reset();
  }

  /// There will be no more values.
  void end(Error error) {
    ended_ = true;
    if (!closing_) error_ = error;
    wake_consumer();
  }

  Loop& owner() const { return *loop_; }

 private:
  using Asking = detail::Asking<Yield, T>;
  friend Asking;

  Asking& asking() { return *this; }
  detail::Resting& resting() { return *this; }

  void wake_consumer() {
    if (!asking().empty()) asking().grant_front();
  }

  void hand_over_(detail::Block& consumer) {
    if (!value_ && error_.code != Errc::none)
      return detail::set_outcome<Item>(consumer, failure(std::exchange(error_, Error{})));
    detail::set_value<Item>(consumer, std::exchange(value_, std::nullopt));
  }

  Loop* loop_;
  Item value_;
  Error error_;
  bool ended_ = false;
  bool closing_ = false;
};

/// An asynchronous generator, made by generator(). If it goes before its producer has ended, that
/// is cancelled; clean-up that waits must then have been awaited by aclose().
template <class T, class Fn>
class Generator : public Yield<T> {
 public:
  static_assert(std::is_invocable_v<Fn&, Yield<T>&>,
                "eyelet: generator: the body is called with a Yield<T>&");
  using Returned = std::invoke_result_t<Fn&, Yield<T>&>;
  static_assert(std::is_void_v<detail::value_of<Returned>>,
                "eyelet: generator: the body returns nothing or a Future<void>");

  Generator(Loop& owner, Fn body) : Yield<T>{owner}, body_{std::move(body)} {}
  ~Generator() {
    on_end_.cancel();
    producer_.cancel();
  }

  /// The next value, nothing behind the last; the source of for_each(). The first one begins the
  /// body. A value that a cancelled next() did not take comes with the one after it.
  /// Memory: one block, and two for the producer until that has ended. Errors: that of the body,
  /// once; invalid_state (the last one is still waited for), cancelled, out_of_blocks,
  /// broken_promise.
  Future<std::optional<T>> next() {
    const detail::Held item = this->ask();
    if (item.block() == nullptr || begun_ || begin()) return Future<std::optional<T>>{item};
    detail::drop_handle(*item.block());
    return {this->owner(), nullptr};
  }

  /// Cancels the producer and ends when it has ended: afterwards next() gives nothing.
  /// Memory: one block. Errors: what the body's clean-up ends with, out_of_blocks. Cancelled, it
  /// cancels that clean-up.
  Future<void> aclose() {
    this->close();
    if (!std::exchange(begun_, true)) this->end(Error{});
    if (!producer_.cancel()) return sleep(this->owner(), Duration{0});
    return Future<void>{detail::begin_stage(Future<void>{producer_}.give_away(), kClosing)};
  }

 private:
  // That the producer ends cancelled is what was asked of it, unless somebody has cancelled this.
  static detail::Block* close_with(detail::Block& stage, detail::Block* input) {
    const Error error = detail::input_error(stage, input);
    if (error.code == Errc::cancelled && !detail::has_flag(stage, detail::kInputCancelled) &&
        !detail::has_flag(stage, detail::kAsked))
      detail::set_value<void>(stage);
    else
      detail::set_failed(stage, error.code, error.detail);
    return nullptr;
  }

  static constexpr detail::StageOperations kClosing{
      {{detail::run_chain, nullptr},
       &detail::kResultOperations<void>,
       detail::bit(detail::State::error) | detail::bit(detail::State::cancelled)},
      close_with};

  bool begin() {
    Task<void> producer = this->owner().create_task([this] { return body_(*this); });
    on_end_ = producer.add_done_callback([this](const Future<void>& ended) {
      producer_ = {};
      this->end(ended.error());
    });
    begun_ = static_cast<bool>(on_end_);
    if (begun_)
      producer_ = std::move(producer);
    else
      producer.cancel();
    return begun_;
  }

  Fn body_;
  Future<void> producer_;
  Handle on_end_;
  bool begun_ = false;
};

/// A generator: `body(yield)` runs as a task from the first next() on, calls `yield(value)` for
/// each value and waits for the future of that before the next one; its own future ends the
/// generator. What it captures stays in the generator.
/// Memory: none yet. Context: loop's thread.
template <class T, class F>
Generator<T, std::decay_t<F>> generator(Loop& owner, F&& body) {
  return {owner, std::forward<F>(body)};
}

}  // namespace eyelet
