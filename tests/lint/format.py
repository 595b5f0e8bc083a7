# SPDX-License-Identifier: BSL-1.0
"""The code is as clang-format leaves it, in the pinned version: others differ."""
import subprocess
import sys

import sources

TOOL = 'clang-format-14'


def run(*arguments):
    return subprocess.run([TOOL, *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout


version = run('--version')
if 'version 14.' not in version:
    sys.exit(f'clang-format 14 is needed, this is {version}')
sources.finish([f'{path}: differs from what `{TOOL} -i {path}` makes of it'
                for path in sources.code() if run(path) != path.read_text()])
