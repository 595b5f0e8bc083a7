# SPDX-License-Identifier: BSL-1.0
"""page.py RESULTS: makes docs/BENCHMARKS.md and its charts of what bench.py found."""
import json
import sys
from pathlib import Path

import chart

PAGE = Path(__file__).with_suffix('.md')
OTHERS = 10, 1000, 10000, 100000
OPERATIONS = {
    'post_1000': 'post, 1,000 in flight',
    'post_1': 'post, 1 in flight',
    'post_1_idle_fd': 'post, 1 in flight, idle fd watched',
    'thread_post': 'post from another thread',
    'future': 'future and callback',
    'chain_10': 'chain of 10 `then`',
    'gather_10': '`gather` of 10',
    'gather_100': '`gather` of 100',
    'wait_for': '`wait_for`',
    **{f'timer_fired_{others}': f'timer fired, {others:,} others' for others in OTHERS},
    **{f'timer_cancelled_{others}': f'timer cancelled, {others:,} others' for others in OTHERS},
    'queue_1': 'queue of 1',
    'queue_64': 'queue of 64',
    'lock_free': 'lock, free',
    'lock_handed': 'lock, handed over',
    'semaphore_free': 'semaphore, free',
    'semaphore_handed': 'semaphore, handed over',
}
IN_CHART = ('post_1000', 'post_1', 'future', 'chain_10', 'gather_10', 'wait_for', 'timer_fired_10',
            'timer_fired_100000', 'timer_cancelled_100000', 'queue_1', 'queue_64', 'lock_free',
            'lock_handed')
NAMES = {'eyelet': 'eyelet', 'limit': 'limit', 'asio': 'Asio', 'libuv': 'libuv',
         'libevent': 'libevent', 'libev': 'libev', 'boost_future': 'boost::future',
         'boost_fiber': 'Boost.Fiber', 'cpython': 'asyncio'}
WAITING = {'waiting_post': 'post', 'waiting_future': 'future', 'waiting_timer': 'timer'}
# Told apart by those who see few colours, too; after Okabe and Ito.
COLOURS = dict(zip(NAMES.values(), (
    '#000000', '#999999', '#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#f0e442',
    '#56b4e9')))
NONE = '–'


def table(head, rows):
    lines = [head, ['---', *['---:'] * (len(head) - 1)], *rows]
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)


def whole(number):
    return NONE if number is None else f'{number:,.0f}'


def multiple(number, base):
    if number is None:
        return NONE
    ratio = number / base
    digits = 2 if ratio < 1 else 1 if ratio < 20 else 0
    return f'{ratio:,.{digits}f} ×'


def names(found):
    """Of the programs among those found, in the order of the page."""
    return [program for program in NAMES if program in found]


def server_name(server):
    program, backend = server.split()
    return f'{NAMES[program]}, {backend}'


# --- Tables ---

def machine_table(found):
    machine = found['machine']
    versions = ', '.join(f'{NAMES[program]} {version}'
                         for program, version in found['versions'].items())
    return table(['', ''], [
        ['processor', f'{machine["processor"]}, {machine["cores"]} cores'],
        ['system', f'{machine["kernel"]}, {machine["libc"]}'],
        ['compiler', f'{machine["compiler"]}, `-std=c++17 -O2 -DNDEBUG`'],
        ['counted by', machine['valgrind']],
        ['peers', versions],
        ['other load', f'{machine["load"]:.1f} processes at the start'],
    ])


def instruction_table(counted):
    """With what the wheel of `limit` takes in a column of its own."""
    columns = {NAMES[program]: counted[program] for program in names(counted)}
    wheel = {name[len('wheel_'):]: number for name, number in counted['limit'].items()
             if name.startswith('wheel_')}
    columns = {'eyelet': columns.pop('eyelet'), 'limit': columns.pop('limit'), 'wheel': wheel,
               **columns}
    return table(['', *columns], [
        [operation, *(whole(column.get(workload)) for column in columns.values())]
        for workload, operation in OPERATIONS.items() if workload in counted['eyelet']])


def time_table(timed):
    ours = timed['eyelet']
    peers = names(timed)[1:]
    return table(['', *map(NAMES.get, ['eyelet', *peers])], [
        [operation, f'{ours[workload]:,.0f} ns',
         *(multiple(timed[peer].get(workload), ours[workload]) for peer in peers)]
        for workload, operation in OPERATIONS.items()])


def echo_table(echo):
    head = [f'{what}, {int(connections):,}' for what in ('CPU ns', 'messages/s') for connections in echo]
    return table(['connections', *head], [
        [server_name(server),
         *(whole(found[server][column]) for column in (0, 1) for found in echo.values())]
        for server in next(iter(echo.values()))])


def echo_instruction_table(counted):
    return table(['connections', '1', '64'], [
        [server_name(server), *map(whole, numbers.values())]
        for server, numbers in counted.items()])


def weight(found):
    if found is None:
        return NONE
    allocations, heap_bytes, pool_bytes = found
    return f'{heap_bytes + pool_bytes:,.0f} ({round(allocations, 1):g})'


def memory_table(weighed):
    return table(['', *WAITING.values()], [
        [NAMES[program], *(weight(weighed[program].get(waiting)) for waiting in WAITING)]
        for program in names(weighed) if weighed[program]])


def connection_table(servers):
    return table(['', 'bytes'], [[server_name(server), whole(row[2])]
                                 for server, row in servers.items()])


def compile_table(seconds):
    return table(['', 'seconds'], [[NAMES[program], f'{seconds[program]:.2f}']
                                   for program in names(seconds)])


# --- Charts ---

def draw(title, unit, rows):
    series = {name: colour for name, colour in COLOURS.items()
              if any(name in values for _, values in rows)}
    return chart.draw(title, unit, series, rows)


def instruction_chart(counted):
    programs = names(counted)
    rows = [(OPERATIONS[workload].replace('`', ''),
             {NAMES[program]: counted[program].get(workload, 0) for program in programs})
            for workload in IN_CHART]
    return draw('Instructions per operation', 'instructions', rows)


def echo_chart(echo):
    rows = [(f'{backend}, connections: {int(connections):,}',
             {NAMES[server.split()[0]]: row[0] for server, row in found.items()
              if server.endswith(f' {backend}')})
            for connections, found in echo.items() for backend in ('poll', 'epoll')]
    return draw('Echo of 64 bytes: server CPU per message', 'ns', rows)


def write(found):
    connections, servers = list(found['echo'].items())[-1]
    Path('docs/benchmarks.svg').write_text(instruction_chart(found['instructions']))
    Path('docs/benchmarks_echo.svg').write_text(echo_chart(found['echo']))
    Path('docs/BENCHMARKS.md').write_text(PAGE.read_text().format(
        machine=machine_table(found),
        instructions=instruction_table(found['instructions']),
        repetitions=found['repetitions'],
        time=time_table(found['time']),
        echo=echo_table(found['echo']),
        echo_instructions=echo_instruction_table(found['echo_instructions']),
        memory=memory_table(found['memory']),
        connections=f'{int(connections):,}',
        connection_memory=connection_table(servers),
        compile=compile_table(found['compile'])))


if __name__ == '__main__':
    write(json.loads(Path(sys.argv[1]).read_text()))
