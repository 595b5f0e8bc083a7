# SPDX-License-Identifier: BSL-1.0
"""The programs of tests/bench, and what scons bench does with them."""
import shlex
import sys
from pathlib import Path

import report
from SCons.Script import Action
from toolchain import check

# The header that Debian's package brings, and the libraries.
PEERS = {
    'asio': ('asio.hpp', ['pthread']),
    'libuv': ('uv.h', ['uv']),
    'libevent': ('event2/event.h', ['event_core', 'event_pthreads']),
    'libev': ('ev.h', ['ev']),
    'boost_future': ('boost/thread/future.hpp', ['boost_thread', 'boost_system', 'pthread']),
    'boost_fiber': ('boost/fiber/all.hpp', ['boost_fiber', 'boost_context']),
}


def has_library(name):
    return any(path.suffix in ('.a', '.so') for path in Path('/usr/lib').glob(f'*/lib{name}.*'))


# One package brings the headers of all of Boost, so the header alone says little.
def is_installed(header, libraries):
    return Path('/usr/include', header).exists() and all(map(has_library, libraries))


class Benchmarks:
    """Built as users ship: with the toolchain that is the default."""

    def __init__(self, toolchain):
        self.out = f'{toolchain.out}/tests/bench'
        self.ours = {name: toolchain.program(toolchain.env, f'tests/bench/{name}')
                     for name in ('eyelet', 'limit', 'echo_clients')}
        env = toolchain.env.Clone()
        env.Replace(CXXFLAGS=['-std=c++17', '-Wall', '-Wextra'])  # with exceptions: some need them
        self.peers = {name: env.Program(f'{self.out}/{name}', [f'{self.out}/{name}.cpp'],
                                        LIBS=libraries)
                      for name, (header, libraries) in PEERS.items()
                      if is_installed(header, libraries)}

    def instructions(self, *options):
        """The command that counts those of eyelet."""
        return [sys.executable, 'tests/bench/instructions.py', *options, f'{self.out}/eyelet']

    def check(self):
        return check('instructions per operation', report.command(self.instructions()),
                     self.ours['eyelet'])

    def target(self, arguments):
        """Of scons bench: what it needs and does."""
        if arguments.get('update') == 'instructions':
            return self.ours['eyelet'], Action(shlex.join(self.instructions('--update')), None)
        absent = sorted(set(PEERS) - set(self.peers))
        options = ['--instr'] if arguments.get('instr') else []
        command = [sys.executable, 'tests/bench/bench.py', *options, self.out, *absent]
        return [*self.ours.values(), *self.peers.values()], Action(shlex.join(command))
