# SPDX-License-Identifier: BSL-1.0
"""Thread sanitizer, every report fatal: tests with threads, and nothing else."""
Import('env')

env.Replace(CC='gcc', CXX='g++')
env.Append(
    CCFLAGS=['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=thread'],
    LINKFLAGS=['-fsanitize=thread'],
    ONLY=['thread', 'tests/thread_port.hpp'],
)
