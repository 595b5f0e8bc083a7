#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs a conformance runner over the stored scenarios and compares its traces with the stored ones.

    compare.py RUNNER...     the command of the runner

The bundles in scenarios/ hold scenarios one after the other: `=== NAME`, the scenario, `---`, its
trace. Two traces agree if each task, future and loop has the same lines in the same order; each
object was granted to the same statements in the same order; both end alike; and time does not run
backwards. How lines of different tasks at one time are interleaved is left open otherwise. The last
line of output is `N passed, M failed`.
"""
import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS_PER_BUNDLE = 60
LINES_SHOWN = 12
SCENARIOS_SHOWN = 5
LINE = re.compile(r'(?P<time>\d+) (?P<who>\S+) (?P<number>\S+) (?:(?P<text>.*) )?-> (?P<result>.*)')
# Statements that an object is granted to, and the name of the queue they stand in.
GRANTED = {'acquire': 'acquire', 'with': 'acquire', 'wait': 'wait', 'join': 'join', 'await': 'await',
           'cond_wait': 'cond_wait', 'cond_wait_until': 'cond_wait',
           'put': 'put', 'put_nowait': 'put', 'get': 'get', 'get_nowait': 'get'}


def views(lines):
    """What of a trace is compared: lists of lines, by a title."""
    found = {'the end': []}
    last = 0
    for line in lines:
        if line.startswith(('final ', 'stop ')):
            found['the end'].append(line)
            continue
        parts = LINE.fullmatch(line)
        if not parts:
            found.setdefault('malformed lines', []).append(line)
            continue
        if int(parts['time']) < last:
            found.setdefault('steps back in time', []).append(line)
        last = int(parts['time'])
        found.setdefault(f'the lines of {parts["who"]}', []).append(line)
        words = (parts['text'] or '').split()
        if words[:1] in (['try'], ['suppress']):
            del words[0]
        if len(words) > 1 and words[0] in GRANTED and parts['result'].split()[0] == 'ok':
            title = f'the order of {GRANTED[words[0]]} {words[1]}'
            found.setdefault(title, []).append(f'{parts["time"]} {parts["who"]} {parts["number"]}')
    found['the end'].sort()
    return found


def differences(expected, actual):
    """Readable differences of two traces, none if they agree."""
    expected, actual = views(expected), views(actual)
    for title in dict.fromkeys([*expected, *actual]):
        pair = expected.get(title, []), actual.get(title, [])
        if pair[0] != pair[1]:
            yield from list(difflib.unified_diff(*pair, 'expected', f'actual: {title}',
                                                 lineterm='', n=2))[:LINES_SHOWN]


def sections(text):
    """The `=== NAME` sections of a text: name and lines."""
    for part in re.split(r'^=== ', text, flags=re.MULTILINE)[1:]:
        name, _, body = part.partition('\n')
        yield name, body.splitlines()


def run(runner, scenarios):
    """The traces by scenario, as far as the runner came, and how it ended ('' if well)."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder, 'bundle')
        bundle.write_text(''.join(f'=== {name}\n{text}' for name, text in scenarios.items()))
        try:
            done = subprocess.run([*runner, bundle], stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, timeout=SECONDS_PER_BUNDLE)
        except subprocess.TimeoutExpired as late:
            output = (late.stdout or b'').decode(errors='replace')
            return dict(sections(output)), f'no end after {SECONDS_PER_BUNDLE} s'
    end = f'status {done.returncode}: {done.stderr[-2000:]}' if done.returncode else ''
    return dict(sections(done.stdout)), end


def check(runner, bundle):
    """Compares one bundle; returns how many scenarios passed and failed."""
    scenarios, expected = {}, {}
    for name, lines in sections(bundle.read_text()):
        cut = lines.index('---')
        scenarios[name], expected[name] = '\n'.join(lines[:cut]) + '\n', lines[cut + 1:]
    traces, end = run(runner, scenarios)
    failed = 0
    for name, trace in expected.items():
        found = list(differences(trace, traces[name])) if name in traces else ['not run']
        failed += bool(found)
        if found and failed <= SCENARIOS_SHOWN:
            print(f'FAILED {bundle.stem}: {name}', *found, sep='\n    ')
    if end:
        print(f'FAILED {bundle.stem}: the runner ended with {end}')
    return len(expected) - failed, failed + bool(end)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    bundles = sorted(Path(__file__).with_name('scenarios').glob('*.txt'))
    counts = [check(sys.argv[1:], bundle) for bundle in bundles]
    passed, failed = (sum(column) for column in zip(*counts)) if counts else (0, 1)
    print(f'{passed} passed, {failed} failed')
    return failed != 0 or passed == 0


if __name__ == '__main__':
    sys.exit(main())
