#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs a conformance kit's own check.py, and takes off what docs/SPEC.md names.

    kit.py KIT RUNNER [SEEDS]     SEEDS: A..B, for generated scenarios

The oracle is the first `python3` of PATH. Debian 12's own, 3.11.2, has faults in task groups that
3.11.7 has not, and which the kit does not expect: with such a one there are no generated scenarios.
The last line of output is `N passed, M failed`.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

NAME = re.compile(r'\bseed-\d+\b')
ORACLE = shutil.which('python3')
OLDEST_ORACLE = (3, 11, 7)
SPEC = Path(__file__).parents[2] / 'docs/SPEC.md'


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    kit, runner, *seeds = Path(sys.argv[1]).resolve(), *sys.argv[2:]
    version = subprocess.check_output([ORACLE, '-c', 'import sys; print(*sys.version_info[:3])'])
    if seeds and tuple(map(int, version.split())) < OLDEST_ORACLE:
        print(f'skipped: generated scenarios, {ORACLE} is {version.decode().strip()}')
        seeds = []
    known = set(NAME.findall(SPEC.read_text()))
    done = subprocess.run(
        [ORACLE, Path(kit, 'check.py'), '--runner', Path(runner).resolve(),
         '--show', '1000000', *(['--seeds', seeds[0]] if seeds else [])],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=kit)
    counts = re.findall(r'^(\d+) passed, (\d+) failed$', done.stdout, re.MULTILINE)
    failures = re.split(r'^(?=FAILED )', done.stdout, flags=re.MULTILINE)[1:]
    unknown = [text for text in failures if text.split()[1] not in known]
    if not counts or int(counts[-1][1]) != len(failures):
        print(done.stdout, done.stderr, '0 passed, 1 failed', sep='\n')
        return 1
    print(*unknown, sep='')
    if len(unknown) < len(failures):
        print(f'{len(failures) - len(unknown)} deviate as docs/SPEC.md says')
    print(f'{counts[-1][0]} passed, {len(unknown)} failed')
    return len(unknown) != 0


if __name__ == '__main__':
    sys.exit(main())
