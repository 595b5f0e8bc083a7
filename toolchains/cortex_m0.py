# SPDX-License-Identifier: BSL-1.0
"""Cortex-M0: QEMU's microbit, with memory enough for the tests. The real one has 256 K and 16 K."""
Import('env')

env.Tool('bare_metal', cpu=['-mcpu=cortex-m0'], machine='microbit', board='microbit',
         memory='mps2.ld',
         more_memory='-global nrf51-soc.flash-size=0x400000 -global nrf51-soc.sram-size=0x2000000')
env['ELSEWHERE']['examples'] = 'cortex_m3 runs them'
