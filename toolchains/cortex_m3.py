# SPDX-License-Identifier: BSL-1.0
"""Cortex-M3: QEMU's mps2-an385."""
Import('env')

env.Tool('bare_metal', cpu=['-mcpu=cortex-m3'], machine='mps2-an385', board='mps2',
         memory='mps2.ld')
