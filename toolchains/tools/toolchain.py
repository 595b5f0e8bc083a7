# SPDX-License-Identifier: BSL-1.0
"""What SConstruct builds and checks with one of toolchains/*.py."""
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import report
from SCons.Script import (Action, Alias, AlwaysBuild, Depends, Dir, Glob, Requires, SConscript,
                          VariantDir)

CHOICE = 'port/poll/choice.hpp'  # what includes it runs on port/epoll, too
# By what names the headers are included that are compiled once for all.
HEADERS = ['eyelet/eyelet.hpp']
FIXTURES = ['tests/fixture.hpp', 'tests/combinators.hpp']  # the second includes the first
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)', re.MULTILINE)


def check(name, run, needs=()):
    """A named check. It runs whenever it is asked for: a pass is a fact about now."""
    return AlwaysBuild(Alias(name, needs, Action(
        lambda target, source, env: run(name, *map(str, source)), None)))


def is_there(need):
    """A command, or a path from the top of the checkout."""
    return Path(need[1:]).exists() if need.startswith('#') else bool(shutil.which(need))


def missing(needs):
    """What of it is not there, and what to do about it; '': all is."""
    absent = ', '.join(need.lstrip('#') for need in needs if not is_there(need))
    return absent and f'no {absent}: toolchains/setup --cross installs what is missing'


def including(precompiled):
    """The compiler's options."""
    return ['-include', str(precompiled[0]).removesuffix('.gch')]


class Toolchain:
    """The nodes of one toolchain: archives, programs and the checks that run them."""

    def __init__(self, name, base):
        self.name, self.out = name, f'build/{name}'
        self.env = env = base.Clone()
        SConscript(f'#toolchains/{name}.py', exports={'env': env})
        if env['RUNNER']:
            env['LACKS'] = {**env['LACKS'],
                            'tests/interleavings/': 'time for millions of runs: it is emulated',
                            'tests/regression/sentinels.cpp':
                                'time for tens of thousands of runs: it is emulated'}
        self.missing = missing(env.Flatten(env['NEEDS']))
        VariantDir(self.out, '.', duplicate=0)
        self.strict = env.Clone()
        self.strict.Append(CXXFLAGS=['-Wpedantic', '-Wconversion', '-Wshadow'])
        self.long_test = env.Clone()
        self.long_test.Append(CPPDEFINES=['CPPUTEST_MEM_LEAK_DETECTION_DISABLED'])
        self.test = self.long_test.Clone()
        self.test.Append(CCFLAGS=env['TEST_CCFLAGS'])

        # Programs on a host have type information, and so want some of the ports they derive from.
        hosted = [] if 'BOARD' in env else ['-frtti', '-fexceptions']
        self.user = env.Clone()
        self.user.Append(CXXFLAGS=hosted)
        port = self.strict.Clone()
        port.Append(CXXFLAGS=hosted)

        self.library = self.archive(self.strict, 'eyelet', 'lib/eyelet')
        self.ports = [self.archive(port, f'eyelet_{path.name}', path)
                      for path in sorted(Path('port').iterdir()) if f'{path}/' not in env['LACKS']]
        self.board = self.build_board() if 'BOARD' in env else []
        self.cpputest = self.build_cpputest() if 'CPPUTEST' in env else 'CppUTest'
        self.runner = self.test.StaticLibrary(f'{self.out}/runner', f'{self.out}/tests/main.cpp')
        self.wide = self.test.Clone(OBJSUFFIX='.wide.o')
        self.wide.Append(CPPDEFINES={'EYELET_BLOCK_BYTES': 256})
        self.header = self.precompiled(self.user, 'lib/eyelet/eyelet.hpp')
        self.fixture = self.precompiled(self.test, 'tests/fixture.hpp')
        self.conformance = self.player(self.test, 'tests/conformance/runner')
        self.firmware = self.build_firmware() if 'BOARD' in env else {}
        self.simulate = self.player(self.long_test, 'tests/simulate/simulate')
        self.examples = {}
        for name in self.example_names():
            main = self.object(self.user, Path(f'examples/{name}.cpp'), self.header, HEADERS)
            self.examples[name] = self.program(self.user, f'examples/{name}', main)
            if on_epoll := self.on_epoll(self.user, f'examples/{name}'):
                self.examples[f'{name}_on_epoll'] = self.program(self.user, f'examples/{name}_on_epoll',
                                                                 on_epoll)

    def lacking(self, path):
        """What the target has not and this source, by itself or by a header, needs; '': nothing."""
        needed = [str(path), *INCLUDE.findall(path.read_text())]
        return ' and '.join(sorted({what for prefix, what in self.env['LACKS'].items()
                                    if any(name.startswith(prefix) for name in needed)}))

    def sources(self, pattern):
        only = self.env['ONLY']
        return [path for path in sorted(Path().glob(f'{pattern}.cpp')) if not self.lacking(path)
                and (not only or any(name in only for name in INCLUDE.findall(path.read_text())))]

    def example_names(self):
        """As subject/name. Those of examples/firmware are for boards."""
        return [f'{path.parent.name}/{path.stem}' for path in self.sources('examples/*/*')
                if path.parent.name != 'firmware']

    def archive(self, env, name, folder):
        return env.StaticLibrary(f'{self.out}/{name}', Glob(f'{self.out}/{folder}/*.cpp'))

    def build_board(self):
        parts = [Glob(f'{self.out}/toolchains/boards/*.{suffix}') for suffix in ('cpp', 'S')]
        return self.env.StaticLibrary(f'{self.out}/board', parts)

    def build_firmware(self):
        """Programs by their paths, in the board's own memory and without a C library's start."""
        env, board = self.env.Clone(), self.env['FIRMWARE_BOARD']
        env.Append(CPPPATH=[Dir(f'toolchains/boards/{board}')])
        libs = [env.StaticLibrary(f'{self.out}/board_{part}',
                                  Glob(f'{self.out}/toolchains/boards/{part}/*.cpp'))
                for part in ('emulated', board)]
        programs = {}
        for folder, flags in ('examples', []), ('tests', ['-Wl,--defsym=stack_bytes=8K']):
            for path in self.sources(f'{folder}/firmware/*'):
                name = path.with_suffix('')
                programs[name] = self.program(env, name, libs=libs,
                                              flags=['$FIRMWARE_LINKFLAGS', *flags])
        return programs

    def build_cpputest(self):
        """From its source: Debian has it compiled for the machine that builds, and for no other."""
        folder = f'{self.out}/cpputest'
        VariantDir(folder, f'{self.env["CPPUTEST"]}/src', duplicate=0)
        for env in self.test, self.long_test:
            env.Append(CCFLAGS=['-isystem', Dir(f'{self.env["CPPUTEST"]}/include')])
        env = self.test.Clone()
        env.Replace(CXXFLAGS=[flag for flag in env['CXXFLAGS'] if not flag.startswith('-W')])
        parts = [Glob(f'{folder}/{part}/*.cpp') for part in ('CppUTest', 'Platforms/Gcc')]
        return env.StaticLibrary(f'{self.out}/CppUTest', parts)

    def as_one(self, env, folder, *others):
        """The object of all that is in the folders, compiled as one source: in half the time."""
        paths = [path for part in (folder, *others) for path in Path(part).glob('*.cpp')]
        # From the last to the first: a weak declaration has to come before its definition.
        lines = [f'#include <{path}>' for path in sorted(paths, reverse=True)]
        return env.Object(env.Textfile(f'{self.out}/{folder}.cpp', lines))

    def precompiled(self, env, header):
        # The compiler is given an empty file: it warns of `#pragma once` in what it is given.
        command = ('$CXX $CXXFLAGS $CCFLAGS $_CCCOMCOM -include $SOURCE -xc++-header /dev/null '
                   '-o $TARGET')
        return env.Command(f'{self.out}/{header}.gch', header,
                           Action(command, env.get('CXXCOMSTR')))

    def object(self, env, path, header, names):
        """Of a source, which need not compile the header if it includes that, by one of its names."""
        target, source = f'{self.out}/{path.with_suffix("")}', f'{self.out}/{path}'
        if set(names).isdisjoint(INCLUDE.findall(path.read_text())):
            return env.Object(target, source)
        built = env.Object(target, source, CCFLAGS=['$CCFLAGS', *including(header)])
        Requires(built, header)
        return built

    def program(self, env, path, sources=None, libs=(), flags=('$HOSTED_LINKFLAGS',)):
        program = env.Program(f'{self.out}/{path}', sources or [f'{self.out}/{path}.cpp'],
                              LINKFLAGS=['$LINKFLAGS', *flags],
                              LIBS=[*libs, *self.ports, self.library, self.board])
        if self.board:
            Depends(program, Glob('toolchains/boards/*.ld'))
        return program

    def on_epoll(self, env, path):
        """The object of a source that may run on port/epoll, built so that it does; []: it may not."""
        choice = CHOICE in INCLUDE.findall(Path(f'{path}.cpp').read_text())
        if not choice or 'port/epoll/' in env['LACKS']:
            return []
        return env.Object(f'{self.out}/{path}_on_epoll', f'{self.out}/{path}.cpp',
                          CCFLAGS=['$CCFLAGS', '-DEYELET_EPOLL=1'])

    def suite(self, path, sources=None, env=None):
        # The linker takes main from the runner only if the test has none of its own.
        program = self.program(env or self.test, path, sources, [self.runner, self.cpputest])
        return check(f'{self.name}: {path}', report.suite(self.env['RUNNER']), program)

    def player(self, env, path):
        """Of all that is in its folder. What needs larger blocks has a library of its own."""
        folder = path.rpartition('/')[0]
        if folder not in self.env['WIDE']:
            return self.program(env, path, self.as_one(env, folder))
        return self.wide.Program(f'{self.out}/{path}',
                                 self.as_one(self.wide, folder, 'lib/eyelet', 'port/sim'),
                                 LINKFLAGS=['$LINKFLAGS', '$HOSTED_LINKFLAGS'], LIBS=[self.board])

    def compiler(self, env):
        """The compiler's command line, for checks that call it themselves."""
        return shlex.split(env.subst('$CXX $CXXFLAGS $CCFLAGS $_CCCOMCOM'))

    def checks(self, part):
        return part not in self.env['ELSEWHERE']

    def built_checks(self):
        if self.missing:
            yield check(self.name, report.skip(self.missing))
            return
        rooms = [*self.sources('tests/test_*'), *self.sources('tests/regression/*')]
        yield self.suite('tests/rooms', [self.object(self.test, path, self.fixture, FIXTURES)
                                         for path in rooms])
        on_epoll = [self.on_epoll(self.test, path.with_suffix('')) for path in rooms]
        if any(on_epoll):
            yield self.suite('tests/rooms_on_epoll', on_epoll)
        for part, env in ('tests/interleavings', self.long_test), ('tests/no_heap', self.test):
            for path in self.sources(f'{part}/*') if self.checks(part) else ():
                name = path.with_suffix('')
                yield self.suite(name, env=env)
                if on_epoll := self.on_epoll(env, name):
                    yield self.suite(f'{name}_on_epoll', on_epoll)
        if not self.env['ONLY']:
            yield from self.comparisons()
        if self.checks('examples'):
            for name, program in self.examples.items():
                yield self.run_example(f'examples/{name}', program, self.env['RUNNER']) or program
        for path, program in filter(lambda each: self.checks(str(each[0])), self.firmware.items()):
            runner, end = self.env['FIRMWARE_RUNNER'], Path(f'{path}.end')
            expected = end.read_text().strip() if end.exists() else ''
            yield self.run_example(path, program, runner) or check(
                f'{self.name}: {path}', report.command([*runner, *program], expected), program)
        if self.firmware:
            images = [str(program[0]) for program in self.firmware.values()]
            yield check(f'{self.name}: symbols of firmware', report.command(
                [sys.executable, 'tests/lint/symbols.py', *images]), [*self.firmware.values()])
        yield from self.exclusions()

    def comparisons(self):
        compare = [sys.executable, 'tests/conformance/compare.py', *self.env['RUNNER']]
        yield check(f'{self.name}: tests/conformance', report.counted(compare, 'scenarios'), self.conformance)
        if self.checks('tests/simulate'):
            play = report.counted(self.env['RUNNER'], 'schedules', self.env['SCHEDULES'])
            yield check(f'{self.name}: tests/simulate', play, self.simulate)

    def run_example(self, path, program, runner):
        """The check of an example whose output is known; None: it is not."""
        expected = f'{path}.out'
        if not Path(expected).exists():
            return None
        return check(f'{self.name}: {path}', report.example(runner), program + [expected])

    def exclusions(self):
        """What is left out, and why."""
        for part, why in self.env['ELSEWHERE'].items():
            yield check(f'{self.name}: {part}', report.skip(why))
        if only := self.env['ONLY']:
            yield check(f'{self.name}: all else', report.skip(f'does not include {" or ".join(only)}'))
        left_out = {}
        for path in sorted([*Path('tests').rglob('*.cpp'), *Path('examples').rglob('*.cpp')]):
            if what := self.lacking(path):
                left_out.setdefault(what, []).append(str(path))
        for what, paths in left_out.items():
            yield check(f'{self.name} has no {what}', report.skip(', '.join(paths)))

    def headers_alone(self):
        """Every header compiles alone."""
        for header in sorted([*Path('lib').rglob('*.hpp'), *Path('port').rglob('*.hpp')]):
            yield check(f'{self.name}: {header} alone', report.command(
                [*self.compiler(self.strict), '-fsyntax-only', '-include', header, '-xc++',
                 os.devnull]))

    def must_not_compile(self):
        """What must not compile does not, for the stated reason."""
        for case in sorted(Path('tests/compile_fail').glob('*.cpp')):
            yield check(f'{self.name}: {case} must not compile', report.command(
                [sys.executable, 'tests/lint/compile_fail.py', case, *self.compiler(self.test),
                 *including(self.fixture)]), self.fixture)
