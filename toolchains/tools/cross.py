# SPDX-License-Identifier: BSL-1.0
"""SCons tool: g++ for another machine, and what `toolchains/setup --cross` lays ready for it."""

FOLDER = '#build/cross'  # as in toolchains/setup


def generate(env, target, runner):
    """`target`: what the compiler's name begins with. `runner`: the command that runs a program."""
    env.Replace(CC=f'{target}-gcc', CXX=f'{target}-g++', AR=f'{target}-ar',
                RANLIB=f'{target}-ranlib', RUNNER=runner, CPPUTEST=f'{FOLDER}/cpputest')
    env.Append(CCFLAGS=['-Os', '-Wno-psabi'], TEST_CCFLAGS=['-Og'],
               CPPDEFINES={'CPPUTEST_USE_LONG_LONG': 1},
               NEEDS=[f'{target}-g++', env['CPPUTEST'] + '/include'])


def exists(env):
    return True
