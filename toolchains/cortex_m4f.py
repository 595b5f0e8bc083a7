# SPDX-License-Identifier: BSL-1.0
"""Cortex-M4 with floating-point unit: QEMU's mps2-an386."""
Import('env')

env.Tool('bare_metal', cpu=['-mcpu=cortex-m4', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'],
         machine='mps2-an386', memory='mps2.ld', board='mps2')
env['ELSEWHERE']['examples'] = 'cortex_m3 runs them'
env['ELSEWHERE']['tests/firmware/storms'] = 'cortex_m3 has the same board'
