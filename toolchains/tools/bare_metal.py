# SPDX-License-Identifier: BSL-1.0
"""SCons tool: programs for a Cortex-M without an operating system, and QEMU's board to run them.

What this sets makes firmware; tests and examples, which want a C library, add HOSTED_LINKFLAGS.
"""
BOARDS = 'toolchains/boards'
INCLUDE = 'build/cross/include'  # Debian's compiler does not look into the host's /usr/include


def generate(env, cpu, machine, memory):
    """`cpu`: the compiler's options. `machine`: QEMU's. `memory`: one of toolchains/boards/*.ld"""
    env.Tool('cross', target='arm-none-eabi', runner=[f'{BOARDS}/run', machine])
    cpu = ['-mthumb', *cpu]
    env.Append(
        CCFLAGS=[*cpu, '-isystem', INCLUDE],
        CXXFLAGS=['-fno-threadsafe-statics', '-fno-use-cxa-atexit'],
        CPPDEFINES=['CPPUTEST_STD_CPP_LIB_DISABLED'],
        ASFLAGS=cpu,
        LINKFLAGS=[*cpu, '--specs=nano.specs', '-nostartfiles', '-Wl,--gc-sections',
                   '-Wl,--fatal-warnings', f'-L{BOARDS}', '-T', memory],
        HOSTED_LINKFLAGS=['--specs=rdimon.specs', '-Wl,--undefined=main',
                          '-Wl,--undefined=run_hosted', '-Wl,--defsym=stack_bytes=64K'],
        NEEDS=['qemu-system-arm', f'#{INCLUDE}'],
        LACKS={'port/poll/': 'poll(2)', 'pthread.h': 'threads', 'thread': 'threads',
               'tests/thread_port.hpp': 'threads', 'tests/child.hpp': 'processes',
               'tests/fake_processor.hpp': 'processor but its own',
               'tests/test_gather_outcomes.cpp': 'room for two outcomes in a block'},
    )
    env.Replace(BOARD=BOARDS, PROGSUFFIX='.elf')


def exists(_):
    return True
