# SPDX-License-Identifier: BSL-1.0
"""Linux on 64-bit ARM, run by QEMU without its kernel."""
Import('env')

env.Tool('cross', target='aarch64-linux-gnu',
         runner=['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu'])
env['ELSEWHERE']['examples'] = 'linux_armhf runs them'
