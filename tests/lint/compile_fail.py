# SPDX-License-Identifier: BSL-1.0
"""Arguments: a case and a compiler's command line.

The case must not compile, the compiler must say what each `// expect: <regex>` line expects, and
with -DFIXED the case must compile: so it is the named mistake that fails, and nothing else.
"""
import re
import subprocess
import sys
from pathlib import Path

import sources

case, *compiler = sys.argv[1:]


def attempt(*options):
    # Down to assembly: -fsyntax-only leaves templates out.
    command = [*compiler, *options, '-S', '-o', '/dev/null', case]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


expected = re.findall(r'^// expect: (.*\S)', Path(case).read_text(), re.MULTILINE)
broken, fixed = attempt(), attempt('-DFIXED')
findings = [f'{case}: does not say /{regex}/ but\n{broken.stdout}'
            for regex in expected if not re.search(regex, broken.stdout)]
if not expected:
    findings.append(f'{case}: has no `// expect: <regex>`')
if broken.returncode == 0:
    findings.append(f'{case}: compiles')
if fixed.returncode != 0:
    findings.append(f'{case}: does not compile with -DFIXED either\n{fixed.stdout}')
sources.finish(findings)
