# SPDX-License-Identifier: BSL-1.0
"""The archives, objects and firmware given need no heap, exceptions, RTTI or printf, and no code
that runs before main(). In firmware that has symbols like sizeof_loop, those tell of all its RAM."""
import re
import subprocess
import sys

import sources

FORBIDDEN = re.compile(
    r'(_?(malloc|free|calloc|realloc|sbrk)(_r)?|aligned_alloc|posix_memalign|_Zn[wa].*|_Zd[la].*'
    r'|__cxa_(throw|rethrow|allocate_exception|begin_catch|end_catch).*|_ZSt\d+__throw_.*'
    r'|__gxx_personality.*|_Unwind_.*|_ZT[IS].*|__dynamic_cast|\w*printf\w*'
    r'|_GLOBAL__sub_.*|(__cxa_|__aeabi_)?atexit|__cxa_guard_.*)')
SIZEOF = 'sizeof_'


def read_symbols(path):
    """Returns [(name, type, value, size)], the numbers 0 where nm knows none."""
    nm = ['nm', '--format=posix', path]
    listing = subprocess.run(nm, capture_output=True, text=True, check=True).stdout
    found = re.findall(r'^(\S+) (\w) *(\w*) *(\w*)$', listing, re.MULTILINE)
    return [(name, kind, int(value or '0', 16), int(size or '0', 16))
            for name, kind, value, size in found]


def check_sizes(symbols):
    told = {name[len(SIZEOF):]: value for name, _, value, _ in symbols if name.startswith(SIZEOF)}
    in_ram = {name: size for name, kind, _, size in symbols if kind in 'bBdD' and size}
    for name in sorted({*told, *in_ram} if told else ()):
        if told.get(name) != in_ram.get(name):
            yield f'{name} has {in_ram.get(name)} bytes of RAM, sizeof tells {told.get(name)}'


def check(path):
    symbols = read_symbols(path)
    if not symbols:
        yield 'no symbols at all'
    yield from sorted({name for name, *_ in symbols if FORBIDDEN.fullmatch(name)})
    yield from check_sizes(symbols)


sources.finish([f'{path}: {finding}' for path in sys.argv[1:] for finding in check(path)])
