// SPDX-License-Identifier: BSL-1.0
// limit: the bare data structures that limit.cpp measures, by hand, without a loop around them that
// could do anything else. Nothing asks whether there is room, and nothing but a timer is cancelled.
#pragma once

#include <new>

namespace limit {

// --- What is to be run: a ring of a function and 16 bytes each ---

struct Job {
  void (*run)(void* to, long number);
  void* to;
  long number;
};

class Ring {
 public:
  bool empty() const { return first_ == last_; }
  void post(Job job) { jobs_[last_++ % 1024] = job; }
  void run_one() {
    const Job job = jobs_[first_++ % 1024];
    job.run(job.to, job.number);
  }

 private:
  Job jobs_[1024];
  unsigned first_ = 0, last_ = 0;
};

inline Ring ready;

// --- Memory: places of one size, those that are free in a list ---

template <class T, int N>
class Pool {
 public:
  Pool() {
    for (Place& place : places_) push(place);
  }

  T& take() {
    Place& place = *free_;
    free_ = place.next;
    return *::new (static_cast<void*>(place.item)) T;
  }
  void give(T& item) { push(*reinterpret_cast<Place*>(&item)); }

 private:
  union Place {
    Place* next;
    alignas(T) unsigned char item[sizeof(T)];
  };

  void push(Place& place) {
    place.next = free_;
    free_ = &place;
  }

  Place places_[N];
  Place* free_ = nullptr;
};

// --- Futures: a value to come, and one callback or one stage behind it ---

struct Future {
  void (*callback)(Future& done);
  void* to;  // what belongs to the callback: a pointer and a number
  long number;
  Future* stage;      // the next of a chain
  long (*run)(long);  // if this is a stage itself
  long value;
  bool done;
};

inline Pool<Future, 256> futures;

inline Future& create_future() {
  Future& future = futures.take();
  future.callback = nullptr;
  future.stage = nullptr;
  future.done = false;
  return future;
}

inline void run_callback(void* to, long) {
  auto& future = *static_cast<Future*>(to);
  future.callback(future);
  futures.give(future);
}

inline void add_done_callback(Future& future, void (*callback)(Future&), void* to = nullptr,
                              long number = 0) {
  future.callback = callback;
  future.to = to;
  future.number = number;
  if (future.done) ready.post({run_callback, &future, 0});
}

inline void set_result(Future& future, long value) {
  future.value = value;
  future.done = true;
  if (future.callback != nullptr) ready.post({run_callback, &future, 0});
}

// One after the other: as calls that return to each other.
inline void run_stages(Future& first) {
  long value = first.value;
  for (Future* next = first.stage; next != nullptr;) {
    Future& stage = *next;
    value = stage.value = stage.run(value);
    stage.done = true;
    next = stage.stage;
    futures.give(stage);
  }
}

inline Future& then(Future& future, long (*run)(long)) {
  Future& stage = create_future();
  stage.run = run;
  future.stage = &stage;
  add_done_callback(future, run_stages);
  return stage;
}

// --- Gather: a counter, and where the values go ---

struct Gather {
  long pending;
  long* values;
  Future* future;
};

inline Pool<Gather, 4> gathers;

inline void child_done(Future& child) {
  auto& gather = *static_cast<Gather*>(child.to);
  gather.values[child.number] = child.value;
  if (--gather.pending != 0) return;
  set_result(*gather.future, 0);
  gathers.give(gather);
}

inline Future& gather(Future* const* children, long count, long* values) {
  Gather& gather = gathers.take();
  gather = {count, values, &create_future()};
  for (long i = 0; i < count; ++i) add_done_callback(*children[i], child_done, &gather, i);
  return *gather.future;
}

// --- Lines: an intrusive list ---

struct Link {
  Link* next;
  Link* previous;

  void unlink() {
    previous->next = next;
    next->previous = previous;
  }
};

struct List : Link {
  List() : Link{this, this} {}

  bool empty() const { return next == this; }
  void push_back(Link& link) {
    link.next = this;
    link.previous = previous;
    previous->next = &link;
    previous = &link;
  }
  Link& pop_front() {
    Link& front = *next;
    front.unlink();
    return front;
  }
};

// --- A semaphore, and with one permit a lock: a permit goes straight to the first in line ---

class Semaphore {
 public:
  explicit Semaphore(long permits) : permits_{permits} {}

  bool try_acquire() {
    if (permits_ == 0) return false;
    --permits_;
    return true;
  }

  void acquire(void (*callback)()) {
    Waiter& waiter = waiters_.take();
    waiter.callback = callback;
    if (try_acquire())
      ready.post({turn, &waiter, 0});
    else
      line_.push_back(waiter);
  }

  void release() {
    if (line_.empty())
      ++permits_;
    else
      ready.post({turn, &static_cast<Waiter&>(line_.pop_front()), 0});
  }

 private:
  struct Waiter : Link {
    void (*callback)();
  };

  static void turn(void* to, long) {
    auto& waiter = *static_cast<Waiter*>(to);
    const auto callback = waiter.callback;
    waiters_.give(waiter);
    callback();
  }

  static inline Pool<Waiter, 4> waiters_;

  long permits_;
  List line_;
};

// --- A queue: a ring of items, and one who waits on either side ---

template <unsigned N>
class Queue {
 public:
  bool put_nowait(long item) {
    if (full()) return false;
    add(item);
    return true;
  }

  bool get_nowait(long& item) {
    if (empty()) return false;
    item = take();
    return true;
  }

  void put(long item, void (*callback)()) {
    item_ = item;
    put_ = callback;
    putter_waits_ = true;
    if (!full()) wake_putter();
  }

  void get(void (*callback)(long item)) {
    got_ = callback;
    getter_waits_ = true;
    if (!empty()) wake_getter();
  }

 private:
  bool empty() const { return first_ == last_; }
  bool full() const { return last_ - first_ == N; }

  void add(long item) {
    items_[last_++ % N] = item;
    if (getter_waits_) wake_getter();
  }

  long take() {
    const long item = items_[first_++ % N];
    if (putter_waits_) wake_putter();
    return item;
  }

  void wake_putter() {
    putter_waits_ = false;
    ready.post({put_turn, this, 0});
  }
  void wake_getter() {
    getter_waits_ = false;
    ready.post({get_turn, this, 0});
  }

  // Somebody may have come before.
  static void put_turn(void* to, long) {
    auto& queue = *static_cast<Queue*>(to);
    if (queue.full()) {
      queue.putter_waits_ = true;
    } else {
      queue.add(queue.item_);
      queue.put_();
    }
  }
  static void get_turn(void* to, long) {
    auto& queue = *static_cast<Queue*>(to);
    if (queue.empty())
      queue.getter_waits_ = true;
    else
      queue.got_(queue.take());
  }

  long items_[N];
  unsigned first_ = 0, last_ = 0;
  long item_;  // of the putter
  void (*put_)();
  void (*got_)(long item);
  bool putter_waits_ = false, getter_waits_ = false;
};

}  // namespace limit
