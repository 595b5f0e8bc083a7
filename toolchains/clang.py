# SPDX-License-Identifier: BSL-1.0
"""A second opinion, with the checks on."""
Import('env')

env.Replace(CC='clang', CXX='clang++')
env.Append(CCFLAGS=['-O1'])
