# SPDX-License-Identifier: BSL-1.0
"""What users ship: optimised, checks off. The default."""
Import('env')

env.Replace(CC='gcc', CXX='g++')
env.Append(CCFLAGS=['-O2'], CPPDEFINES=['NDEBUG'])
