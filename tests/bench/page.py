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
BACKENDS = {'poll': 'poll', 'poll_woken': 'poll, with an eventfd', 'epoll': 'epoll'}
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
    return f'{NAMES[program]}, {BACKENDS[backend]}'


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


def case(connections, active):
    return f'{connections:,}' if active == connections else f'{connections:,}, {active:,} active'


def cpu_beside_limit(server, told):
    """Of the limit itself, the nanoseconds."""
    if server in ('limit poll', 'limit epoll'):
        return f'{told["cpu"]:,.0f} ns'
    least, middle, most = told['ratios']
    return f'{middle:.2f} × ({least:.2f} to {most:.2f})'


def echo_table(echo, cell):
    *_, servers = echo[0]
    return table(['connections', *(case(*sizes) for *sizes, _ in echo)], [
        [server_name(server), *(cell(server, found[server]) for *_, found in echo)]
        for server in servers])


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
    return table(['', 'bytes'], [[server_name(server), whole(told['bytes'])]
                                 for server, told in servers.items()])


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
    rows = [(f'{backend}, connections: {case(*sizes)}',
             {NAMES[server.split()[0]]: told['cpu'] for server, told in found.items()
              if server.endswith(f' {backend}')})
            for *sizes, found in echo for backend in ('poll', 'epoll')]
    return draw('Echo of 64 bytes: server CPU per message', 'ns', rows)


def write(found):
    *_, (connections, servers) = ((connections, servers)
                                  for connections, active, servers in found['echo']
                                  if active == connections)
    Path('docs/benchmarks.svg').write_text(instruction_chart(found['instructions']))
    Path('docs/benchmarks_echo.svg').write_text(echo_chart(found['echo']))
    Path('docs/BENCHMARKS.md').write_text(PAGE.read_text().format(
        machine=machine_table(found),
        instructions=instruction_table(found['instructions']),
        repetitions=found['repetitions'],
        echo_rounds=found['echo_rounds'],
        time=time_table(found['time']),
        echo_cpu=echo_table(found['echo'], cpu_beside_limit),
        echo_rate=echo_table(found['echo'], lambda _, told: whole(told['rate'])),
        echo_instructions=echo_instruction_table(found['echo_instructions']),
        memory=memory_table(found['memory']),
        connections=f'{connections:,}',
        connection_memory=connection_table(servers),
        compile=compile_table(found['compile'])))


if __name__ == '__main__':
    write(json.loads(Path(sys.argv[1]).read_text()))
