# SPDX-License-Identifier: BSL-1.0
"""README.md shows examples/basics/first.cpp to the letter; examples/README.md names every program."""
import re
from pathlib import Path

import sources

EXAMPLES = Path('examples')

shown = re.search(r'```cpp\n(.*?)```', Path('README.md').read_text(), re.DOTALL)
program = (EXAMPLES / 'basics/first.cpp').read_text().split('\n', 2)[2]
findings = []
if not shown or shown[1] != program:
    findings.append('README.md: not examples/basics/first.cpp')
listed = (EXAMPLES / 'README.md').read_text()
findings += [f'examples/README.md: does not name {path}' for path in sources.files(EXAMPLES)
             if path.suffix == '.cpp' and f']({path.relative_to(EXAMPLES)})' not in listed]
sources.finish(findings)
