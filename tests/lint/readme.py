# SPDX-License-Identifier: BSL-1.0
"""The program in README.md is examples/first.cpp to the letter, and so is compiled and run."""
import re
from pathlib import Path

import sources

shown = re.search(r'```cpp\n(.*?)```', Path('README.md').read_text(), re.DOTALL)
program = Path('examples/first.cpp').read_text().split('\n', 2)[2]
sources.finish([] if shown and shown[1] == program else ['README.md: not examples/first.cpp'])
