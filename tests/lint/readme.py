# SPDX-License-Identifier: BSL-1.0
"""The program in README.md is examples/basics/first.cpp to the letter: it is compiled and run."""
import re
from pathlib import Path

import sources

shown = re.search(r'```cpp\n(.*?)```', Path('README.md').read_text(), re.DOTALL)
program = Path('examples/basics/first.cpp').read_text().split('\n', 2)[2]
same = shown and shown[1] == program
sources.finish([] if same else ['README.md: not examples/basics/first.cpp'])
