# SPDX-License-Identifier: BSL-1.0
"""Linux on 32-bit ARM with hardware floating point, run by QEMU without its kernel."""
Import('env')

env.Tool('cross', target='arm-linux-gnueabihf',
         runner=['qemu-arm', '-L', '/usr/arm-linux-gnueabihf'])
# Blocks of 32-bit pointers have seen some schedules, too.
del env['ELSEWHERE']['tests/simulate']
env['WIDE'] = [*env['WIDE'], 'tests/simulate']
env['SCHEDULES'] = ['seeds=1..10000']
