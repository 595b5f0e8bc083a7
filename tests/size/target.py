# SPDX-License-Identifier: BSL-1.0
"""Builds programs for one target and tells how large they are."""
import json
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import programs
import stack

# Number, name, type, address, offset, size, entry size, flags: readelf's columns of a section.
SECTION = re.compile(r'^ +\[ *\d+\] (\S+) +(\S+) +\w+ \w+ (\w+) \w+ +(\w*)', re.MULTILINE)
CALLS = re.compile(r'^[^[]*?\bcalls::([\w:]+)\(')
ARRAY = re.compile(r' (\d+) OBJECT .* size_(\d+)$', re.MULTILINE)


class Size(NamedTuple):
    flash: int
    ram: int  # but for the stack

    def __sub__(self, other):
        return Size(self.flash - other.flash, self.ram - other.ram)


def run(words, **options):
    return subprocess.run(words, check=True, capture_output=True, text=True, **options).stdout


def size_of(program):
    """What of a program lies in flash, and what in RAM; what has an initial value lies in both."""
    flash = ram = 0
    for name, kind, size, flags in SECTION.findall(run(['readelf', '-SW', program])):
        if 'A' not in flags or name == '.stack':
            continue
        flash += int(size, 16) * (kind != 'NOBITS')
        ram += int(size, 16) * ('W' in flags)
    return Size(flash, ram)


class Target:
    """A toolchain as SCons describes it in a file of JSON: its name, the commands of compiler and
    linker, what runs a program, the library with port and board, the objects in that, and whether
    there is an operating system."""

    def __init__(self, description):
        self.__dict__.update(json.loads(Path(description).read_text()))
        self.folder = Path(description).with_suffix('')
        self.folder.mkdir(exist_ok=True)
        self.common = self.folder / 'common.hpp'

    def compile(self, source, out, *options):
        run([*self.compiler, *options, '-c', source, '-o', out])
        return out

    def compile_text(self, text, *options):
        source = self.folder / 'program.cpp'
        source.write_text(text)
        return self.compile(source, source.with_suffix('.o'), '-include', self.common, *options)

    def link(self, *objects):
        program = self.folder / 'program'
        run([*self.linker, *objects, self.library, '-o', program])
        return program

    def prepare(self):
        """Compiles what every program begins with."""
        self.common.write_text(programs.COMMON + (programs.HOSTED if self.hosted else programs.BARE))
        self.compile(self.common, f'{self.common}.gch', '-xc++-header')

    def sizes(self):
        """{what: Size} of all programs. Where there is an operating system, without what the
        smallest of programs has."""
        nothing = Size(0, 0)
        if self.hosted:
            nothing = size_of(self.link(self.compile_text('int main() {}\n')))
        return {what: size_of(self.link(self.compile_text(text))) - nothing
                for what, text in programs.all_programs().items()}

    def type_sizes(self):
        """{type: its bytes}"""
        symbols = run(['readelf', '-sW', self.compile_text(programs.type_sizes())])
        sizes = {int(i): int(size) for size, i in ARRAY.findall(symbols)}
        return {name: sizes[i] for i, name in enumerate(programs.TYPES)}

    def stacks(self):
        """{public function: bytes of the deepest stack under it, itself included}"""
        graph = stack.CallGraph(self.objects)
        calls = {title: name[1] for title, full in graph.names.items()
                 if (name := CALLS.match(full))}
        return {name: graph.deepest(title)[0] for title, name in calls.items()}
