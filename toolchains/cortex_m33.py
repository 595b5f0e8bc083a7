# SPDX-License-Identifier: BSL-1.0
"""Cortex-M33 with floating-point unit, in its secure state: QEMU's mps2-an505."""
Import('env')

env.Tool('bare_metal', cpu=['-mcpu=cortex-m33', '-mfloat-abi=hard', '-mfpu=fpv5-sp-d16'],
         machine='mps2-an505', board='mps2_an505', memory='mps2_an505.ld')
env['ELSEWHERE']['examples'] = 'cortex_m3 runs them'
