# SPDX-License-Identifier: BSL-1.0
"""What the lints look at: the files of the tree they are run in, and how they end."""
import sys
from pathlib import Path

CODE_FOLDERS = ('lib', 'port', 'tests', 'examples', 'toolchains')
CODE_SUFFIXES = ('.hpp', '.cpp')


def code():
    return [path for path in files(*CODE_FOLDERS) if path.suffix in CODE_SUFFIXES]


def prose_and_code():
    return [Path('README.md'), Path('SConstruct'), *files(*CODE_FOLDERS, 'docs')]


def files(*folders):
    """All text files below the folders, in a stable order."""
    found = (path for folder in folders for path in Path(folder).rglob('*'))
    return sorted(path for path in found if path.is_file() and path.suffix != '.pyc')


def finish(findings):
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
