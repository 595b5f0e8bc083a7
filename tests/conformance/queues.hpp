// SPDX-License-Identifier: BSL-1.0
// queues: eyelet's queues behind one interface, since their order and size are types.
#pragma once

#include <cstdlib>
#include <eyelet/queue.hpp>
#include <memory>
#include <string>

namespace conformance {

class AnyQueue {
 public:
  virtual ~AnyQueue() = default;
  virtual eyelet::Future<int> get() = 0;
  virtual eyelet::Future<void> put(int item) = 0;
  virtual eyelet::Result<int> get_nowait() = 0;
  virtual eyelet::Result<void> put_nowait(int item) = 0;
  virtual eyelet::Future<void> join() = 0;
  virtual eyelet::Result<void> task_done() = 0;
  virtual bool empty() const = 0;
  virtual bool full() const = 0;
  virtual std::size_t size() const = 0;
  virtual std::size_t unfinished() const = 0;
};

template <class Queue>
class QueueOf final : public AnyQueue {
 public:
  explicit QueueOf(eyelet::Loop& loop) : queue_{loop} {}

  eyelet::Future<int> get() override { return queue_.get(); }
  eyelet::Future<void> put(int item) override { return queue_.put(item); }
  eyelet::Result<int> get_nowait() override { return queue_.get_nowait(); }
  eyelet::Result<void> put_nowait(int item) override { return queue_.put_nowait(item); }
  eyelet::Future<void> join() override { return queue_.join(); }
  eyelet::Result<void> task_done() override { return queue_.task_done(); }
  bool empty() const override { return queue_.empty(); }
  bool full() const override { return queue_.full(); }
  std::size_t size() const override { return queue_.size(); }
  std::size_t unfinished() const override { return queue_.unfinished(); }

 private:
  Queue queue_;
};

template <std::size_t Size>
std::unique_ptr<AnyQueue> make_queue(eyelet::Loop& loop, const std::string& kind) {
  if (kind == "lifo") return std::make_unique<QueueOf<eyelet::LifoQueue<int, Size>>>(loop);
  if (kind == "priority") return std::make_unique<QueueOf<eyelet::PriorityQueue<int, Size>>>(loop);
  return std::make_unique<QueueOf<eyelet::Queue<int, Size>>>(loop);
}

/// A queue of `size` items at most; 0 stands for more than any scenario puts.
inline std::unique_ptr<AnyQueue> make_queue(eyelet::Loop& loop, int size, const std::string& kind) {
  switch (size) {
    case 0: return make_queue<1000>(loop, kind);
    case 1: return make_queue<1>(loop, kind);
    case 2: return make_queue<2>(loop, kind);
    case 3: return make_queue<3>(loop, kind);
    case 4: return make_queue<4>(loop, kind);
    default: std::abort();
  }
}

}  // namespace conformance
