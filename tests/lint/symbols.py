# SPDX-License-Identifier: BSL-1.0
"""The archive or object given allocates nothing and needs neither exceptions nor RTTI."""
import re
import subprocess
import sys

import sources

FORBIDDEN = re.compile(
    r'(malloc|free|calloc|realloc|aligned_alloc|posix_memalign|_Zn[wa].*|_Zd[la].*'
    r'|__cxa_(throw|rethrow|allocate_exception|begin_catch|end_catch).*|_ZSt\d+__throw_.*'
    r'|__gxx_personality.*|_Unwind_.*|_ZT[IS].*|__dynamic_cast)')

path = sys.argv[1]
nm = ['nm', '--format=posix', path]
listing = subprocess.run(nm, capture_output=True, text=True, check=True).stdout
symbols = re.findall(r'^(\S+) \w', listing, re.MULTILINE)
if not symbols:
    sys.exit(f'{path}: no symbols at all')
sources.finish(sorted({f'{path}: {symbol}' for symbol in symbols if FORBIDDEN.fullmatch(symbol)}))
