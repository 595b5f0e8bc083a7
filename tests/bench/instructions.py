# SPDX-License-Identifier: BSL-1.0
"""instructions.py [--update] PROGRAM: no operation has grown by 3 % over instructions.txt.

--update writes that table anew. It is of one compiler: with another nothing is compared.
"""
import subprocess
import sys
from pathlib import Path

import callgrind

TABLE = Path(__file__).with_name('instructions.txt')
GROWTH = 1.03
HEAD = '''\
# Instructions per operation on x86-64 with -O2, as callgrind.py counts them. A commit that takes
# more fails. Written by: scons bench update=instructions
'''


def compiler():
    return subprocess.run(['g++', '--version'], capture_output=True, text=True,
                          check=True).stdout.splitlines()[0]


def read():
    """Returns the compiler, and {workload: instructions}."""
    lines = [line for line in TABLE.read_text().splitlines() if line[:1] != '#']
    return lines[0], {name: int(number) for name, number in map(str.split, lines[1:])}


def compare(allowed, counted):
    for name, instructions in counted.items():
        if name not in allowed:
            yield f'{name}: {instructions}, and not in {TABLE.name}'
        elif instructions > allowed[name] * GROWTH:
            yield f'{name}: {instructions}, was {allowed[name]}'
    for name in allowed.keys() - counted.keys():
        yield f'{name}: in {TABLE.name}, and not counted any more'


*update, program = sys.argv[1:]
made_by = compiler()
if not update and read()[0] != made_by:
    print(f'skipped: {TABLE.name} is of {read()[0]}, this is {made_by}')
    sys.exit()
counted = {name: round(number)
           for name, number in callgrind.count([program], callgrind.steady([program]))}
if update:
    rows = ''.join(f'{name:24}{number:8}\n' for name, number in counted.items())
    TABLE.write_text(f'{HEAD}{made_by}\n{rows}')
findings = list(compare(read()[1], counted))
print('\n'.join(findings))
sys.exit(bool(findings))
