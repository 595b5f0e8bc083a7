# SPDX-License-Identifier: BSL-1.0
"""Drives one echo server: what a message costs it, and what a connection weighs.

Server and clients share a processor, and each runs until it has nothing left to do. On two, how many
messages a wake finds, and so what one costs, depends on how they happen to meet: the same server
took 6 to 18 us.
"""
import os
import resource
import subprocess
from pathlib import Path

_, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))


PROCESSOR = {max(os.sched_getaffinity(0))}


def take_turns():
    os.sched_setaffinity(0, PROCESSOR)
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def piped(command):
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                            preexec_fn=take_turns)


def cpu(process):
    """Nanoseconds that it has run."""
    return int(Path(f'/proc/{process.pid}/schedstat').read_text().split()[0])


def resident(process):
    """Bytes of it that are in memory."""
    pages = int(Path(f'/proc/{process.pid}/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE')


class Echo:
    """A server with its clients, all connected and warm."""

    def __init__(self, server, clients, connections, active):
        self.server = piped([*server, str(connections)])
        port = self.server.stdout.readline().strip()
        before = resident(self.server)
        self.clients = piped([*clients, port, str(connections), str(active)])
        self.exchange(connections)
        self.bytes_per_connection = (resident(self.server) - before) / connections

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.clients, self.server:
            process.stdin.close()
            process.wait(60)

    def exchange(self, messages):
        """Returns the nanoseconds that so many messages took, and those that the server ran."""
        start = cpu(self.server)
        self.clients.stdin.write(f'{messages}\n')
        self.clients.stdin.flush()
        taken = int(self.clients.stdout.readline())
        return taken, cpu(self.server) - start
