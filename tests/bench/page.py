# SPDX-License-Identifier: BSL-1.0
"""Makes docs/BENCHMARKS.md and its charts of the figures of bench.py."""
from pathlib import Path

import chart

OPERATIONS = {
    'post_1000': 'post, 1,000 in flight', 'post_1': 'post, 1 in flight',
    'post_1_idle_fd': 'post, 1 in flight, idle fd watched',
    'thread_post': 'post from another thread',
    'future': 'future and callback', 'chain_10': 'chain of 10 `then`',
    'gather_10': '`gather` of 10', 'gather_100': '`gather` of 100', 'wait_for': '`wait_for`',
    **{f'timer_fired_{others}': f'timer fired, {others:,} others' for others in (10, 1000, 10000, 100000)},
    **{f'timer_cancelled_{others}': f'timer cancelled, {others:,} others' for others in (10, 1000, 10000, 100000)},
    'queue_1': 'queue of 1', 'queue_64': 'queue of 64',
    'lock_free': 'lock, free', 'lock_handed': 'lock, handed over',
    'semaphore_free': 'semaphore, free', 'semaphore_handed': 'semaphore, handed over',
}
NAMES = {'eyelet': 'eyelet', 'limit': 'limit', 'asio': 'Asio', 'libuv': 'libuv', 'libevent': 'libevent',
         'libev': 'libev', 'boost_future': 'boost::future', 'cpython': 'asyncio'}
WAITING = {'waiting_post': 'post', 'waiting_future': 'future', 'waiting_timer': 'timer'}
MISSING = '–'

PAGE = '''\
# Benchmarks

The same small programs on eyelet, on its peers, and as `limit`: the bare data structure, written by
hand, which nobody can beat. This page and its charts are written by

    toolchains/setup --bench && scons bench

from [tests/bench](../tests/bench), where a file each says what an operation is. A peer that has no such
thing shows {missing}.

| | |
|---|---|
{where}

![Instructions per operation](benchmarks.svg)

## Instructions per operation

Counted by callgrind as the difference of two numbers of operations: user code only, start-up not in it,
the same on each run. `scons bench instr=1` counts nothing else. Those of eyelet are checked by `scons test` against
[instructions.txt](../tests/bench/instructions.txt).

{instructions}

The columns `limit` and `wheel` are a heap with four children a node and a timing wheel of two levels, where
timers are concerned. callgrind replaces the vDSO, so reading the clock counts as a short system call.

What one operation is, for eyelet; the others do what is nearest:

- **post**: `call_soon` of a callable with 16 bytes of captures, and running it. 1,000 in flight: posted one
  after the other, then run in one pass. 1 in flight: each posts the next.
- **future and callback**: created, callback attached, completed, callback run in the next pass, which begins the
  next one.
- **chain of 10**: a future, ten `then` behind it, completed, all ten run.
- **`gather`**: so many futures created, gathered, completed; a callback gets the values.
- **`wait_for`**: a future with a limit of one hour, completed, callback run; the limit's timer is taken back.
- **timer fired**: armed without a delay and run; so many others are armed for the next hour.
- **timer cancelled**: armed for some time in the next hour, among the others, and cancelled.
- **queue**: an item that a producer puts and a consumer gets; each takes what it can without waiting, then waits.
- **lock, semaphore**: free: acquired and released at once. Handed over: somebody waits for it already.
- **post from another thread**: it posts as fast as it can; the loop's thread runs them.

## Time per operation

eyelet in nanoseconds; the others as multiples of it. The median of {repetitions} repetitions, in each of which one program
followed the other. The machine is shared: look at ratios above two, and at the instructions for the rest.

{time}

## Echo over TCP

64 bytes on 127.0.0.1, one message under way on each connection; the clients are a process of their own.
CPU: of the server, system calls included, for each message; the median of 3.

![Echo: server CPU per message](benchmarks_echo.svg)

{echo}

User code alone, in instructions for each message:

{echo_instructions}

## Memory

For one that waits: bytes and allocations. eyelet's come from its pool, which is declared beforehand.

{memory}

For one connection of the echo server, of 4,000: bytes that became resident in the server's process.

{connection_memory}

## Compile time

Of a user's file that arms one timer ([tests/bench/user](../tests/bench/user)), `g++ -O2`: seconds of processor time.

{compile}
'''


def table(head, rows):
    lines = [head, ['---', *['---:'] * (len(head) - 1)], *rows]
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)


def whole(number):
    return MISSING if number is None else f'{number:,.0f}'


def multiple(number, base):
    if number is None or base is None:
        return whole(number)
    return f'{number / base:.1f} ×' if number / base < 20 else f'{number / base:.0f} ×'


def instruction_table(counted):
    programs = [program for program in NAMES if program in counted]
    rows = []
    for workload, operation in OPERATIONS.items():
        numbers = [counted[program].get(workload) for program in programs]
        numbers.insert(2, counted['limit'].get(f'wheel_{workload}'))
        if any(number is not None for number in numbers):
            rows.append([operation, *map(whole, numbers)])
    head = [NAMES[program] for program in programs]
    head.insert(2, 'wheel')
    return table(['', *head], rows)


def time_table(timed):
    programs = [program for program in NAMES if program in timed]
    rows = []
    for workload, operation in OPERATIONS.items():
        ours = timed['eyelet'].get(workload)
        numbers = [timed[program].get(workload) for program in programs[1:]]
        if ours is not None:
            rows.append([operation, f'{ours:,.0f} ns', *(multiple(number, ours) for number in numbers)])
    return table(['', *(NAMES[program] for program in programs)], rows)


def server_name(server):
    program, backend = server.split()
    return f'{NAMES[program]} ({backend})'


def echo_table(echo):
    connections = list(echo)
    rows = [[server_name(server), *(whole(echo[count][server][column]) for column in (0, 1) for count in connections)]
            for server in echo[connections[0]]]
    return table(['', *(f'CPU ns, {count}' for count in connections),
                  *(f'messages/s, {count}' for count in connections)], rows)


def memory_table(weighed):
    rows = [[NAMES[program], *(
        MISSING if waiting not in found else f'{found[waiting][1] + found[waiting][2]:,.0f} B, '
        f'{round(found[waiting][0], 1):g} allocations' for waiting in WAITING)]
            for program, found in weighed.items() if found]
    return table(['', *WAITING.values()], rows)


def instruction_chart(counted):
    shown = ('post_1000', 'post_1', 'future', 'chain_10', 'gather_10', 'wait_for', 'timer_fired_10', 'timer_fired_100000',
             'timer_cancelled_100000', 'queue_1', 'queue_64', 'lock_free', 'lock_handed')
    programs = [program for program in NAMES if program in counted]
    rows = [(OPERATIONS[workload].replace('`', ''), {NAMES[program]: counted[program][workload] for program in programs
                                                     if workload in counted[program]}) for workload in shown]
    return chart.draw('Instructions per operation', 'instructions', [NAMES[program] for program in programs], rows)


def echo_chart(echo):
    servers = {}
    rows = []
    for count, found in echo.items():
        for backend in 'poll', 'epoll':
            values = {}
            for server, (cpu, *_) in found.items():
                program, its_backend = server.split()
                if its_backend == backend:
                    values[NAMES[program]] = cpu
                    servers[program] = True
            rows.append((f'{count} connections, {backend}', values))
    series = [NAMES[program] for program in NAMES if program in servers]
    return chart.draw('Echo of 64 bytes: server CPU per message', 'ns', series, rows)


def write(found):
    machine = found['machine']
    versions = ', '.join(f'{NAMES[program]} {version}' for program, version in found['versions'].items())
    where = {'processor': f'{machine["processor"]}, {machine["cores"]} cores', 'system': f'{machine["kernel"]}, {machine["libc"]}',
             'compiler': f'{machine["compiler"]}, -std=c++17 -O2', 'counted by': machine['valgrind'], 'peers': versions,
             'load at the start': f'{machine["load"]:.1f}'}
    most = list(found['echo'])[-1]
    Path('docs/benchmarks.svg').write_text(instruction_chart(found['instructions']))
    Path('docs/benchmarks_echo.svg').write_text(echo_chart(found['echo']))
    Path('docs/BENCHMARKS.md').write_text(PAGE.format(
        missing=MISSING, where='\n'.join(f'| {what} | {which} |' for what, which in where.items()),
        instructions=instruction_table(found['instructions']), repetitions=found['repetitions'],
        time=time_table(found['time']), echo=echo_table(found['echo']),
        echo_instructions=table(['', '1 connection', '64 connections'], [
            [server_name(server), *map(whole, numbers.values())] for server, numbers in found['echo_instructions'].items()]),
        memory=memory_table(found['memory']),
        connection_memory=table(['', 'bytes'], [[server_name(server), whole(row[2])] for server, row in found['echo'][most].items()]),
        compile=table(['', 'seconds'], [[NAMES[program], f'{seconds:.2f}'] for program, seconds in found['compile'].items()])))
