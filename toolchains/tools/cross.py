# SPDX-License-Identifier: BSL-1.0
"""SCons tool: g++ for another machine, and what `toolchains/setup --cross` lays ready for it."""
FOLDER = '#build/cross'

# What takes longest, and says nothing about the processor.
LONG = {'tests/interleavings': 'every order takes minutes when emulated: gcc plays them',
        'tests/simulate': 'schedules are played many times faster by gcc, some by linux_armhf'}


def generate(env, target, runner):
    """`target`: what the compiler's name begins with. `runner`: the command that runs a program."""
    env.Replace(CC=f'{target}-gcc', CXX=f'{target}-g++', AR=f'{target}-ar',
                RANLIB=f'{target}-ranlib', RUNNER=runner, CPPUTEST=f'{FOLDER}/cpputest',
                ELSEWHERE=dict(LONG))
    env.Append(CCFLAGS=['-Os', '-Wno-psabi'], TEST_CCFLAGS=['-Og'],
               CPPDEFINES=['CPPUTEST_STD_CPP_LIB_DISABLED', ('CPPUTEST_USE_LONG_LONG', 1)],
               NEEDS=[f'{target}-g++', runner[0], f'{FOLDER}/cpputest'])


def exists(_):
    return True
