# SPDX-License-Identifier: BSL-1.0
"""callgrind.py PROGRAM [WORKLOAD...]: counts instructions per operation, as the difference of two
runs.

What does not grow with the number of operations, start-up above all, is not in it.
"""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

VALGRIND = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null']
FEW, MANY = 1000, 3000  # operations
COLLECTED = re.compile(r'Collected : (\d+)')


def workloads(program):
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout.split()


def steady(program):
    """The workloads in which no other process or thread has a part: always the same count."""
    return [name for name in workloads(program)
            if not name.startswith(('echo_', 'thread_', 'waiting_'))]


def read(log):
    """The instructions of one whole run, from what valgrind says of it."""
    return int(COLLECTED.search(log)[1])


def collected(program, workload, operations):
    ran = subprocess.run([*VALGRIND, *program, workload, str(operations)], capture_output=True,
                         text=True, check=True)
    return read(ran.stderr)


def count(program, names):
    """[(workload, instructions per operation)], counted on all cores."""
    def per_operation(name):
        return (collected(program, name, MANY) - collected(program, name, FEW)) / (MANY - FEW)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(zip(names, pool.map(per_operation, names)))


if __name__ == '__main__':
    binary, *names = sys.argv[1:]
    for workload, instructions in count([binary], names or steady([binary])):
        print(f'{workload:32}{instructions:8.0f}')
