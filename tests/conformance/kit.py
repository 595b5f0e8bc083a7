#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs a conformance kit's own check.py, and takes off what DEVIATIONS.md names.

    kit.py KIT RUNNER [SEEDS]     SEEDS: A..B, for generated scenarios

The last line of output is `N passed, M failed`.
"""
import re
import subprocess
import sys
from pathlib import Path

NAME = re.compile(r'\bseed-\d+\b')


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    kit, runner, *seeds = sys.argv[1:]
    known = set(NAME.findall(Path(__file__).with_name('DEVIATIONS.md').read_text()))
    done = subprocess.run(
        [sys.executable, Path(kit, 'check.py'), '--runner', Path(runner).resolve(),
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
        print(f'{len(failures) - len(unknown)} deviate as DEVIATIONS.md says')
    print(f'{counts[-1][0]} passed, {len(unknown)} failed')
    return len(unknown) != 0


if __name__ == '__main__':
    sys.exit(main())
