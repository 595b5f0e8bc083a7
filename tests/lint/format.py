# SPDX-License-Identifier: BSL-1.0
"""The code is as clang-format leaves it, in the pinned version: others differ. `clang-format-14 -i`
mends a file."""
import subprocess
import sys

import sources

TOOL = 'clang-format-14'

version = subprocess.run([TOOL, '--version'], stdout=subprocess.PIPE, text=True, check=True).stdout
if 'version 14.' not in version:
    sys.exit(f'clang-format 14 is needed, this is {version}')
done = subprocess.run([TOOL, '--dry-run', '-Werror', *sources.code()],
                      stderr=subprocess.PIPE, text=True)
sources.finish(done.stderr.splitlines() if done.returncode else [])
