# SPDX-License-Identifier: BSL-1.0
"""No word is spelt in a way that codespell knows to be wrong."""
import subprocess
import sys

import sources

sys.exit(subprocess.run(['codespell', '--ignore-words-list=unexpect', *sources.prose_and_code()]).returncode)
