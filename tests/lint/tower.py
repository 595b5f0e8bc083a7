# SPDX-License-Identifier: BSL-1.0
"""A room includes rooms on lower floors, and those before it on its own: the table of docs/TOWER.md"""
import re
from collections import Counter
from pathlib import Path

import sources

ROW = re.compile(r'^\|\s*(\d+)\s*\|([^|]*)\|', re.MULTILINE)
REMARK = re.compile(r'\([^)]*\)|`')
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"](?:(\w+)/)?([\w/]+)\.hpp[>"]', re.MULTILINE)


def read_floors():
    """Returns [(room, (floor, place on it))], a room twice if it is listed twice."""
    rows = ROW.findall(Path('docs/TOWER.md').read_text())
    return [(room, (int(floor), place)) for floor, rooms in rows
            for place, room in enumerate(re.findall(r'\w+', REMARK.sub('', rooms)))]


def check_listing(listed, built):
    counts = Counter(room for room, _ in listed)
    for room, count in counts.items():
        if count > 1:
            yield f'docs/TOWER.md: {room} is listed {count} times'
        if room not in built:
            yield f'docs/TOWER.md: {room} is not in lib/eyelet'
    for room in built:
        if room not in counts:
            yield f'lib/eyelet/{room}: on no floor of docs/TOWER.md'


def check_includes(path, floors):
    own = floors.get(path.stem, (0, 0))
    allowed = {room for room, floor in floors.items() if floor < own}
    if path.suffix == '.cpp':
        allowed.add(path.stem)
    for folder, room in INCLUDE.findall(path.read_text()):
        if folder == 'port':
            yield f'{path}: lib includes port/{room}.hpp'
        if folder in ('', 'eyelet') and room not in allowed:
            yield f'{path}: {room} is not below it'


listed = read_floors()
rooms = sources.files('lib')
findings = [] if listed else ['docs/TOWER.md: no floors']
findings += [f'{path}: a room is lib/eyelet/<room>.hpp or .cpp' for path in rooms
             if path.parent != Path('lib/eyelet') or path.suffix not in sources.CODE_SUFFIXES]
findings += check_listing(listed, sorted({path.stem for path in rooms}))
for path in rooms:
    findings += check_includes(path, dict(listed))
sources.finish(findings)
