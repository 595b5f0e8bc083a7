# SPDX-License-Identifier: BSL-1.0
"""bench.py [--instr] FOLDER ABSENT...: measures the programs in FOLDER beside each other, leaves
what it found there in results.json, and has page.py make docs/BENCHMARKS.md of it.

--instr: counts and prints instructions per operation alone. ABSENT: peers that were not built.
"""
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import callgrind
import page
from echo import Echo

PROGRAMS = ('eyelet', 'limit', 'asio', 'libuv', 'libevent', 'libev', 'boost_future',
            'boost_fiber')
PACKAGES = {'asio': 'libasio-dev', 'libuv': 'libuv1-dev', 'libevent': 'libevent-dev',
            'libev': 'libev-dev', 'boost_future': 'libboost-thread-dev',
            'boost_fiber': 'libboost-fiber-dev', 'cpython': 'python3'}
PYTHON = '/usr/bin/python3'
COMPILER = 'g++', '-std=c++17', '-O2', '-DNDEBUG', '-Ilib', '-I.'
REPETITIONS = 5
ENOUGH = 20_000_000  # nanoseconds that one repetition takes
CONNECTIONS = (1, 1), (64, 64), (512, 512), (4000, 4000), (4000, 64)  # and how many are active
ECHO_ROUNDS = 61
# Of so many, in order: the median of all that there could be is among these in 98 % of cases.
SURE = slice(21, 40)
HEAP = re.compile(r'total heap usage: ([\d,]+) allocs, [\d,]+ frees, ([\d,]+) bytes')


def say(text):
    print(text, file=sys.stderr, flush=True)


def output(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def find_commands(folder, absent):
    """{program: its command line}"""
    for name in absent:
        say(f'skipped: {name}: {PACKAGES[name]} is not installed')
    commands = {name: [f'{folder}/{name}'] for name in PROGRAMS if name not in absent}
    if Path(PYTHON).exists():
        commands['cpython'] = [PYTHON, 'tests/bench/cpython.py']
    else:
        say(f'skipped: cpython: no {PYTHON}')
    return commands


def find_workloads(commands, prefix):
    """[(program, its command line with the workload, workload)] of those that begin so."""
    return [(program, [*command, workload], workload) for program, command in commands.items()
            for workload in callgrind.workloads(command) if workload.startswith(prefix)]


def count_instructions(commands):
    counted = {}
    for program, command in commands.items():
        say(f'instructions: {program}')
        counted[program] = dict(callgrind.count(command, callgrind.steady(command)))
    return counted


# --- Time ---

def nanoseconds(command, operations):
    return int(output([*command, str(operations)]).split()[0])


def enough(command):
    """How many operations take long enough to be timed."""
    operations = 1000
    while (taken := nanoseconds(command, operations)) < ENOUGH and operations < 10**7:
        operations = max(2 * operations, operations * ENOUGH // (taken + 1) // 1000 * 1000)
    return operations


def time_workload(commands):
    """Nanoseconds per operation of each program; they take turns."""
    operations = {program: enough(command) for program, command in commands.items()}
    runs = [{program: nanoseconds(command, operations[program]) / operations[program]
             for program, command in commands.items()} for _ in range(REPETITIONS)]
    return {program: median(run[program] for run in runs) for program in commands}


def time_all(commands):
    timed = {program: {} for program in commands}
    for workload in page.OPERATIONS:
        say(f'time: {workload}')
        found = find_workloads(commands, workload)
        those = {program: command for program, command, name in found if name == workload}
        for program, number in time_workload(those).items():
            timed[program][workload] = number
    return timed


# --- Memory ---

def heap_usage(command, operations):
    """Allocations, their bytes, and the bytes of a pool."""
    ran = subprocess.run(
        ['valgrind', '--tool=memcheck', '--undef-value-errors=no', *command, str(operations)],
        capture_output=True, text=True, check=True, env={**os.environ, 'PYTHONMALLOC': 'malloc'})
    heap = [int(number.replace(',', '')) for number in HEAP.search(ran.stderr).groups()]
    return *heap, int(ran.stdout.split()[1])


def weigh_waiting(commands):
    """For one that waits: what heap_usage() says, as the difference of two runs."""
    weighed = {program: {} for program in commands}
    for program, command, workload in find_workloads(commands, 'waiting_'):
        say(f'memory: {program} {workload}')
        few, many = (heap_usage(command, operations) for operations in (1000, 3000))
        weighed[program][workload] = [(more - less) / 2000 for less, more in zip(few, many)]
    return weighed


# --- Echo ---

def find_servers(commands):
    """{program and what it waits with: its command line}"""
    return {f'{program} {workload[len("echo_"):]}': command
            for program, command, workload in find_workloads(commands, 'echo_')}


def limit_of(server):
    """What `server` is held against."""
    return 'limit epoll' if server.endswith(' epoll') else 'limit poll'


def echo_once(echo, messages):
    taken, cpu = echo.exchange(messages)
    return {'cpu': cpu / messages, 'rate': messages / taken * 1e9}


def echo_beside(limit, echo, messages):
    """What is told of a server beside its limit. They take turns, and nobody else, so that what is in
    the caches is theirs alike."""
    runs, limits = [], []
    for number in range(ECHO_ROUNDS):
        pair = [(runs, echo), (limits, limit)]
        for those, each in pair if number % 2 else reversed(pair):
            those.append(echo_once(each, messages))
    ratios = sorted(run['cpu'] / least['cpu'] for run, least in zip(runs, limits))
    sure = ratios[SURE]
    return {'cpu': median(run['cpu'] for run in runs), 'rate': median(run['rate'] for run in runs),
            'ratios': [sure[0], median(sure), sure[-1]], 'bytes': echo.bytes_per_connection}


def echo_all(commands, clients, connections, active):
    """{server: what is told of it}"""
    with ExitStack() as stack:
        echoes = {server: stack.enter_context(Echo(command, clients, connections, active))
                  for server, command in commands.items()}
        return {server: echo_beside(echoes[limit_of(server)], echo, max(500, active))
                for server, echo in echoes.items()}


def measure_echo(commands, clients):
    """[(connections, active, {server: what is told of it})]"""
    servers = find_servers(commands)
    found = []
    for connections, active in CONNECTIONS:
        say(f'echo: {connections} connections, {active} active')
        found.append((connections, active, echo_all(servers, clients, connections, active)))
    return found


def echo_instructions(command, clients, connections):
    """In user space, per message, as the difference of two runs."""
    def collected(messages):
        with tempfile.NamedTemporaryFile('r') as log:
            counting = [*callgrind.VALGRIND, f'--log-file={log.name}', *command]
            with Echo(counting, clients, connections, connections) as echo:
                echo.exchange(messages)
            return callgrind.read(log.read())
    return (collected(10_000) - collected(2000)) / 8000


def count_echo(commands, clients):
    counted = {}
    for server, command in find_servers(commands).items():
        say(f'instructions: {server}')
        counted[server] = {connections: echo_instructions(command, clients, connections)
                           for connections in (1, 64)}
    return counted


# --- Compiling ---

def compile_seconds(source):
    """Of processor time."""
    before = os.times()
    subprocess.run([*COMPILER, '-c', source, '-o', os.devnull], check=True)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])


def time_compiling(commands):
    say('compiling')
    sources = {program: f'tests/bench/user/{program}.cpp' for program in commands}
    sources = {program: source for program, source in sources.items() if Path(source).exists()}
    runs = [{program: compile_seconds(source) for program, source in sources.items()}
            for _ in range(3)]
    return {program: median(run[program] for run in runs) for program in sources}


# --- Where ---

def describe_machine():
    model = re.search(r'model name\s*: (.*)', Path('/proc/cpuinfo').read_text())
    return {'processor': model[1] if model else platform.machine(), 'cores': os.cpu_count(),
            'kernel': f'{platform.system()} {platform.release()}',
            'libc': ' '.join(platform.libc_ver()),
            'compiler': output(['g++', '--version']).splitlines()[0],
            'valgrind': output(['valgrind', '--version']).strip(),
            'load': os.getloadavg()[0]}


def find_versions(commands):
    return {program: output(['dpkg-query', '-W', '-f=${Version}', PACKAGES[program]])
            for program in commands if program in PACKAGES}


def measure(commands, folder):
    clients = [f'{folder}/echo_clients']
    return {'machine': describe_machine(), 'versions': find_versions(commands),
            'echo': measure_echo(commands, clients),
            'echo_instructions': count_echo(commands, clients),
            'echo_rounds': ECHO_ROUNDS, 'repetitions': REPETITIONS, 'time': time_all(commands),
            'compile': time_compiling(commands), 'memory': weigh_waiting(commands),
            'instructions': count_instructions(commands)}


def main(arguments):
    os.environ['PYTHONHASHSEED'] = '0'  # or no two runs of the interpreter take the same
    folder, *absent = [argument for argument in arguments if argument != '--instr']
    commands = find_commands(folder, absent)
    if '--instr' in arguments:
        return print(page.instruction_table(count_instructions(commands)))
    results = Path(folder, 'results.json')
    results.write_text(json.dumps(measure(commands, folder)))
    page.write(json.loads(results.read_text()))


if __name__ == '__main__':
    main(sys.argv[1:])
