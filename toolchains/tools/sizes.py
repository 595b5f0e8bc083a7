# SPDX-License-Identifier: BSL-1.0
"""What tests/size measures, and what scons sizes does with it."""
import json
import shlex
import sys

import report
from SCons.Script import Action, Depends, Dir, Glob
from toolchain import check

SCRIPT = 'tests/size/sizes.py'
RECORD = 'tests/size/record.txt'
MEASURED = 'build/sizes.json'
PAGE = 'docs/SIZES.md'
TARGETS = ('cortex_m0', 'cortex_m3', 'cortex_m4f', 'cortex_m33', 'linux_armhf', 'linux_arm64', 'gcc')
HEADLINE = 'cortex_m3'


class Sizes:
    """The library built for size and without checks, with the compiler's word on calls and stacks:
    small[toolchain] is a file that tells how to build with that."""

    def __init__(self, toolchains):
        self.missing = [toolchains[name].missing for name in TARGETS if toolchains[name].missing]
        self.small = {name: self.describe(toolchains[name]) for name in TARGETS
                      if not toolchains[name].missing}
        out = f'{toolchains["gcc"].out}/tests/size/count'
        self.plugin = toolchains['gcc'].env.SharedLibrary(out, f'{out}.cpp', SHLIBPREFIX='')

    def describe(self, toolchain):
        env, out = toolchain.env.Clone(OBJSUFFIX='.small.o'), toolchain.out
        env['CCFLAGS'] = [flag for flag in env['CCFLAGS'] if not flag.startswith('-O')]
        env.Append(CCFLAGS=['-Os'], CPPDEFINES=['NDEBUG'], LINKFLAGS=['-Wl,--gc-sections'])
        parts, start = ['lib/eyelet', 'port/poll'], []
        if toolchain.board:
            board = f'toolchains/boards/{env["FIRMWARE_BOARD"]}'
            env.Append(CPPPATH=[Dir(board)], LINKFLAGS=['-T', '$MEMORY', '--specs=nano.specs'])
            parts = ['lib/eyelet', 'port/cortex_m', board]
            start = [env.Object(f'{out}/toolchains/boards/{part}')
                     for part in ('start.cpp', 'semihosting.cpp', 'vectors.S')]
        how = {'name': toolchain.name, 'hosted': not toolchain.board, 'runner': env['RUNNER'],
               'compiler': toolchain.compiler(env),
               'linker': shlex.split(env.subst('$CXX $LINKFLAGS'))}
        env.Append(CCFLAGS=['-fcallgraph-info=su'])
        objects = [env.Object(Glob(f'{out}/{part}/*.cpp')) for part in parts]
        calls = env.Object(f'{out}/tests/size/calls.cpp')
        library = env.StaticLibrary(f'{out}/small', [objects, start])
        how |= {'library': str(library[0]), 'objects': env.Flatten([objects, calls])}
        needed = [library, calls]
        if toolchain.board:
            flto = env.Clone(OBJSUFFIX='.flto.o')
            flto.Append(CCFLAGS=['-flto'])
            objects = [flto.Object(Glob(f'{out}/{part}/*.cpp')) for part in parts]
            needed.append(flto.StaticLibrary(f'{out}/flto', [objects, start]))
            how['flto_library'] = str(needed[-1][0])
        told = env.Textfile(f'{out}/size.json', json.dumps(how, indent=1, default=str))
        Depends(told, needed)
        return told

    def check(self):
        name = f'{HEADLINE}: tests/size'
        if HEADLINE not in self.small:
            return check(name, report.skip(self.missing[0]))
        small = self.small[HEADLINE]
        return check(name, report.command([sys.executable, SCRIPT, 'check', *self.plugin, *small,
                                           RECORD]), [self.plugin, small])

    def target(self):
        """Of scons sizes: what it needs and does."""
        if self.missing:
            return [], Action(lambda **_: print(self.missing[0]) or 2, None)
        return [self.plugin, *self.small.values()], [
            f'@{sys.executable} {SCRIPT} measure $SOURCES > {MEASURED}',
            f'@{sys.executable} {SCRIPT} page {MEASURED} {PAGE} {RECORD}']
