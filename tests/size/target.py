# SPDX-License-Identifier: BSL-1.0
"""Builds programs for one target, and tells what they cost."""
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import programs
import stack

IMAGES = ('blink', 'blink_futures', 'timers_callbacks', 'timers_futures')  # of examples/firmware

# What readelf tells of a section: name, kind, size and flags; of a symbol: address, bytes, section and
# name.
SECTION = re.compile(r'^ +\[ *\d+\] (\S+) +(\S+) +\w+ \w+ (\w+) \w+ +(\w*)', re.MULTILINE)
SYMBOL = re.compile(r'^ +\d+: (\w+) +(\d+) (?:FUNC|OBJECT) +\w+ +\w+ +(\d+) (.+)$', re.MULTILINE)
COUNTED = re.compile(r'^(.+)\ncounted (\d+)$', re.MULTILINE)
MASKED = re.compile(r'^masked (0x\w+) (\d+)$', re.MULTILINE)
ARRAY = re.compile(r' (\d+) OBJECT .* (size_\d+)$', re.MULTILINE)
CALLS = re.compile(r'^[^[]*?\bcalls::([\w:]+)\(')

# What ends and destroys what was held by something that ended.
ENDS_OTHERS = r'\bdetail::(\{anonymous\}::abandon|bury)\('

# What turns interrupts off, by the function into which that was compiled.
PLACES = {
    "the port's critical section": r'::enter_critical\(',
    'reading the clock': r'::(now|count)\(',
    'setting the alarm, falling asleep': r'::(arm|wait_until)\(|^(Interrupt\d+|SysTick)_Handler$',
    'elsewhere': r'',
}

# Where the bytes of an image go: the first pattern that a symbol matches.
PARTS = {
    'port': r'CortexM|TickClock|Timer<|SysTick|Interrupt\d+_Handler|board::port',
    'timers': r'TimerQueue|restore|eyelet::kAtOnce',
    'loop': r'eyelet::(Loop|Handle)\b|BlockPool',
    'futures': r'eyelet::',
    'start-up and C library': r'^(reset|(HardFault|NMI)_Handler|mem\w+|__\w+)$|board::',
    'the program': r'',
}


class Size(NamedTuple):
    flash: int
    ram: int  # besides the stack

    def __sub__(self, other):
        return Size(self.flash - other.flash, self.ram - other.ram)


def run(words, **options):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)
    if done.returncode != 0:
        raise SystemExit(f'{" ".join(map(str, words))}\n{done.stdout}')
    return done.stdout


def size_of(program):
    """What lies in flash, and what in RAM; what begins with a value of its own lies in both."""
    flash = ram = 0
    for name, kind, size, flags in SECTION.findall(run(['readelf', '-SW', program])):
        if 'A' in flags and name != '.stack':
            flash += int(size, 16) * (kind != 'NOBITS')
            ram += int(size, 16) * ('W' in flags)
    return Size(flash, ram)


def symbols(program):
    """{address, without the bit of Thumb: (bytes, number of the section, name)}"""
    listed = SYMBOL.findall(run(['readelf', '-sWC', program]))
    return {int(address, 16) & ~1: (int(size), int(section), name)
            for address, size, section, name in listed if size != '0'}


def first_match(patterns, name):
    return next(what for what, pattern in patterns.items() if re.search(pattern, name))


def parts_of(program):
    """{what: its bytes in flash}"""
    parts = Counter()
    sections = {name: int(size, 16) for name, _, size, _ in
                SECTION.findall(run(['readelf', '-SW', program]))}
    for size, section, name in symbols(program).values():
        if section == 1:  # .text
            parts[first_match(PARTS, name)] += size
    parts['values that variables begin with'] = sections['.data']
    parts['vector table, and gaps'] = size_of(program).flash - sum(parts.values())
    return parts


class Target:
    """A toolchain as SCons describes it in a file of JSON: its name, the commands of compiler and
    linker, what runs a program, the library with port and board, the objects in that, whether there
    is an operating system, and if not the library compiled with -flto."""

    def __init__(self, description):
        self.__dict__.update(json.loads(Path(description).read_text()))
        self.folder = Path(description).with_suffix('')
        self.folder.mkdir(exist_ok=True)
        self.common = self.folder / 'common.hpp'

    def compile(self, source, out, *options):
        run([*self.compiler, *options, '-c', source, '-o', out])
        return out

    def compile_text(self, text):
        source = self.folder / 'program.cpp'
        source.write_text(text)
        return self.compile(source, source.with_suffix('.o'), '-include', self.common)

    def link(self, name, *objects, library=None):
        program = self.folder / name
        run([*self.linker, *objects, library or self.library, '-o', program])
        return program

    def prepare(self):
        """Compiles what every program begins with."""
        self.common.write_text(programs.COMMON + (programs.HOSTED if self.hosted else programs.BARE))
        self.compile(self.common, f'{self.common}.gch', '-xc++-header')

    def sizes(self):
        """{what: Size} of all programs. Where there is an operating system, without what the
        smallest of programs has."""
        sizes = {what: size_of(self.link('program', self.compile_text(text)))
                 for what, text in {'nothing': programs.NOTHING, **programs.all_programs()}.items()}
        nothing = sizes.pop('nothing')
        return {what: size - nothing if self.hosted else size for what, size in sizes.items()}

    def compiler_version(self):
        return run([self.compiler[0], '-dumpfullversion']).strip()

    def type_sizes(self):
        """{type: its bytes}"""
        arrays = ARRAY.findall(run(['readelf', '-sW', self.compile_text(programs.type_sizes())]))
        sizes = {name: int(size) for size, name in arrays}
        return {name: sizes[f'size_{i}'] for i, name in enumerate(programs.TYPES)}

    def compile_image(self, name, *options):
        return self.compile(f'examples/firmware/{name}.cpp', self.folder / f'{name}.o', *options)

    def images(self):
        """{name: the program} of firmware that the figures of others are about."""
        return {name: self.link(name, self.compile_image(name)) for name in IMAGES}

    def flto_images(self):
        """The same with link-time optimisation."""
        return {name: self.link(f'{name}.flto', '-flto', self.compile_image(name, '-flto'),
                                library=self.flto_library) for name in IMAGES}

    def stacks(self):
        """For each public function bytes of the deepest stack under it, itself included: at the
        worst, and the way there; if it ends nothing else; and down to a callback of the user's, if it
        calls any."""
        graph = stack.CallGraph(self.objects, self.compiler[0].replace('g++', 'objdump'))
        alone, above_user = graph.without(ENDS_OTHERS), graph.above('_Z9user_codev')
        stacks = {}
        for title, full in graph.names.items():
            if name := CALLS.match(full):
                worst, way = graph.deepest(title)
                stacks[name[1]] = {'worst': worst, 'way': graph.described(way),
                                   'alone': alone.deepest(title)[0]}
                if title in above_user.frames:
                    stacks[name[1]]['to callback'] = above_user.deepest(title)[0]
        return stacks

    def instructions(self, plugin):
        """{operation: instructions}, and {place: instructions with interrupts off, at the most}"""
        program = self.link('instructions', self.compile('tests/size/instructions.cpp',
                                                         self.folder / 'instructions.o'))
        runner, machine = self.runner
        out = run([runner, f'{machine} -plugin {plugin} -d plugin', program], timeout=60)
        functions, masked = symbols(program), Counter()
        for address, instructions in MASKED.findall(out):
            function = next(name for begin, (size, _, name) in functions.items()
                            if begin <= int(address, 16) < begin + size)
            place = first_match(PLACES, function)
            masked[place] = max(masked[place], int(instructions))
        counted = {name: int(number) for name, number in COUNTED.findall(out)}
        assert counted.pop('nothing') == 0, 'the marks are counted'
        return counted, masked
