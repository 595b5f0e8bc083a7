// SPDX-License-Identifier: BSL-1.0
// Every task of a scenario is a task of eyelet's. Statements that need not wait follow each other
// in one step; where one waits, the rest of the task is a continuation of what it waits for. What
// waits, wakes, cancels and orders is eyelet's alone.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <eyelet/eyelet.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <port/sim/sim.hpp>
#include <tests/conformance/interpreter.hpp>
#include <tests/conformance/queues.hpp>

namespace conformance {
namespace {

using eyelet::Errc;
using eyelet::Error;
using eyelet::failure;
using eyelet::Future;
using eyelet::Handle;
using eyelet::Result;
using eyelet::Task;
using Microseconds = std::chrono::microseconds;

/// The value of every future: the place of its text among Interpreter::texts_.
struct Value {
  int text = 0;
};
constexpr Value kNone{};

/// An outcome as a plain value, which passes through continuations whatever it is.
struct Outcome {
  Result<Value> result;
};

/// What an operation ended with, or the future that will tell.
struct Step {
  Step(Result<Value> result) : now{std::move(result)} {}
  Step(Error error) : now{tl::unexpected<Error>{error}} {}
  Step(tl::unexpected<Error> error) : now{std::move(error)} {}
  Step(Value value) : now{value} {}
  Step(Future<Value> future) : later{std::move(future)} {
    if (later.done()) now = later.result();
  }

  std::optional<Result<Value>> now;
  Future<Value> later;
};

/// How a list of statements was left: at its end, or by `return`.
enum class Flow { on, returned };

/// The rest of a task.
using AfterOperation = std::function<Step(Result<Value>)>;
using AfterList = std::function<Step(Result<Flow>)>;

struct Place {
  int number;
  const std::string* text;
};

using Group = eyelet::TaskGroup<16>;

struct Context;

/// A group whose body waits for the statements of the block, which run in the parent.
struct OpenGroup {
  OpenGroup(eyelet::Loop& loop, Context& owner)
      : group{loop}, statements{loop.create_future<Value>()}, parent{owner} {}

  Group group;
  Future<Value> statements;  // done when they are
  Context& parent;
  int members = 0;
  bool left = false;
  bool cancelled_parent = false;
};

/// A task that was started.
struct Context {
  std::string name;
  Task<Value> task;
  std::vector<std::shared_ptr<OpenGroup>> groups;  // open ones, the innermost last
  std::vector<Place> inside;                       // open statements, the innermost last
  bool last_ok = true;
  Value value = kNone;
};

struct Object {
  std::string kind;
  std::unique_ptr<eyelet::Lock> lock;  // a condition's, too
  std::shared_ptr<eyelet::Semaphore> semaphore;
  std::unique_ptr<eyelet::Event> event;
  std::unique_ptr<eyelet::Condition> condition;
  std::unique_ptr<AnyQueue> queue;
  std::unique_ptr<eyelet::Barrier> barrier;
  Future<Value> future;
  int counter = 0;
};

constexpr std::size_t kBlocks = 4096;
constexpr std::size_t kMostArguments = 6;

[[noreturn]] void die(const char* why) {
  std::fprintf(stderr, "runner: %s\n", why);
  std::abort();
}

int number(const std::string& word) { return std::atoi(word.c_str()); }
Microseconds duration(const std::string& word) { return Microseconds{std::atoll(word.c_str())}; }

/// What eyelet's own errors are called in traces where the operation does not matter.
const char* name_of(Errc code) {
  switch (code) {
    case Errc::timed_out: return "TimeoutError";
    case Errc::queue_empty: return "QueueEmpty";
    case Errc::queue_full: return "QueueFull";
    case Errc::broken_barrier: return "BrokenBarrierError";
    default: return eyelet::name(code);
  }
}

Future<Value> without_value(const Future<void>& future) {
  return future.then([] { return kNone; });
}

template <class Resource>
Future<Value> detached(const Future<eyelet::Guard<Resource>>& acquired) {
  return acquired.then([](eyelet::Guard<Resource> guard) {
    guard.detach();
    return kNone;
  });
}

template <class R, class F, std::size_t... Is>
R call_with(const std::vector<Future<Value>>& futures, F& fn, std::index_sequence<Is...>) {
  return fn(futures[Is]...);
}

/// Calls `fn`, which gives an R, with `futures` as so many arguments; there is at least one.
template <class R, std::size_t N = 1, class F>
R spread(const std::vector<Future<Value>>& futures, F fn) {
  if (futures.size() == N) return call_with<R>(futures, fn, std::make_index_sequence<N>{});
  if constexpr (N == kMostArguments)
    die("too many futures");
  else
    return spread<R, N + 1>(futures, fn);
}

using Item = std::optional<Result<Value>>;

/// What next() of an AsCompleted ended with, as a plain value.
struct Taken {
  Item item;
  Error error;
};

/// An AsCompleted of any size.
class Items {
 public:
  virtual ~Items() = default;
  virtual Future<Item> next() = 0;
};

template <std::size_t N>
class ItemsOf final : public Items {
 public:
  template <class... Limit>
  ItemsOf(eyelet::Loop& loop, const std::array<Future<Value>, N>& futures, Limit... limit)
      : items_{loop, futures, limit...} {}
  Future<Item> next() override { return items_.next(); }

 private:
  eyelet::AsCompleted<Value, N> items_;
};

std::shared_ptr<Items> make_items(eyelet::Loop& loop, const std::vector<Future<Value>>& futures,
                                  std::optional<eyelet::Delay> limit) {
  using Made = std::shared_ptr<Items>;
  return spread<Made>(futures, [&loop, limit](const auto&... all) -> Made {
    constexpr std::size_t kCount = sizeof...(all);
    const std::array<Future<Value>, kCount> array{all...};
    if (limit) return std::make_shared<ItemsOf<kCount>>(loop, array, *limit);
    return std::make_shared<ItemsOf<kCount>>(loop, array);
  });
}

/// The operation under `wait_for` and `shield`, whose value theirs is.
const Operation& innermost(const Operation& operation) {
  return operation.inner.empty() ? operation : innermost(operation.inner[0]);
}

bool has_value(const Operation& operation) {
  static constexpr const char* kVerbs[] = {
      "await",  "shield", "get",   "get_nowait",      "barrier_wait", "gather",
      "cancel", "add",    "state", "remove_callback", "uncancel",     "cancelling"};
  const std::string& verb = innermost(operation).verb;
  return std::find(std::begin(kVerbs), std::end(kVerbs), verb) != std::end(kVerbs);
}

class Interpreter {
 public:
  explicit Interpreter(const Scenario& scenario)
      : scenario_{scenario}, loop_{std::make_unique<eyelet::StaticLoop<kBlocks>>(port_)} {
    for (const Declaration& declaration : scenario.declarations) declare(declaration);
  }

  ~Interpreter() {
    static_cast<void>(loop_->close());
    anonymous_.clear();
    contexts_.clear();
    objects_.clear();
    const eyelet::Stats stats = loop_->stats();
    if (stats.failures != 0) die("too few blocks");
    if (stats.in_use != 0) die("blocks in use at the end");
  }

  std::string run() {
    for (const TaskText& text : scenario_.tasks)
      if (text.starts_by_itself) start(text);
    bool stopped = false;
    while (!stopped) {
      const eyelet::TimePoint next = loop_->poll();
      if (next == eyelet::kNever) break;
      stopped = next != eyelet::kAtOnce && microseconds(next) > scenario_.limit;
      if (!stopped) port_.wait_until(next);
    }
    write_finals(stopped);
    return std::move(trace_);
  }

 private:
  // --- Declarations, texts, lines ---

  void declare(const Declaration& declaration) {
    const auto& [kind, name, arguments] = declaration;
    eyelet::Loop& loop = *loop_;
    Object& object = objects_[name];
    object.kind = kind;
    const int size = arguments.empty() ? 0 : number(arguments[0]);
    const auto count = static_cast<std::size_t>(size);
    if (kind == "lock" || kind == "condition") object.lock = std::make_unique<eyelet::Lock>(loop);
    if (kind == "semaphore") object.semaphore = std::make_shared<eyelet::Semaphore>(loop, count);
    if (kind == "bounded_semaphore")
      object.semaphore = std::make_shared<eyelet::BoundedSemaphore>(loop, count);
    if (kind == "event") object.event = std::make_unique<eyelet::Event>(loop);
    if (kind == "condition") object.condition = std::make_unique<eyelet::Condition>(*object.lock);
    if (kind == "queue") object.queue = make_queue(loop, size, arguments[1]);
    if (kind == "barrier") object.barrier = std::make_unique<eyelet::Barrier>(loop, count);
    if (kind == "future") object.future = loop.create_future<Value>();
    if (kind == "counter") object.counter = size;
  }

  Value value_of(std::string text) {
    const auto at = std::find(texts_.begin(), texts_.end(), text);
    if (at != texts_.end()) return Value{static_cast<int>(at - texts_.begin())};
    texts_.push_back(std::move(text));
    return Value{static_cast<int>(texts_.size()) - 1};
  }
  Value value_of(int value) { return value_of(std::to_string(value)); }
  Value value_of(bool value) { return value_of(std::string{value ? "true" : "false"}); }
  Value value_of(std::size_t value) { return value_of(std::to_string(value)); }

  /// An error that goes by a name of the scenario's.
  Error error_of(std::string name) {
    return Error{Errc::user, static_cast<std::int32_t>(value_of(std::move(name)).text)};
  }

  const std::string& text_of(Value value) const {
    return texts_[static_cast<std::size_t>(value.text)];
  }
  std::string text_of(Error error) const {
    return error.code == Errc::user ? text_of(Value{error.detail}) : name_of(error.code);
  }

  static std::int64_t microseconds(eyelet::TimePoint time) {
    return time.time_since_epoch().count();
  }

  void log(const std::string& who, const std::string& what, const std::string& result) {
    trace_ += std::to_string(microseconds(loop_->time())) + ' ' + who + ' ' + what + " -> " +
              result + '\n';
  }

  void report(Context& context, int number, const std::string& text, const std::string& result) {
    log(context.name, std::to_string(number) + ' ' + text, result);
    context.last_ok = result.rfind("ok", 0) == 0;
  }

  std::string result_text(const Operation& operation, const Result<Value>& result) const {
    if (!result) return failure_text(result.error());
    const bool shown = has_value(operation) || innermost(operation).verb == "wait_tasks";
    return shown ? "ok " + text_of(*result) : "ok";
  }
  std::string failure_text(Error error) const {
    return error.code == Errc::cancelled ? "cancelled" : "error " + text_of(error);
  }

  // --- States ---

  std::string outcome_text(const Future<Value>& future, const char* word) const {
    if (!future.done()) return "pending";
    const Result<Value>& result = future.result();
    return result ? word + (' ' + text_of(*result)) : failure_text(result.error());
  }

  std::string task_state(const std::string& name) const {
    const Context* const context = find_context(name);
    return context == nullptr ? "unstarted" : outcome_text(context->task, "returned");
  }

  std::string state(const std::string& name) const {
    const auto at = objects_.find(name);
    if (at == objects_.end()) return task_state(name);
    const Object& object = at->second;
    if (object.lock != nullptr) return object.lock->locked() ? "locked" : "unlocked";
    if (object.semaphore != nullptr) return "value=" + std::to_string(object.semaphore->value());
    if (object.event != nullptr) return object.event->is_set() ? "set" : "unset";
    if (object.queue != nullptr)
      return "size=" + std::to_string(object.queue->size()) +
             " unfinished=" + std::to_string(object.queue->unfinished());
    if (object.barrier != nullptr)
      return "waiting=" + std::to_string(object.barrier->waiting()) +
             " broken=" + (object.barrier->broken() ? "true" : "false");
    if (object.kind == "counter") return std::to_string(object.counter);
    return outcome_text(object.future, "result");
  }

  // --- The end ---

  void write_finals(bool stopped) {
    for (const Declaration& declaration : scenario_.declarations) {
      trace_ +=
          "final " + declaration.kind + ' ' + declaration.name + ' ' + state(declaration.name);
      if (AnyQueue* const queue = objects_[declaration.name].queue.get()) {
        std::string items;
        while (!queue->empty())
          items += (items.empty() ? "" : ",") + std::to_string(*queue->get_nowait());
        trace_ += " items=[" + items + ']';
      }
      trace_ += '\n';
    }
    bool blocked = false;
    for (const TaskText& text : scenario_.tasks) {
      blocked |= write_final(text.name, find_context(text.name), true);
      for (const auto& [number, name] : anonymous_[text.name])
        blocked |= write_final(name, find_context(name), shows_value_[name]);
    }
    trace_ += stopped ? "stop limit\n" : blocked ? "stop deadlock\n" : "stop done\n";
  }

  /// Whether it is pending.
  bool write_final(const std::string& name, const Context* context, bool shows_value) {
    std::string text = task_state(name);
    if (!shows_value && text.rfind("returned", 0) == 0) text = "returned none";
    const bool pending = text == "pending";
    if (pending) {
      const Place& place = context->inside.back();
      text += ' ' + std::to_string(place.number) + ' ' + *place.text;
    }
    trace_ += "final task " + name + ' ' + text + '\n';
    return pending;
  }

  // --- Tasks ---

  const Context* find_context(const std::string& name) const {
    const auto at = contexts_.find(name);
    return at == contexts_.end() ? nullptr : &at->second;
  }

  Context& new_context(const std::string& name) {
    Context& context = contexts_[name];
    context.name = name;
    return context;
  }

  template <class Body>
  void begin(Context& context, bool shows_value, std::shared_ptr<OpenGroup> open, Body&& body) {
    context.task = open == nullptr ? loop_->create_task(std::forward<Body>(body))
                                   : open->group.create_task(std::forward<Body>(body));
    if (open != nullptr) ++open->members;
    context.task.add_done_callback([this, &context, shows_value, open](const Future<Value>& task) {
      const bool none = !shows_value && task.error().code == Errc::none;
      log(context.name, "end", none ? "returned none" : outcome_text(task, "returned"));
      if (open != nullptr) member_ended(*open, task.error());
    });
  }

  /// A member that fails ends the statements, too.
  static void member_ended(OpenGroup& open, Error error) {
    --open.members;
    const bool failed = error.code != Errc::none && error.code != Errc::cancelled;
    if (failed && !open.left && !open.cancelled_parent)
      open.cancelled_parent = open.parent.task.cancel();
  }

  void start(const TaskText& text, std::shared_ptr<OpenGroup> group = nullptr) {
    Context& context = new_context(text.name);
    begin(context, true, group,
          [this, &context, &text] { return future_of(whole(context, text)); });
  }

  Step whole(Context& context, const TaskText& text) {
    return list(context, text.body, 0, [this, &context, &text](Result<Flow> body) {
      return list(context, text.last, 0, [&context, body](Result<Flow> last) -> Step {
        if (!last) return last.error();
        if (!body) return body.error();
        return context.value;
      });
    });
  }

  Future<Value> start_anonymous(Context& owner, int number, const Operation& operation) {
    const std::string name = owner.name + '/' + std::to_string(number);
    Context& context = new_context(name);
    anonymous_[owner.name][number] = name;
    shows_value_[name] = has_value(operation);
    context.inside.push_back({0, &operation.text});
    begin(context, shows_value_[name], nullptr, [this, &context, &operation] {
      return future_of(
          perform(context, 0, operation, [this, &context, &operation](Result<Value> result) {
            report(context, 0, operation.text, result_text(operation, result));
            return Step{result};
          }));
    });
    return context.task;
  }

  Future<Value> future_of(const Step& step) {
    if (!step.now) return step.later;
    const Future<Value> done = loop_->create_future<Value>();
    if (*step.now)
      static_cast<void>(done.set_result(**step.now));
    else
      static_cast<void>(done.set_error(step.now->error()));
    return done;
  }

  // --- Statements ---

  Step list(Context& context, const std::vector<Statement>& statements, std::size_t at,
            AfterList after) {
    if (at == statements.size()) return after(Flow::on);
    return statement(context, statements[at],
                     [this, &context, &statements, at, after](Result<Flow> flow) {
                       if (!flow || *flow == Flow::returned) return after(flow);
                       return list(context, statements, at + 1, after);
                     });
  }

  Step statement(Context& context, const Statement& statement, AfterList after) {
    const std::string& verb = statement.operation.verb;
    if (verb == "if_ok")
      return context.last_ok ? list(context, statement.block, 0, after) : after(Flow::on);
    const std::size_t depth = context.inside.size();
    context.inside.push_back({statement.number, &statement.text});
    const AfterList leave = [&context, &statement, depth, after](Result<Flow> flow) {
      context.inside.resize(depth);
      const bool cancelled = !flow && flow.error().code == Errc::cancelled;
      const std::string& modifier = statement.modifier;
      if (!flow && (modifier == "suppress" || (modifier == "try" && !cancelled)))
        return after(Flow::on);
      return after(flow);
    };
    if (verb == "with") return with(context, statement, leave);
    if (verb == "timeout") return timeout(context, statement, leave);
    if (verb == "group") return group(context, statement, leave);
    return perform(context, statement.number, statement.operation,
                   [this, &context, &statement, leave](Result<Value> result) {
                     const Operation& operation = statement.operation;
                     report(context, statement.number, statement.text,
                            result_text(operation, result));
                     if (!result) return leave(tl::unexpected<Error>{result.error()});
                     if (operation.verb != "return") return leave(Flow::on);
                     context.value = value_of(number(operation.arguments[0]));
                     return leave(Flow::returned);
                   });
  }

  void report_flow(Context& context, const Statement& statement, const Result<Flow>& flow) {
    report(context, statement.number, statement.text, flow ? "ok" : failure_text(flow.error()));
  }

  Step with(Context& context, const Statement& statement, AfterList leave) {
    const std::string& name = statement.operation.arguments[0];
    return then(acquire(objects_[name]),
                [this, &context, &statement, &name, leave](Result<Value> entered) {
                  report(context, statement.number, statement.text, entered ? "ok" : "cancelled");
                  if (!entered) return leave(tl::unexpected<Error>{entered.error()});
                  return list(context, statement.block, 0,
                              [this, &context, &statement, &name, leave](Result<Flow> flow) {
                                const Result<Value> released = release(objects_[name]);
                                report(context, statement.number, "end_with " + name,
                                       released ? "ok" : failure_text(released.error()));
                                if (!released)
                                  return leave(tl::unexpected<Error>{released.error()});
                                return leave(flow);
                              });
                });
  }

  struct TimeLimit {
    unsigned requests;  // on entry
    bool expired = false;
    Handle timer;
  };

  Step timeout(Context& context, const Statement& statement, AfterList leave) {
    const auto limit = std::make_shared<TimeLimit>();
    limit->requests = context.task.cancelling();
    limit->timer = loop_->call_later(duration(statement.operation.arguments[0]), [&context, limit] {
      limit->expired = true;
      context.task.cancel();
    });
    return list(context, statement.block, 0,
                [this, &context, &statement, limit, leave](Result<Flow> flow) {
                  limit->timer.cancel();
                  if (limit->expired && context.task.uncancel() <= limit->requests && !flow &&
                      flow.error().code == Errc::cancelled)
                    flow = failure(Errc::timed_out);
                  report_flow(context, statement, flow);
                  return leave(flow);
                });
  }

  Step group(Context& context, const Statement& statement, AfterList leave) {
    const auto open = std::make_shared<OpenGroup>(*loop_, context);
    context.groups.push_back(open);
    const Future<void> ended = open->group.run([open] { return open->statements; });
    return list(context, statement.block, 0,
                [this, &context, &statement, leave, open, ended](Result<Flow> flow) {
                  leave_group(context, *open, flow);
                  const auto after = [this, &context, &statement, leave, open,
                                      flow](Result<Value> result) {
                    const Result<Flow> outcome = outcome_of(open->group, flow, result);
                    report_flow(context, statement, outcome);
                    return leave(outcome);
                  };
                  // Without members there is nothing to wait for.
                  return open->members != 0 ? then(without_value(ended), after) : after(kNone);
                });
  }

  /// Tells the group how its statements were left.
  static void leave_group(Context& context, OpenGroup& open, const Result<Flow>& flow) {
    context.groups.pop_back();
    open.left = true;
    if (open.cancelled_parent) context.task.uncancel();
    if (flow)
      static_cast<void>(open.statements.set_result(kNone));
    else
      open.group.cancel();
  }

  /// The outcome of the block: the errors of the members and then of the statements, if there are
  /// any.
  Result<Flow> outcome_of(const Group& group, const Result<Flow>& flow,
                          const Result<Value>& result) {
    std::string names;
    for (std::size_t i = 0; i < group.error_count(); ++i)
      names += (i == 0 ? "" : ",") + text_of(group.error(i));
    if (!flow && flow.error().code != Errc::cancelled)
      names += (names.empty() ? "" : ",") + text_of(flow.error());
    if (!names.empty()) return tl::unexpected<Error>{error_of("ExceptionGroup(" + names + ')')};
    if (!result) return tl::unexpected<Error>{result.error()};
    return flow;
  }

  // --- Operations ---

  /// Goes on with the outcome of `step`, in this step if it is there already.
  Step then(Step step, AfterOperation after) {
    if (step.now) return after(*step.now);
    return step.later.then([](Value value) { return Outcome{value}; })
        .or_else([](Error error) { return Outcome{tl::unexpected<Error>{error}}; })
        .then([this, after = std::move(after)](const Outcome& outcome) {
          return future_of(after(outcome.result));
        });
  }

  Step perform(Context& context, int number, const Operation& operation, AfterOperation after) {
    return then(begin_operation(context, number, operation), std::move(after));
  }

  Step begin_operation(Context& context, int place, const Operation& operation) {
    const std::string& verb = operation.verb;
    const std::vector<std::string>& arguments = operation.arguments;
    if (verb == "wait_for") {
      Step inner = begin_operation(context, place, operation.inner[0]);
      if (inner.now) return inner;
      return eyelet::wait_for(inner.later, duration(arguments[0]));
    }
    if (verb == "shield" && !operation.inner.empty())
      return eyelet::shield(start_anonymous(context, place, operation.inner[0]));
    if (verb == "await" || verb == "shield") return await(context, arguments[0], verb == "shield");
    if (verb == "sleep") return without_value(eyelet::sleep(*loop_, duration(arguments[0])));
    if (verb == "gather") return gather(arguments);
    if (verb == "as_completed") return as_completed(context, place, operation);
    if (verb == "spawn") return spawn(context, arguments[0]);
    if (verb == "wait_tasks") return wait_tasks(arguments);
    if (verb == "uncancel") return value_of(static_cast<int>(context.task.uncancel()));
    if (verb == "fail") return error_of('E' + arguments[0]);
    if (verb == "return") return kNone;
    if (verb == "state") return value_of(state(arguments[0]));
    if (verb == "call_soon" || verb == "call_later" || verb == "cancel_call")
      return call(verb, arguments);
    const auto at = objects_.find(arguments[0]);
    if (at != objects_.end() && at->second.kind != "future")
      return on_object(operation, at->second);
    return on_future(operation);
  }

  Step acquire(Object& object) {
    if (object.semaphore != nullptr) return acquire(*object.semaphore);
    return acquire(*object.lock);
  }
  template <class Resource>
  Step acquire(Resource& resource) {
    if (auto guard = resource.try_acquire()) {
      guard.detach();
      return kNone;
    }
    return detached(resource.acquire());
  }

  Result<Value> release(Object& object) {
    const bool is_semaphore = object.semaphore != nullptr;
    return named(is_semaphore ? object.semaphore->release() : object.lock->release(),
                 is_semaphore ? "ValueError" : "RuntimeError");
  }

  /// The outcome of an operation whose invalid_state has a name of its own in traces.
  Result<Value> named(const Result<void>& result, const char* invalid_state) {
    if (result) return kNone;
    return tl::unexpected<Error>{named(result.error(), invalid_state)};
  }
  Error named(Error error, const char* invalid_state) {
    return error.code == Errc::invalid_state ? error_of(invalid_state) : error;
  }

  Step on_object(const Operation& operation, Object& object) {
    const std::string& verb = operation.verb;
    if (verb == "acquire") return acquire(object);
    if (verb == "release") return release(object);
    if (verb == "add") return value_of(object.counter += number(operation.arguments[1]));
    if (object.event != nullptr) return on_event(verb, *object.event);
    if (object.condition != nullptr) return on_condition(operation, object);
    if (object.queue != nullptr) return on_queue(operation, *object.queue);
    if (object.barrier != nullptr) return on_barrier(verb, *object.barrier);
    die("unknown operation");
  }

  static Step on_event(const std::string& verb, eyelet::Event& event) {
    if (verb == "wait" && !event.is_set()) return without_value(event.wait());
    if (verb == "set") event.set();
    if (verb == "clear") event.clear();
    return kNone;
  }

  Step on_condition(const Operation& operation, Object& object) {
    const std::string& verb = operation.verb;
    const std::vector<std::string>& arguments = operation.arguments;
    eyelet::Condition& condition = *object.condition;
    if (verb == "notify")
      return named(condition.notify(static_cast<std::size_t>(number(arguments[1]))),
                   "RuntimeError");
    if (verb == "notify_all") return named(condition.notify_all(), "RuntimeError");
    if (verb == "cond_wait") return waiting(condition.wait());
    const int& counter = objects_[arguments[1]].counter;
    const auto holds = [&counter, least = number(arguments[2])] { return counter >= least; };
    if (holds()) return kNone;
    return waiting(condition.wait_for(holds));
  }

  /// A wait for a condition, which is over already if it was not locked.
  Step waiting(const Future<void>& future) {
    if (future.done()) return named(future.error(), "RuntimeError");
    return without_value(future);
  }

  Step on_queue(const Operation& operation, AnyQueue& queue) {
    const std::string& verb = operation.verb;
    const auto item_of = [this](Result<int> item) -> Result<Value> {
      if (!item) return tl::unexpected<Error>{item.error()};
      return value_of(*item);
    };
    if (verb == "get_nowait" || (verb == "get" && !queue.empty()))
      return item_of(queue.get_nowait());
    if (verb == "get") return queue.get().then([this](int item) { return value_of(item); });
    if (verb == "put_nowait" || (verb == "put" && !queue.full()))
      return named(queue.put_nowait(number(operation.arguments[1])), "");
    if (verb == "put") return without_value(queue.put(number(operation.arguments[1])));
    if (verb == "task_done") return named(queue.task_done(), "ValueError");
    if (queue.unfinished() == 0) return kNone;
    return without_value(queue.join());
  }

  Step on_barrier(const std::string& verb, eyelet::Barrier& barrier) {
    if (verb == "barrier_wait") {
      const Result<std::size_t> last = barrier.try_wait();
      if (last) return value_of(*last);
      if (last.error().code != Errc::invalid_state) return last.error();
      return barrier.wait().then([this](std::size_t place) { return value_of(place); });
    }
    if (verb == "barrier_abort")
      barrier.abort();
    else
      barrier.reset();
    return kNone;
  }

  // --- Futures, tasks, calls ---

  /// Nothing: a task that was not started.
  std::optional<Future<Value>> find_future(const std::string& name) {
    const auto at = objects_.find(name);
    if (at != objects_.end()) return at->second.future;
    if (const Context* const context = find_context(name)) return context->task;
    return {};
  }

  Step not_started() { return error_of("NotStarted"); }

  Step await(Context& context, const std::string& name, bool shielded) {
    const std::optional<Future<Value>> future = find_future(name);
    if (!future) return not_started();
    if (shielded && !future->done()) return eyelet::shield(*future);
    if (future->block() == context.task.block()) return error_of("RuntimeError");
    return *future;
  }

  /// Nothing: one of them was not started.
  std::optional<std::vector<Future<Value>>> find_futures(const std::vector<std::string>& names) {
    std::vector<Future<Value>> futures;
    for (const std::string& name : names) {
      std::optional<Future<Value>> future = find_future(name);
      if (!future) return {};
      futures.push_back(*std::move(future));
    }
    return futures;
  }

  Step gather(std::vector<std::string> names) {
    const bool tolerant = !names.empty() && names[0] == "return_exceptions";
    if (tolerant) names.erase(names.begin());
    const auto futures = find_futures(names);
    if (!futures) return not_started();
    if (futures->empty()) return value_of(std::string{"[]"});
    if (tolerant)
      return spread<Future<Value>>(*futures, [this](const auto&... all) {
        return eyelet::gather(eyelet::kReturnErrors, all...).then([this](const auto& results) {
          return this->list_of(results);
        });
      });
    return spread<Future<Value>>(*futures, [this](const auto&... all) {
      return eyelet::gather(all...).then(
          [this](const auto& values) { return this->list_of(values); });
    });
  }

  template <class Tuple>
  Value list_of(const Tuple& tuple) {
    std::string list;
    std::apply(
        [this, &list](const auto&... entries) {
          ((list += (list.empty() ? "" : ",") + this->entry_text(entries)), ...);
        },
        tuple);
    return value_of('[' + list + ']');
  }
  std::string entry_text(Value value) const { return text_of(value); }
  std::string entry_text(const Result<Value>& result) const {
    if (result) return text_of(*result);
    return result.error().code == Errc::cancelled ? "cancelled"
                                                  : "error:" + text_of(result.error());
  }

  Step wait_tasks(std::vector<std::string> words) {
    const eyelet::ReturnWhen when =
        words[0] == "FIRST_COMPLETED"   ? eyelet::ReturnWhen::first_completed
        : words[0] == "FIRST_EXCEPTION" ? eyelet::ReturnWhen::first_error
                                        : eyelet::ReturnWhen::all_completed;
    words.erase(words.begin());
    std::optional<eyelet::Delay> limit;
    if (words[0] == "timeout") {
      limit = duration(words[1]);
      words.erase(words.begin(), words.begin() + 2);
    }
    std::vector<std::string> names;
    for (const std::string& word : words)
      if (std::find(names.begin(), names.end(), word) == names.end()) names.push_back(word);
    const auto futures = find_futures(names);
    if (!futures) return not_started();
    return spread<Future<eyelet::Done>>(*futures,
                                        [when, limit](const auto&... all) {
                                          return limit ? eyelet::wait(when, *limit, all...)
                                                       : eyelet::wait(when, all...);
                                        })
        .then([this, names](eyelet::Done done) {
          std::string lists[2];
          for (std::size_t i = 0; i < names.size(); ++i) {
            std::string& list = lists[done[i] ? 0 : 1];
            list += (list.empty() ? "" : ",") + names[i];
          }
          for (std::string& list : lists)
            if (list.empty()) list = "-";
          return value_of("done=" + lists[0] + " pending=" + lists[1]);
        });
  }

  Step as_completed(Context& context, int place, const Operation& operation) {
    std::vector<std::string> names = operation.arguments;
    std::optional<eyelet::Delay> limit;
    if (names[0] == "timeout") {
      limit = duration(names[1]);
      names.erase(names.begin(), names.begin() + 2);
    }
    const auto futures = find_futures(names);
    if (!futures) return not_started();
    return next_item(context, place, operation, make_items(*loop_, *futures, limit), 0);
  }

  Step next_item(Context& context, int place, const Operation& operation,
                 std::shared_ptr<Items> items, int count) {
    return items->next()
        .then([](const Item& item) {
          return Taken{item, {}};
        })
        .or_else([](Error error) {
          return Taken{{}, error};
        })
        .then([this, &context, place, &operation, items, count](const Taken& taken) {
          const bool late = taken.error.code == Errc::timed_out;
          if (taken.error.code != Errc::none && !late) return future_of(taken.error);
          if (!taken.item && !late) return future_of(kNone);
          const Result<Value> result = late ? failure(Errc::timed_out) : *taken.item;
          if (!result && result.error().code == Errc::cancelled) return future_of(result.error());
          log(context.name,
              std::to_string(place) + '.' + std::to_string(count) + ' ' +
                  *context.inside.back().text,
              result ? "ok " + text_of(*result) : failure_text(result.error()));
          return future_of(next_item(context, place, operation, items, count + 1));
        });
  }

  Step on_future(const Operation& operation) {
    const std::string& verb = operation.verb;
    const std::vector<std::string>& arguments = operation.arguments;
    const std::string& name = arguments[0];
    const std::optional<Future<Value>> future = find_future(name);
    if (!future) return not_started();
    if (verb == "cancel") return value_of(future->cancel());
    if (verb == "cancelling")
      return value_of(static_cast<int>(contexts_.at(name).task.cancelling()));
    if (verb == "set_result" || verb == "set_error") {
      // eyelet would drop the value quietly if the future is cancelled.
      if (future->done()) return error_of("InvalidStateError");
      const Result<void> set = verb == "set_result"
                                   ? future->set_result(value_of(number(arguments[1])))
                                   : future->set_error(error_of('E' + arguments[1]));
      return named(set, "InvalidStateError");
    }
    if (verb == "add_callback") {
      callbacks_[arguments].push_back(
          future->add_done_callback([this, &arguments](const Future<Value>& done) {
            log('@' + arguments[0], arguments[1] + " callback", outcome_text(done, "ok"));
          }));
      return kNone;
    }
    if (verb == "remove_callback") {
      int removed = 0;
      for (const Handle& handle : std::exchange(callbacks_[arguments], {}))
        if (!future->done() && future->remove_done_callback(handle)) ++removed;
      return value_of(removed);
    }
    die("unknown operation");
  }

  Step spawn(Context& context, const std::string& name) {
    if (find_context(name) != nullptr) return error_of("AlreadyStarted");
    const auto open = context.groups.empty() ? nullptr : context.groups.back();
    if (open != nullptr && !open->group.open()) return error_of("RuntimeError");
    start(*std::find_if(scenario_.tasks.begin(), scenario_.tasks.end(),
                        [&name](const TaskText& text) { return text.name == name; }),
          open);
    return kNone;
  }

  Step call(const std::string& verb, const std::vector<std::string>& arguments) {
    const std::string& id = arguments.back();
    if (verb == "cancel_call") {
      const auto at = calls_.find(id);
      if (at == calls_.end()) return not_started();
      at->second.cancel();
      return kNone;
    }
    const auto fn = [this, &id] { log("@loop", id + " call", "ok"); };
    calls_[id] =
        verb == "call_soon" ? loop_->call_soon(fn) : loop_->call_later(duration(arguments[0]), fn);
    return kNone;
  }

  const Scenario& scenario_;
  eyelet::SimPort port_;
  std::unique_ptr<eyelet::StaticLoop<kBlocks>> loop_;
  std::string trace_;
  std::vector<std::string> texts_{"none"};
  std::map<std::string, Object> objects_;
  std::map<std::string, Context> contexts_;
  std::map<std::string, std::map<int, std::string>> anonymous_;  // by owner and number
  std::map<std::string, bool> shows_value_;                      // of anonymous tasks
  std::map<std::vector<std::string>, std::vector<Handle>> callbacks_;
  std::map<std::string, Handle> calls_;
};

}  // namespace

std::string run(const Scenario& scenario) { return Interpreter{scenario}.run(); }

}  // namespace conformance
