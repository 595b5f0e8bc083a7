# SPDX-License-Identifier: BSL-1.0
"""Runs the checks of SConstruct, says how each went, and adds them up in one last line."""
import atexit
import difflib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from SCons.Script import COMMAND_LINE_TARGETS

TIMEOUT_SECONDS = 300
COUNTED_TIMEOUT_SECONDS = 600
COUNTS = re.compile(r'^(\d+) passed, (\d+) failed$', re.MULTILINE)
SEEDS = re.compile(r'^seeds \d+\.\.\d+$', re.MULTILINE)
QUIET_TEST = re.compile(r'^TEST\(.*\) - \d+ ms\n', re.MULTILINE)
SUMMARY = re.compile(
    r'^(?:OK|Errors) \((?:(\d+) failures, )?.*?(\d+) ran, .*?(\d+) ignored', re.MULTILINE)

# (passed, failed) of every check. The first entry stands until total() strikes it: a run that stops
# half way, say at a compile error, is a failure.
results = [(0, 1)]


def run(command, seconds=TIMEOUT_SECONDS, stdin=os.devnull):
    """Returns how the command ended ('' if well), and its stdout and stderr."""
    try:
        with open(stdin, 'rb') as file:
            done = subprocess.run(
                [str(word) for word in command], stdin=file, capture_output=True,
                text=True, errors='replace', timeout=seconds,
                env={**os.environ, 'LC_ALL': 'C.UTF-8'})
    except subprocess.TimeoutExpired as late:
        texts = [(text or b'').decode(errors='replace') for text in (late.stdout, late.stderr)]
        return f'no end after {seconds} s', *texts
    end = ''
    if done.returncode < 0:
        end = f'killed by {signal.Signals(-done.returncode).name}'
    elif done.returncode > 0:
        end = f'exit status {done.returncode}'
    return end, done.stdout, done.stderr


def record(name, passed, failed, why='', detail=''):
    """Counts one check and tells of it in one write, so that parallel jobs do not mix."""
    results.append((passed, failed))
    lines = [f'  FAILED   {name}: {why}' if failed else f'  ok       {name}{why}']
    lines += [f'           {line}' for line in detail.splitlines()]
    sys.stdout.write('\n'.join(lines) + '\n')


def skipped(out):
    """The lines in which a check tells what it left out, and why."""
    return '\n'.join(line for line in out.splitlines() if line.startswith('skipped: '))


def command(words, expected=''):
    """A check that passes if the command ends well, or as expected."""
    def check(name, *_):
        end, out, err = run(words)
        failed = end != expected
        why = (end or 'ended well') if failed else ''
        record(name, not failed, failed, why, out + err if failed else skipped(out))
    return check


def skip(why):
    """What cannot be checked here, and why."""
    return lambda name, *_: sys.stdout.write(f'  skipped  {name}: {why}\n')


def suite(runner):
    """A CppUTest program, which counts for itself. It is called with the program."""
    def check(name, program):
        end, out, err = run([*runner, program, '-v'])
        record_suite(name, end, out, err)
    return check


def record_suite(name, end, out, err):
    """An end that was not announced is a failure more."""
    summary = SUMMARY.search(out)
    if not summary:
        started = re.findall(r'^TEST\(.*?\)', out, re.MULTILINE)
        where = started[-1] if started else 'start-up'
        record(name, 0, 1, f'{end or "ended early"} in {where}', QUIET_TEST.sub('', out) + err)
        return
    failures, ran, ignored = (int(number or 0) for number in summary.groups())
    failed = failures or int(bool(end) or ran == 0)
    names = re.findall(r'^IGNORE_TEST\(.*?\)', out, re.MULTILINE)
    why = f'{failed} of {ran}, {end}' if failed else f': {ran} tests'
    if ignored:
        why += f', {ignored} ignored: {" ".join(names)}'
    detail = QUIET_TEST.sub('', out) + err if failed else ''
    record(name, max(ran - failures, 0), failed, why, detail)


def counted(words, what, more_words=()):
    """A check that counts for itself, in its last line, and may name the seeds of what it made up in
    the line before. It is called with the program."""
    def check(name, program):
        end, out, err = run([*words, program, *more_words], COUNTED_TIMEOUT_SECONDS)
        counts = COUNTS.findall(out)
        passed, failed = map(int, counts[-1]) if counts else (0, 1)
        failed = failed or int(bool(end))
        seeds = SEEDS.search(out)
        why = f': {passed} {what}' + (f', {seeds[0]}' if seeds else '')
        record(name, passed, failed, end if failed else why,
               out + err if failed else skipped(out))
    return check


def example(runner):
    """A program whose stdout is known, and with a file .in beside that its stdin. It is called with
    program and stdout."""
    def check(name, program, expected):
        given = Path(expected).with_suffix('.in')
        end, out, err = run([*runner, program], stdin=given if given.exists() else os.devnull)
        detail = '\n'.join(difflib.unified_diff(
            Path(expected).read_text().splitlines(), out.splitlines(), expected, 'stdout',
            lineterm=''))
        why = end or (detail and 'other output')
        record(name, not why, bool(why), why, f'{detail}\n{err}' if why else '')
    return check


def total(target, source, env):
    """The last action: fails the build if a check failed, or if there was nothing to pass."""
    results[0] = (0, 0)
    passed, failed = sums()
    return int(failed != 0 or passed == 0)


def sums():
    return sum(passed for passed, _ in results), sum(failed for _, failed in results)


@atexit.register
def last_line():
    if {'lint', 'test', 'tests', 'conformance'} & set(COMMAND_LINE_TARGETS):
        print('{} passed, {} failed'.format(*sums()), flush=True)
