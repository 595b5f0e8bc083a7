# SPDX-License-Identifier: BSL-1.0
"""A second opinion, with the checks on, and a timer wheel that most timers are too far for."""
Import('env')

env.Replace(CC='clang', CXX='clang++')
env['ELSEWHERE'] = {'tests/interleavings': 'gcc plays every order',
                    'examples': 'gcc and the sanitizers run them'}
# A precompiled header is still good while it reads the same, whenever its parts were written.
env.Append(CCFLAGS=['-O1', '-fpch-validate-input-files-content'],
           CPPDEFINES={'EYELET_TIMER_WHEEL_LEVELS': 1})
