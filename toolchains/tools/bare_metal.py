# SPDX-License-Identifier: BSL-1.0
"""SCons tool: programs for a Cortex-M without an operating system, and QEMU's board to run them.

Firmware is linked with FIRMWARE_LINKFLAGS; tests and examples, which want more of a C library, with
HOSTED_LINKFLAGS. Firmware is for FIRMWARE_BOARD, a folder of toolchains/boards.
"""
BOARDS = 'toolchains/boards'
INCLUDE = 'build/cross/include'  # Debian's compiler does not look into the host's /usr/include
# What firmware prints goes to stdout; its serial port is stdin and stdout. Virtual time jumps from
# alarm to alarm, and would jump past bytes that wait in stdin: QEMU delivers them in between. So
# there is an alarm every millisecond, by a network that nobody uses.
CONSOLE = ('-chardev file,id=console,path=/dev/stdout,append=on -semihosting-config chardev=console '
           '-serial stdio -netdev hubport,id=nobody,hubid=0 '
           '-object filter-buffer,id=alarm,netdev=nobody,interval=1000')


def generate(env, cpu, machine, board, memory, more_memory=''):
    """`cpu`: the compiler's options. `machine`: QEMU's. `board`: that of firmware. `memory`: of tests
    and examples, one of toolchains/boards/*.ld. `more_memory`: QEMU's options for it."""
    env.Tool('cross', target='arm-none-eabi',
             runner=[f'{BOARDS}/run', f'{machine} {more_memory}'])
    cpu = ['-mthumb', *cpu]
    env.Append(
        CCFLAGS=[*cpu, '-isystem', INCLUDE],
        CXXFLAGS=['-fno-threadsafe-statics', '-fno-use-cxa-atexit'],
        ASFLAGS=cpu,
        LINKFLAGS=[*cpu, '-nostartfiles', '-Wl,--gc-sections', '-Wl,--fatal-warnings',
                   f'-L{BOARDS}'],
        HOSTED_LINKFLAGS=['-T', '$MEMORY', '--specs=rdimon.specs', '-Wl,--undefined=main',
                          '-Wl,--undefined=run_hosted', '-Wl,--defsym=stack_bytes=64K'],
        NEEDS=['qemu-system-arm', f'#{INCLUDE}'],
    )
    env['LACKS'] = {**env['LACKS'], 'port/poll/': 'poll(2)',
                    'port/epoll/': 'epoll(7)', 'pthread.h': 'threads',
                    'thread': 'threads', 'tests/thread_port.hpp': 'threads',
                    'tests/child.hpp': 'processes',
                    'tests/fake_processor.hpp': 'processor but its own'}
    env.Replace(BOARD=BOARDS, MEMORY=memory, PROGSUFFIX='.elf', FIRMWARE_BOARD=board,
                FIRMWARE_LINKFLAGS=['-T', f'{board}.ld', '--specs=nano.specs'],
                FIRMWARE_RUNNER=[f'{BOARDS}/run', f'{machine} {CONSOLE}'])


def exists(_):
    return True
