# SPDX-License-Identifier: BSL-1.0
"""Each numbered sentence of docs/SPEC.md names its tests: `3.2 ... [test: Group/name, a/file]`."""
import re
from pathlib import Path

import sources

SPEC = Path('docs/SPEC.md')
# As in: 3. 3.2 L3 - L3. **3.2**
NUMBER = re.compile(r'(?:[-*] )?\**(\d+\.[\d.]*|[A-Z]+\d[\d.]*)\** ')
REFERENCE = re.compile(r'\[test:([^\]]*)\]')
TEST = re.compile(r'^\s*TEST\(\s*(\w+)\s*,\s*(\w+)\s*\)', re.MULTILINE)


def read_sentences():
    """Returns [[number, text]]; a sentence ends at the next number, a heading or a blank line."""
    sentences, inside = [], False
    for line in SPEC.read_text().splitlines():
        start = NUMBER.match(line)
        inside = start or inside and line.strip() and not line.startswith('#')
        if start:
            sentences.append([start[1].rstrip('.'), line])
        elif inside:
            sentences[-1][1] += ' ' + line
    return sentences


def find_tests():
    return {f'{group}/{name}' for path in Path('tests').rglob('*.cpp')
            for group, name in TEST.findall(path.read_text())}


def check(sentences, tests):
    if not sentences:
        yield f'{SPEC}: no numbered sentences'
    seen = set()
    for number, text in sentences:
        if number in seen:
            yield f'{SPEC}: {number} is there twice'
        seen.add(number)
        names = [name.strip() for names in REFERENCE.findall(text) for name in names.split(',')]
        if not names:
            yield f'{SPEC}: {number} names no test'
        yield from (f'{SPEC}: {number} names {name}, which is neither a test nor a file'
                    for name in names if name not in tests and not Path(name).is_file())


sources.finish(list(check(read_sentences(), find_tests())))
