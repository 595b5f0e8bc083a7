# SPDX-License-Identifier: BSL-1.0
"""Address and undefined behaviour sanitizers, every report fatal, and injectable faults."""
Import('env')

# Not vptr: it takes an object whose type a program without type information knows for none.
sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize=vptr', '-fno-sanitize-recover=all']
env.Replace(CC='gcc', CXX='g++')
env.Append(
    CCFLAGS=['-O1', '-g1', '-fno-omit-frame-pointer', *sanitizers],
    TEST_CCFLAGS=['-Og'],  # compiled in half the time
    LINKFLAGS=sanitizers,
    CPPDEFINES={'EYELET_FAULT_INJECTION': 1},
)
env['ELSEWHERE'] = {'tests/no_heap': 'malloc belongs to the sanitizer here'}
