// SPDX-License-Identifier: BSL-1.0
// Every public function, called once from a function of the same name, so that the deepest stack
// under it can be told. What is a template is instantiated by that. Never run: sizes.py reads what
// the compiler says about it.
#include <eyelet/eyelet.hpp>

eyelet::Loop& loop();
void user_code();
bool seen();
eyelet::Future<void>& another();

using namespace std::chrono_literals;
using eyelet::Future;
using eyelet::Result;

constexpr auto see = [] { user_code(); };

namespace calls::Loop {
eyelet::Result<void> run_forever() { return loop().run_forever(); }
Result<int> run_until_complete(const Future<int>& f) { return loop().run_until_complete(f); }
auto poll() { return loop().poll(); }
bool close() { return loop().close().has_value(); }
auto call_soon() { return loop().call_soon(see); }
auto call_later() { return loop().call_later(1s, see); }
auto call_at(eyelet::TimePoint when) { return loop().call_at(when, see); }
bool call_soon_threadsafe() { return loop().call_soon_threadsafe(see); }
auto create_future() { return loop().create_future<int>(); }
auto create_task() { return loop().create_task(see); }
auto stats() { return loop().stats(); }
void for_each_block() {
  loop().for_each_block([](const eyelet::BlockInfo&) { user_code(); });
}
void for_each_task() {
  loop().for_each_task([](const eyelet::AnyFuture&) { user_code(); });
}
}  // namespace calls::Loop

namespace calls::Handle {
bool cancel(const eyelet::Handle& handle) { return handle.cancel(); }
}  // namespace calls::Handle

namespace calls::Future {
auto then(const ::Future<int>& f) {
  return f.then([](int) { user_code(); });
}
auto or_else(const ::Future<int>& f) {
  return f.or_else([](eyelet::Error) { return 1; });
}
auto finally(const ::Future<int>& f) { return f.finally(see); }
auto add_done_callback(const ::Future<int>& f) {
  return f.add_done_callback([](const ::Future<int>&) { user_code(); });
}
bool remove_done_callback(const ::Future<int>& f, eyelet::Handle handle) {
  return f.remove_done_callback(handle);
}
bool set_result(const ::Future<int>& f) { return f.set_result(1).has_value(); }
bool set_error(const ::Future<int>& f) { return f.set_error(eyelet::Errc::user).has_value(); }
const Result<int>& result(const ::Future<int>& f) { return f.result(); }
Result<int> take(const ::Future<int>& f) { return f.take(); }
auto error(const ::Future<int>& f) { return f.error(); }
bool cancel(const ::Future<int>& f) { return f.cancel(); }
void destructor(::Future<int>& f) { f.~Future(); }
}  // namespace calls::Future

namespace calls {
auto sleep() { return eyelet::sleep(::loop(), 1s); }
auto wait_for(const ::Future<int>& f) { return eyelet::wait_for(f, 1s); }
auto shield(const ::Future<int>& f) { return eyelet::shield(f); }
auto gather(const ::Future<int>& f, const ::Future<void>& g) { return eyelet::gather(f, g); }
auto wait(const ::Future<int>& f, const ::Future<void>& g) {
  return eyelet::wait(eyelet::ReturnWhen::first_completed, f, g);
}
auto repeat() {
  return eyelet::repeat(::loop(), [] { return another(); });
}
auto with(eyelet::Lock& lock) { return eyelet::with(lock, see); }
}  // namespace calls

namespace calls::Lock {
auto acquire(eyelet::Lock& lock) { return lock.acquire(); }
auto try_acquire(eyelet::Lock& lock) { return lock.try_acquire(); }
bool release(eyelet::Lock& lock) { return lock.release().has_value(); }
void destructor(eyelet::Lock& lock) { lock.~Lock(); }
}  // namespace calls::Lock

namespace calls::Semaphore {
auto acquire(eyelet::Semaphore& semaphore) { return semaphore.acquire(); }
auto try_acquire(eyelet::Semaphore& semaphore) { return semaphore.try_acquire(); }
bool release(eyelet::Semaphore& semaphore) { return semaphore.release().has_value(); }
}  // namespace calls::Semaphore

namespace calls::Event {
auto wait(eyelet::Event& event) { return event.wait(); }
void set(eyelet::Event& event) { event.set(); }
}  // namespace calls::Event

namespace calls::Condition {
auto wait(eyelet::Condition& condition) { return condition.wait(); }
auto wait_for(eyelet::Condition& condition) {
  return condition.wait_for([] { return seen(); });
}
bool notify(eyelet::Condition& condition) { return condition.notify().has_value(); }
}  // namespace calls::Condition

namespace calls::Barrier {
auto wait(eyelet::Barrier& barrier) { return barrier.wait(); }
void abort(eyelet::Barrier& barrier) { barrier.abort(); }
void reset(eyelet::Barrier& barrier) { barrier.reset(); }
}  // namespace calls::Barrier

namespace calls::Queue {
using Q = eyelet::Queue<int, 8>;
auto get(Q& queue) { return queue.get(); }
auto put(Q& queue) { return queue.put(1); }
Result<int> get_nowait(Q& queue) { return queue.get_nowait(); }
bool put_nowait(Q& queue) { return queue.put_nowait(1).has_value(); }
auto join(Q& queue) { return queue.join(); }
bool task_done(Q& queue) { return queue.task_done().has_value(); }
void shutdown(Q& queue) { queue.shutdown(); }
void destructor(Q& queue) { queue.~Q(); }
}  // namespace calls::Queue

namespace calls::PriorityQueue {
using Q = eyelet::PriorityQueue<int, 8>;
Result<int> get_nowait(Q& queue) { return queue.get_nowait(); }
bool put_nowait(Q& queue) { return queue.put_nowait(1).has_value(); }
}  // namespace calls::PriorityQueue

namespace calls::TaskGroup {
using G = eyelet::TaskGroup<4>;
auto run(G& group) { return group.run(see); }
auto create_task(G& group) { return group.create_task(see); }
void cancel(G& group) { group.cancel(); }
}  // namespace calls::TaskGroup

namespace calls::ThreadSafeFlag {
void set(eyelet::ThreadSafeFlag& flag) { flag.set(); }
auto wait(eyelet::ThreadSafeFlag& flag) { return flag.wait(); }
}  // namespace calls::ThreadSafeFlag

namespace calls::IsrQueue {
using Q = eyelet::IsrQueue<int, 8>;
bool put_nowait(Q& queue) { return queue.put_nowait(1); }
Result<int> get_nowait(Q& queue) { return queue.get_nowait(); }
auto get(Q& queue) { return queue.get(); }
}  // namespace calls::IsrQueue

namespace calls::Generator {
auto body = [](auto& yield) { return yield(1); };
using G = decltype(eyelet::generator<int>(loop(), body));
auto next(G& numbers) { return numbers.next(); }
auto aclose(G& numbers) { return numbers.aclose(); }
auto for_each(G& numbers) {
  return eyelet::for_each(loop(), numbers, [](int) { user_code(); });
}
}  // namespace calls::Generator

namespace calls::AsCompleted {
using C = eyelet::AsCompleted<int, 2>;
auto next(C& outcomes) { return outcomes.next(); }
}  // namespace calls::AsCompleted
