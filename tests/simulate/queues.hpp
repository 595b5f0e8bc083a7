// SPDX-License-Identifier: BSL-1.0
// queues: what is inside, in which order it comes out, and who waits.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <tests/simulate/waits.hpp>

namespace simulate {

/// It counts itself, and can only be moved. Priorities compare.
struct Item {
  static inline int alive = 0;
  int id;
  int priority;
  Item(int number, int urgency) : id{number}, priority{urgency} { ++alive; }
  Item(Item&& other) noexcept : id{std::exchange(other.id, 0)}, priority{other.priority} {
    ++alive;
  }
  Item& operator=(Item&& other) noexcept {
    id = std::exchange(other.id, 0);
    priority = other.priority;
    return *this;
  }
  ~Item() { --alive; }
  bool operator<(const Item& other) const { return priority < other.priority; }
};

/// A queue whatever its order and size, which are types.
class AnyQueue {
 public:
  virtual ~AnyQueue() = default;
  virtual Future<Item> get() = 0;
  virtual Future<void> put(Item&& item) = 0;
  virtual Result<Item> get_nowait() = 0;
  virtual Result<void> put_nowait(Item&& item) = 0;
  virtual Future<void> join() = 0;
  virtual Result<void> task_done() = 0;
  virtual void shut_down(bool immediate) = 0;
  virtual std::size_t size() const = 0;
  virtual std::size_t unfinished() const = 0;
};

enum class Order { fifo, lifo, priority };

class QueuePart {
 public:
  struct Getting {
    using Held = Item;
    QueuePart* part;
    void served(const Waiting& one, const Item& item) { part->got(one, item); }
    Item take(Item&& item) { return std::move(item); }
    void drop(const Item&) {}
    void keep(std::size_t, Item&&) {}
  };
  struct Putting {
    using Held = Nothing;
    QueuePart* part;
    void served(const Waiting& one, std::monostate) { part->put_in(one); }
    Nothing take(std::monostate&&) { return {}; }
    void drop(std::monostate) {}
    void keep(std::size_t, Nothing&&) {}
  };
  struct Joining {
    using Held = Nothing;
    void served(const Waiting& one, std::monostate) {
      expect(one.called, "joined a queue that was not finished");
    }
    Nothing take(std::monostate&&) { return {}; }
    void drop(std::monostate) {}
    void keep(std::size_t, Nothing&&) {}
  };

  QueuePart(Scene& scene, Order order, std::size_t room);
  ~QueuePart();

  void get(Shape shape, std::size_t slot, const How& how);
  /// As the source of a for_each that wants `count` items.
  void for_each(std::size_t count, std::size_t slot, const How& how);
  void put(Shape shape, std::size_t slot, const How& how);
  void get_nowait();
  void put_nowait();
  void join(Shape shape, std::size_t slot, const How& how);
  void task_done();
  void shut_down(bool immediate);
  void renew();
  void check() const;
  void check_quiet() const;

 private:
  struct Inside {
    int id;
    int priority;
  };

  class Pull;
  class Source;

  void make();
  /// There are three priorities.
  Inside make_item() { return Inside{++last_item_, last_item_ * 7 % 3}; }
  void look();
  Inside next() const;
  void got(const Waiting& one, const Item& item);
  void take_out(int id);
  void put_in(const Waiting& one);
  void look_at_unfinished();

  Scene& scene_;
  Waits<Item, Getting> getters_;
  Waits<void, Putting> putters_;
  Waits<void, Joining> joiners_;
  std::unique_ptr<AnyQueue> queue_;
  std::deque<Source> sources_;
  std::vector<Inside> inside_;   // in the order in which they were put
  std::vector<Inside> waiting_;  // brought by putters, by Waiting::group
  std::size_t room_;
  std::size_t unfinished_ = 0;
  int last_item_ = 0;
  Order order_;
  bool shut_ = false;
  bool exact_ = true;  // no item leaves without its getter's knowing at once
};

}  // namespace simulate
