# SPDX-License-Identifier: BSL-1.0
"""Address and undefined behaviour sanitizers, every report fatal, and injectable faults."""
Import('env')

# Not vptr: it takes an object whose type a program without type information knows for none.
sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize=vptr', '-fno-sanitize-recover=all']
env.Replace(CC='gcc', CXX='g++')
env.Append(
    CCFLAGS=['-Og', '-g1', '-fno-omit-frame-pointer', *sanitizers],
    TEST_CCFLAGS=['-O0'],  # compiled in a third of the time
    SCHEDULES=['seconds=10'],
    LINKFLAGS=sanitizers,
    CPPDEFINES={'EYELET_FAULT_INJECTION': 1},
)
env['ELSEWHERE'] = {'tests/no_heap': 'malloc belongs to the sanitizer here',
                    'tests/interleavings': 'gcc plays every order, and tests/simulate longer here'}
