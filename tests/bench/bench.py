# SPDX-License-Identifier: BSL-1.0
"""bench.py [--instr] FOLDER ABSENT...: measures the programs in FOLDER beside each other, leaves the
figures there in results.json, and has page.py make docs/BENCHMARKS.md of them.

--instr: only counts instructions per operation, and prints them. ABSENT: peers that were not built.
"""
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import callgrind
import page
from echo import Echo

PROGRAMS = 'eyelet', 'limit', 'asio', 'libuv', 'libevent', 'libev', 'boost_future'
PACKAGES = {'asio': 'libasio-dev', 'libuv': 'libuv1-dev', 'libevent': 'libevent-dev', 'libev': 'libev-dev',
            'boost_future': 'libboost-thread-dev', 'cpython': 'python3'}
PYTHON = '/usr/bin/python3'
REPETITIONS = 7
ENOUGH = 20_000_000  # nanoseconds that one repetition takes
CONNECTIONS = 1, 64, 512, 4000
HEAP = re.compile(r'total heap usage: ([\d,]+) allocs, [\d,]+ frees, ([\d,]+) bytes')


def say(text):
    print(text, file=sys.stderr, flush=True)


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


def with_workload(commands, begins):
    """[(program, its command line, workload)] of those whose names begin so."""
    return [(program, command, workload) for program, command in commands.items()
            for workload in callgrind.workloads(command) if workload.startswith(begins)]


def count_instructions(commands):
    """Of all but the interpreter's, which would take hours."""
    counted = {}
    for program, command in commands.items():
        if program == 'cpython':
            continue
        say(f'instructions: {program}')
        counted[program] = dict(callgrind.count(command, callgrind.steady(command)))
    return counted


# --- Time ---

def nanoseconds(command, workload, operations):
    ran = subprocess.run([*command, workload, str(operations)], capture_output=True, text=True, check=True)
    return int(ran.stdout.split()[0])


def enough(command, workload):
    """How many operations take long enough to be timed."""
    operations = 1000
    while (taken := nanoseconds(command, workload, operations)) < ENOUGH and operations < 10**7:
        operations = 1000 * max(2 * operations // 1000, int(operations * 1.2 * ENOUGH / (taken + 1)) // 1000)
    return operations


def time_all(commands):
    """Nanoseconds per operation, the median of repetitions in which one program follows the other."""
    timed = {program: {} for program in commands}
    for workload in dict.fromkeys(name for command in commands.values() for name in callgrind.workloads(command)
                                  if not name.startswith(('echo_', 'waiting_'))):
        say(f'time: {workload}')
        those = {program: command for program, command in commands.items()
                 if workload in callgrind.workloads(command)}
        operations = {program: enough(command, workload) for program, command in those.items()}
        runs = [{program: nanoseconds(command, workload, operations[program]) / operations[program]
                 for program, command in those.items()} for _ in range(REPETITIONS)]
        for program in those:
            timed[program][workload] = median(run[program] for run in runs)
    return timed


# --- Memory ---

def heap_usage(command, operations):
    """Allocations, their bytes, and the bytes of a pool."""
    ran = subprocess.run(['valgrind', '--tool=memcheck', '--undef-value-errors=no', *command, str(operations)],
                         capture_output=True, text=True, check=True,
                         env={**os.environ, 'PYTHONMALLOC': 'malloc'})
    allocations, size = (int(number.replace(',', '')) for number in HEAP.search(ran.stderr).groups())
    return allocations, size, int(ran.stdout.split()[1])


def weigh_waiting(commands):
    """For one that waits: (allocations, bytes on the heap, bytes of a pool)."""
    weighed = {program: {} for program in commands}
    for program, command, workload in with_workload(commands, 'waiting_'):
        say(f'memory: {program} {workload}')
        few, many = (heap_usage([*command, workload], operations) for operations in (1000, 3000))
        weighed[program][workload] = [(more - less) / 2000 for less, more in zip(few, many)]
    return weighed


# --- Echo ---

def measure_echo(commands, folder, connections):
    """Of one number of connections: what the median repetition found of each server."""
    clients = [f'{folder}/echo_clients']
    found = {}
    servers = [(f'{program} {workload[5:]}', [*command, workload])
               for program, command, workload in with_workload(commands, 'echo_')]
    for _ in range(3):
        for name, command in servers:
            say(f'echo: {name}, {connections} connections')
            messages = max(20_000, 4 * connections)
            with Echo(command, clients, connections) as echo:
                taken, cpu = echo.exchange(messages)
                found.setdefault(name, []).append(
                    (cpu / messages, messages / taken * 1e9, echo.bytes_per_connection))
    return {name: [median(column) for column in zip(*rows)] for name, rows in found.items()}


def echo_instructions(command, folder, connections):
    """Of user code, for each message."""
    def collected(messages):
        with tempfile.NamedTemporaryFile('r') as log:
            valgrind = [*callgrind.VALGRIND, f'--log-file={log.name}']
            with Echo([*valgrind, *command], [f'{folder}/echo_clients'], connections) as echo:
                echo.exchange(messages)
            return callgrind.read(log.read())
    few, many = collected(2000), collected(10_000)
    return (many - few) / 8000


def count_echo(commands, folder):
    counted = {}
    for program, command, workload in with_workload(commands, 'echo_'):
        if program == 'cpython':
            continue
        say(f'instructions: {program} {workload}')
        counted[f'{program} {workload[5:]}'] = {
            connections: echo_instructions([*command, workload], folder, connections) for connections in (1, 64)}
    return counted


# --- Compiling ---

def compile_time(source, compiler):
    """Seconds of processor time."""
    before = os.times()
    subprocess.run([*compiler, '-c', source, '-o', '/dev/null'], check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def time_compiling(commands):
    compiler = ['g++', '-std=c++17', '-O2', '-DNDEBUG', '-Ilib', '-I.']
    sources = {program: f'tests/bench/user/{program}.cpp' for program in commands
               if Path(f'tests/bench/user/{program}.cpp').exists()}
    runs = [{program: compile_time(source, compiler) for program, source in sources.items()} for _ in range(3)]
    return {program: median(run[program] for run in runs) for program in sources}


# --- Where ---

def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def describe_machine():
    model = re.search(r'model name\s*: (.*)', Path('/proc/cpuinfo').read_text())
    return {'processor': model[1] if model else platform.machine(), 'cores': os.cpu_count(),
            'kernel': f'{platform.system()} {platform.release()}', 'libc': ' '.join(platform.libc_ver()),
            'compiler': first_line('g++', '--version'), 'valgrind': first_line('valgrind', '--version'),
            'load': os.getloadavg()[0]}


def find_versions(commands):
    return {program: first_line('dpkg-query', '-W', '-f=${Version}', PACKAGES[program])
            for program in commands if program in PACKAGES}


def measure(commands, folder):
    machine = describe_machine()
    echo = {connections: measure_echo(commands, folder, connections) for connections in CONNECTIONS}
    return {'machine': machine, 'repetitions': REPETITIONS, 'versions': find_versions(commands), 'time': time_all(commands), 'echo': echo,
            'compile': time_compiling(commands), 'memory': weigh_waiting(commands),
            'echo_instructions': count_echo(commands, folder), 'instructions': count_instructions(commands)}


if __name__ == '__main__':
    only_instructions = '--instr' in sys.argv
    place, *not_there = [argument for argument in sys.argv[1:] if argument != '--instr']
    programs = find_commands(place, not_there)
    if only_instructions:
        print(page.instruction_table(count_instructions(programs)))
        sys.exit()
    results = Path(place, 'results.json')
    results.write_text(json.dumps(measure(programs, place)))
    page.write(json.loads(results.read_text()))
