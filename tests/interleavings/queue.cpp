// SPDX-License-Identifier: BSL-1.0
// Queues of three kinds: no item is lost or doubled, and nobody sleeps who has something to do.
//
//   p  put                        g  get
//   y  put for at most 1 ms       x  get for at most 1 ms
//   q  put_nowait                 h  get_nowait
//   s  shut down                  j  join
//   i  shut down immediately      k  task_done
//   t  1 ms passes                c  cancel what one waits for
//
// An actor puts, gets and joins once at a time.
#include <algorithm>
#include <tests/interleavings/explore.hpp>

using namespace interleavings;

namespace {

/// Numbered in the order of the calls. Every second one comes before the others by priority.
struct Item {
  std::size_t number;

  bool operator<(const Item& other) const { return number % 2 < other.number % 2; }
  bool operator==(const Item& other) const { return number == other.number; }
};

/// What is in a queue.
template <template <class, std::size_t> class Kind, std::size_t N>
class Items {
 public:
  std::size_t size() const { return size_; }
  void push(Item item) { items_[size_++] = item; }
  Item pop() {
    Item* const begin = items_.data();
    Item* const end = begin + size_--;
    Item* next = begin;
    if constexpr (std::is_same_v<Kind<Item, N>, eyelet::LifoQueue<Item, N>>)
      next = end - 1;
    else if constexpr (std::is_same_v<Kind<Item, N>, eyelet::PriorityQueue<Item, N>>)
      next = std::min_element(begin, end);
    const Item item = *next;
    std::copy(next + 1, end, next);
    return item;
  }

 private:
  std::array<Item, N> items_{};
  std::size_t size_ = 0;
};

template <template <class, std::size_t> class Kind, std::size_t N>
struct QueueWorld : Stage {
  Kind<Item, N> queue{loop};
  Items<Kind, N> items;
  std::size_t next_number = 0;
  std::size_t unfinished = 0;
  bool shut = false;
  Waits gets;
  Waits puts;
  Waits joins;
  Line getters;
  Line putters;
  Line joiners;
  Line released;  // joiners who must have their turns in this order

  // --- The model ---

  void serve(Line& line, const Waits& waits, std::size_t actor) {
    expect(!waits[actor].asked, "a success after a cancel");
    expect(line.is_first(actor), "served for nothing, or out of order");
    line.leave(actor);
  }
  void was_put(Item item) {
    if (items.size() == N) return expect(false, "more items than fit");
    expect(!shut, "an item put after the shutdown");
    items.push(item);
    ++unfinished;
  }
  void was_got(Item item) {
    if (items.size() == 0) return expect(false, "an item from nowhere");
    expect(items.pop() == item, "an item lost, doubled or out of order");
  }
  void item_done() {
    if (unfinished == 0 || --unfinished != 0) return;
    for (; !joiners.empty(); joiners.leave(joiners[0])) released.join(joiners[0]);
  }
  bool is_shut(Error error) const { return shut && error.code == Errc::queue_shut_down; }

  // --- The operations ---

  void put(std::size_t actor, bool limited) {
    if (puts[actor].pending()) return;
    const Item item{next_number++};
    if (!shut) putters.join(actor);
    begin(
        puts[actor], queue.put(item), limited,
        [this, actor, item] {
          serve(putters, puts, actor);
          was_put(item);
        },
        [this](Error error) { return is_shut(error); });
  }

  void get(std::size_t actor, bool limited) {
    if (gets[actor].pending()) return;
    if (!shut || items.size() != 0) getters.join(actor);
    begin(
        gets[actor], queue.get(), limited,
        [this, actor](Item item) {
          serve(getters, gets, actor);
          was_got(item);
        },
        [this](Error error) { return is_shut(error) && items.size() == 0; });
  }

  void put_nowait() {
    const Item item{next_number++};
    const Errc expected = shut                ? Errc::queue_shut_down
                          : items.size() == N ? Errc::queue_full
                                              : Errc::none;
    expect(code(queue.put_nowait(item)) == expected, "put or refused wrongly");
    if (expected == Errc::none) was_put(item);
  }

  void get_nowait() {
    const Result<Item> item = queue.get_nowait();
    if (item) return was_got(*item);
    expect(items.size() == 0, "an item withheld");
    expect(item.error().code == (shut ? Errc::queue_shut_down : Errc::queue_empty),
           "a wrong error");
  }

  void join(std::size_t actor) {
    if (joins[actor].pending()) return;
    (unfinished == 0 ? released : joiners).join(actor);
    begin(
        joins[actor], queue.join(), false, [this, actor] { serve(released, joins, actor); },
        [](Error) { return false; });
  }

  void task_done() {
    expect(code(queue.task_done()) == (unfinished == 0 ? Errc::invalid_state : Errc::none),
           "task_done is miscounted");
    item_done();
  }

  void shutdown(bool immediate) {
    queue.shutdown(immediate);
    shut = true;
    for (; immediate && items.size() != 0; item_done()) items.pop();
  }

  void cancel(std::size_t actor) {
    gets[actor].cancel();
    puts[actor].cancel();
    joins[actor].cancel();
  }

  void operate(char letter, std::size_t actor) override {
    switch (letter) {
      case 'p':
      case 'y': put(actor, letter == 'y'); break;
      case 'g':
      case 'x': get(actor, letter == 'x'); break;
      case 'q': put_nowait(); break;
      case 'h': get_nowait(); break;
      case 'j': join(actor); break;
      case 'k': task_done(); break;
      case 's':
      case 'i': shutdown(letter == 'i'); break;
      case 'c': cancel(actor); break;
      case 't': port.advance(1ms); break;
      default: FAIL("no such letter");
    }
  }

  void must_hold() override {
    remove_withdrawn(getters, gets);
    remove_withdrawn(putters, puts);
    remove_withdrawn(joiners, joins);
    remove_withdrawn(released, joins);
    expect(queue.size() == items.size(), "the queue holds something else");
    expect(queue.unfinished() == unfinished, "what is unfinished is miscounted");
    if (!quiet) return;
    expect(getters.empty() || (items.size() == 0 && !shut), "a getter sleeps for nothing");
    expect(putters.empty() || (items.size() == N && !shut), "a putter sleeps for nothing");
    expect(released.empty(), "a joiner sleeps for nothing");
  }

  void end() override {
    shutdown(true);
    while (unfinished != 0) task_done();
    run();
    for (std::size_t actor = 0; actor < kActors; ++actor)
      expect(!gets[actor].pending() && !puts[actor].pending() && !joins[actor].pending(),
             "somebody sleeps on");
    gets = puts = joins = {};
  }
};

}  // namespace

TEST_GROUP(Interleavings){};

// Q1 Q4 Q5
TEST(Interleavings, of_a_queue_lose_no_item_and_keep_the_order) {
  explore<QueueWorld<eyelet::Queue, 1>>({{"gcgc", "gcgc", "pqpq"}, {"pcpc", "pcpc", "ghgh"}}, 3);
  explore<QueueWorld<eyelet::Queue, 1>>({{"xtgc", "xcgp", "ytpc"}}, 2);
  explore<QueueWorld<eyelet::Queue, 2>>({{"gpgp", "gpgp", "gpgp"}, {"pcpc", "pcpc", "qghg"}}, 3);
}

TEST(Interleavings, of_a_priority_queue_lose_no_item_and_keep_the_order) {
  explore<QueueWorld<eyelet::PriorityQueue, 2>>(
      {
          {"gcgc", "gcgc", "qqpq"},
          {"pcpc", "pcpc", "qghg"},
          {"xtgc", "xcgp", "ytpq"},
      },
      2);
}

TEST(Interleavings, of_a_lifo_queue_lose_no_item_and_keep_the_order) {
  explore<QueueWorld<eyelet::LifoQueue, 2>>(
      {
          {"gcgc", "gcgc", "qqpq"},
          {"pcpc", "pcpc", "qghg"},
          {"xtgc", "xcgp", "ytpq"},
      },
      2);
}

// Q8
TEST(Interleavings, of_a_queue_that_is_shut_down_leave_nobody_asleep) {
  explore<QueueWorld<eyelet::Queue, 1>>({{"gcpc", "gcpc", "pqsh"}, {"gpcg", "gpcg", "pqih"}}, 2);
  explore<QueueWorld<eyelet::PriorityQueue, 2>>({{"gcpc", "gcpc", "qsgi"}}, 2);
  explore<QueueWorld<eyelet::LifoQueue, 2>>({{"gcpc", "gcpc", "qsgi"}}, 2);
}

TEST(Interleavings, of_joiners_leave_nobody_asleep_when_all_is_done) {
  explore<QueueWorld<eyelet::Queue, 1>>({{"jcjk", "jkgk", "qpkg"}, {"jgkj", "pkjc", "jqki"}}, 3);
  explore<QueueWorld<eyelet::PriorityQueue, 2>>({{"jgkc", "jqkg", "pkis"}}, 2);
  explore<QueueWorld<eyelet::LifoQueue, 2>>({{"jgkc", "jqkg", "pkis"}}, 2);
}
