# SPDX-License-Identifier: BSL-1.0
"""The programs whose sizes docs/SIZES.md tells: an empty loop; one with a future; one with what runs
behind that; and, for each thing that may be added, one with that, too. And the types whose sizes it
tells."""

# Every program begins with this, so that it may be compiled beforehand.
COMMON = '#include <eyelet/eyelet.hpp>\n'

# What differs between targets: a port and how it starts.
BARE = '''#include <toolchains/boards/board.hpp>
using board::port;
void start() { port.start(); }
'''
HOSTED = '''#include <port/poll/poll.hpp>
eyelet::StaticPollPort<4> port;
void start() {}
'''

PROGRAM = '''
using namespace std::chrono_literals;
using eyelet::Future;
using eyelet::Result;

eyelet::StaticLoop<4, {mail}> loop{{port}};
volatile int seen;
struct Pair {{ int first, second; }};

int main() {{
  start();
{lines}  return loop.run_forever() ? 0 : 1;
}}
'''

NOTHING = 'int main() {}\n'

FUTURE = '''
  const auto future = loop.create_future<int>();
  loop.call_soon([future] { future.set_result(1); });
  const Result<int> result = loop.run_until_complete(future);
  seen = result ? *result : 0;
'''

THEN = '''
  const auto stage = future.then([](int value) { seen = value; });
'''

# {what: what it adds to a program that has both}. Each is used once, as one would.
ADDED = {
    'a second value type': '''
  const auto pairs = loop.create_future<Pair>();
  loop.call_soon([pairs] { pairs.set_result(Pair{1, 2}); });
  const Result<Pair> pair = loop.run_until_complete(pairs);
  seen = pair ? pair->second : 0;''',
    'call_later': 'loop.call_later(1s, [] { seen = 2; });',
    'call_soon_threadsafe': 'seen = loop.call_soon_threadsafe([] { seen = 2; });',
    'add_done_callback': 'future.add_done_callback([](const Future<int>&) { seen = 2; });',
    'a second then': 'const auto second = stage.then([] { seen = 2; });',
    'or_else': 'const auto second = future.or_else([](eyelet::Error) { return 2; });',
    'finally': 'const auto second = future.finally([] { seen = 2; });',
    'sleep': 'loop.run_until_complete(eyelet::sleep(loop, 1s));',
    'create_task': 'const auto task = loop.create_task([] { seen = 2; });',
    'repeat': '''const auto task =
      eyelet::repeat(loop, [] { return loop.create_future<bool>(); });''',
    'generator and for_each': '''
  auto numbers = eyelet::generator<int>(loop, [](auto& yield) { return yield(1); });
  const auto all = eyelet::for_each(loop, numbers, [](int number) { seen = number; });''',
    'gather': 'loop.run_until_complete(eyelet::gather(future, future));',
    'wait': '''loop.run_until_complete(
      eyelet::wait(eyelet::ReturnWhen::first_completed, future, future));''',
    'wait_for': 'loop.run_until_complete(eyelet::wait_for(future, 1s));',
    'as_completed': '''
  eyelet::AsCompleted<int, 2> outcomes{loop, {future, future}};
  loop.run_until_complete(outcomes.next());''',
    'shield': 'loop.run_until_complete(eyelet::shield(future));',
    'with': '''
  eyelet::Lock lock{loop};
  loop.run_until_complete(eyelet::with(lock, [] { seen = 2; }));''',
    'Lock': '''
  eyelet::Lock lock{loop};
  const auto guard = loop.run_until_complete(lock.acquire());''',
    'Semaphore': '''
  eyelet::Semaphore semaphore{loop, 2};
  const auto guard = loop.run_until_complete(semaphore.acquire());''',
    'Event': '''
  eyelet::Event event{loop};
  loop.call_soon([&event] { event.set(); });
  loop.run_until_complete(event.wait());''',
    'Condition': '''
  eyelet::Lock lock{loop};
  const auto guard = loop.run_until_complete(lock.acquire());
  eyelet::Condition condition{lock};
  loop.call_soon([&condition] { static_cast<void>(condition.notify()); });
  loop.run_until_complete(condition.wait());''',
    'Barrier': '''
  eyelet::Barrier barrier{loop, 1};
  loop.run_until_complete(barrier.wait());''',
    'Queue': '''
  eyelet::Queue<int, 8> queue{loop};
  const auto put = queue.put(1);
  loop.run_until_complete(queue.get());''',
    'PriorityQueue': '''
  eyelet::PriorityQueue<int, 8> queue{loop};
  const auto put = queue.put(1);
  loop.run_until_complete(queue.get());''',
    'LifoQueue': '''
  eyelet::LifoQueue<int, 8> queue{loop};
  const auto put = queue.put(1);
  loop.run_until_complete(queue.get());''',
    'TaskGroup': '''
  eyelet::TaskGroup<> group{loop};
  loop.run_until_complete(group.run([] { seen = 2; }));''',
    'ThreadSafeFlag': '''
  eyelet::ThreadSafeFlag flag{loop};
  flag.set();
  loop.run_until_complete(flag.wait());''',
    'IsrQueue': '''
  eyelet::IsrQueue<int, 8> queue{loop};
  seen = queue.put_nowait(1);
  loop.run_until_complete(queue.get());''',
}

TYPES = ('Loop', 'detail::Block', 'Handle', 'AnyFuture', 'Future<int>', 'Error', 'Result<int>',
         'Result<void>', 'Lock', 'Guard<Lock>', 'Semaphore', 'BoundedSemaphore', 'Event', 'Condition',
         'Barrier', 'Queue<int, 8>', 'PriorityQueue<int, 8>', 'LifoQueue<int, 8>', 'TaskGroup<4>',
         'Timeout', 'AsCompleted<int, 2>', 'ThreadSafeFlag', 'IsrQueue<int, 8>', 'Stats')


def program(lines, mail=0):
    return PROGRAM.format(lines=lines and f'  {lines.strip()}\n', mail=mail)


def all_programs():
    """{what: source}, first the three that go ahead of the others."""
    programs = {'an empty loop': program(''), 'one future': program(FUTURE),
                'then': program(FUTURE + THEN)}
    for what, lines in ADDED.items():
        mail = 4 if what == 'call_soon_threadsafe' else 0
        programs[what] = program(FUTURE + THEN + lines, mail)
    return programs


def type_sizes():
    """A source with an array of the size of each type, size_0 and so on."""
    arrays = (f'char size_{i}[sizeof({name})];\n' for i, name in enumerate(TYPES))
    return 'namespace eyelet {\nextern "C" {\n' + ''.join(arrays) + '}\n}\n'
