# SPDX-License-Identifier: BSL-1.0
"""SCons tool: programs for a Cortex-M without an operating system, and QEMU's board to run them.

Firmware is linked with FIRMWARE_LINKFLAGS; tests and examples, which want more of a C library, with
HOSTED_LINKFLAGS.
"""
BOARDS = 'toolchains/boards'
INCLUDE = 'build/cross/include'  # Debian's compiler does not look into the host's /usr/include


def generate(env, cpu, machine, memory):
    """`cpu`: the compiler's options. `machine`: QEMU's. `memory`: one of toolchains/boards/*.ld"""
    env.Tool('cross', target='arm-none-eabi', runner=[f'{BOARDS}/run', machine], bits=32)
    cpu = ['-mthumb', *cpu]
    env.Append(
        CCFLAGS=[*cpu, '-isystem', INCLUDE],
        CXXFLAGS=['-fno-threadsafe-statics', '-fno-use-cxa-atexit'],
        ASFLAGS=cpu,
        LINKFLAGS=[*cpu, '-nostartfiles', '-Wl,--gc-sections', '-Wl,--fatal-warnings',
                   f'-L{BOARDS}', '-T', memory],
        FIRMWARE_LINKFLAGS=['--specs=nano.specs'],
        HOSTED_LINKFLAGS=['--specs=rdimon.specs', '-Wl,--undefined=main',
                          '-Wl,--undefined=run_hosted', '-Wl,--defsym=stack_bytes=64K'],
        NEEDS=['qemu-system-arm', f'#{INCLUDE}'],
    )
    env['LACKS'] = {**env['LACKS'], 'port/poll/': 'poll(2)', 'pthread.h': 'threads',
                    'thread': 'threads', 'tests/thread_port.hpp': 'threads',
                    'tests/child.hpp': 'processes',
                    'tests/fake_processor.hpp': 'processor but its own'}
    env.Replace(BOARD=BOARDS, PROGSUFFIX='.elf')


def exists(_):
    return True
