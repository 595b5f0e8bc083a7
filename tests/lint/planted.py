# SPDX-License-Identifier: BSL-1.0
"""Each lint is seen to bite: it passes a clean small tree, and fails once a defect is planted."""
import subprocess
import sys
import tempfile
from pathlib import Path

import sources

LINTS = Path(__file__).resolve().parent

CASE = '''// expect: no_such
#ifdef FIXED
int f() { return 0; }
#else
int f() { return no_such; }
#endif
'''
PAGE = '''```python
import asyncio
```
```cpp
#include <cstdio>
namespace eyelet { using TimePoint = int; const TimePoint kNever = 1; }
struct Stats { int in_use; } counts;
struct { int poll() { return eyelet::kNever; } Stats stats() { return counts; } } loop;
struct { void wait_until(int) {} } port;
```
[1.2](SPEC.md)
```python
await asyncio.sleep(3600)
print("one")
```
```cpp
std::puts("one");
```
```python
# since Python 3.99
print("of a later Python")
```
```cpp
int main() { return 0; }
```
'''
CLEAN = {
    '.clang-format': Path('.clang-format').read_text(),
    'README.md': 'Small.\n```cpp\nint x;\n```\n',
    'examples/basics/first.cpp': '// One.\n// Two.\nint x;\n',
    'examples/README.md': '[first](basics/first.cpp)\n',
    'SConstruct': '',
    'docs/TOWER.md': '| floor | rooms |\n|---|---|\n| 0 | `low` (base) |\n| 1 | middle, high |\n',
    'docs/from-asyncio.md': PAGE,
    'docs/SPEC.md': '# 1. A\n\n1.1 Low. [test: Low/is_low]\n1.2 All\nare. [test: README.md]\n',
    'lib/eyelet/low.hpp': '#include <tl/expected.hpp>\n',
    'lib/eyelet/middle.hpp': '#include <eyelet/low.hpp>\n',
    'lib/eyelet/middle.cpp': '#include "eyelet/middle.hpp"\n',
    'lib/eyelet/high.hpp': '',
    'tests/test_low.cpp': 'TEST(Low, is_low) {}\n',
    'case.cpp': CASE,
    'code.cpp': 'int* f(int* p) { return p; }\n',
}
ARGUMENTS = {'compile_fail': ['case.cpp', 'g++'], 'symbols': ['code.o'], 'from_asyncio': ['g++']}

# For each lint: the file that spoils the tree, what it holds (None: missing), what the lint says.
DEFECTS = {
    'tower': [
        ('lib/eyelet/low.hpp', '#include <eyelet/high.hpp>\n', 'high is not below it'),
        ('lib/eyelet/middle.hpp', '#include <eyelet/high.hpp>\n', 'high is not below it'),
        ('lib/eyelet/middle.cpp', '#include "high.hpp"\n', 'high is not below it'),
        ('lib/eyelet/middle.cpp', '#include <eyelet/unheard.hpp>\n', 'unheard is not'),
        ('lib/eyelet/low.hpp', '#include <port/sim/sim.hpp>\n', 'lib includes port/sim/sim.hpp'),
        ('lib/eyelet/new.hpp', '', 'on no floor'),
        ('lib/eyelet/deep/low.hpp', '', 'a room is'),
        ('lib/eyelet/low.hpp', None, 'low is not in lib/eyelet'),
        ('docs/TOWER.md', '| 0 | low, low |\n| 1 | middle, high |\n', 'low is listed 2 times'),
        ('docs/TOWER.md', 'Later.\n', 'no floors'),
    ],
    'spec': [
        ('docs/SPEC.md', '1. It is low.\n', '1 names no test'),
        ('docs/SPEC.md', '1. Low.\n2. So. [test: Low/is_low]\n', '1 names no test'),
        ('docs/SPEC.md', '1. Low. [test: Low/is_high]\n', 'Low/is_high, which is neither'),
        ('docs/SPEC.md', '1. Low. [test: README.md]\n1. Low. [test: README.md]\n', 'twice'),
        ('docs/SPEC.md', 'Later.\n', 'no numbered sentences'),
        ('tests/test_low.cpp', 'IGNORE_TEST(Low, is_low) {}\n', 'Low/is_low, which is neither'),
    ],
    'readme': [
        ('README.md', '```cpp\nint y;\n```\n', 'not examples/basics/first.cpp'),
        ('examples/basics/second.cpp', '', 'does not name examples/basics/second.cpp'),
    ],
    'from_asyncio': [
        ('docs/from-asyncio.md', PAGE.replace('std::puts', 'std::put'), 'from-asyncio.md:17:'),
        ('docs/from-asyncio.md', PAGE.replace('("one");', '("two");'), 'from-asyncio.md:17: prints'),
        ('docs/from-asyncio.md', PAGE.replace('await', 'awaits'), 'line 13'),
        ('docs/from-asyncio.md', PAGE.replace('await', 'assert 0 <'), 'line 13'),
        ('docs/from-asyncio.md', PAGE.replace('"of', 'of'), 'SyntaxError'),
        ('docs/from-asyncio.md', PAGE.replace('return 0', 'return 7'), 'ends with 7'),
        ('docs/from-asyncio.md', PAGE.replace('puts("', 'puts((counts.in_use = 1, "').replace(
            'one");', 'one"));'), 'ends with 1'),
        ('docs/from-asyncio.md', PAGE.replace('```cpp\nstd::puts("one");\n```\n', ''),
         'a python block out of turn'),
        ('docs/from-asyncio.md', PAGE + '```python\n```\n', 'no pairs'),
        ('docs/from-asyncio.md', 'Later.\n', 'no pairs'),
        ('docs/from-asyncio.md', PAGE.replace('1.2', '1.3'), '1.3 is not in docs/SPEC.md'),
    ],
    'format': [('lib/eyelet/low.hpp', 'int *p ;\n', 'clang-formatted')],
    'spelling': [('lib/eyelet/low.hpp', '// re' 'cieve\n', 'receive')],
    'words': [('lib/eyelet/low.hpp', '// TO' 'DO\n', 'lib/eyelet/low.hpp:1: TO' 'DO')],
    'compile_fail': [
        ('case.cpp', CASE.replace('return no_such', 'return 1'), 'case.cpp: compiles'),
        ('case.cpp', CASE.replace('expect: no_such', 'expect: other'), 'does not say /other/'),
        ('case.cpp', CASE.replace('return 0', 'return no_such'), 'with -DFIXED either'),
        ('case.cpp', CASE.replace('expect', 'hope'), 'has no'),
    ],
    'symbols': [
        ('code.cpp', 'int* f() { return new int; }\n', '_Znwm'),
        ('code.cpp', 'void f(int* p) { delete p; }\n', '_ZdlPv'),
        ('code.cpp', '#include <cstdlib>\nvoid* f() { return std::malloc(1); }\n', 'malloc'),
        ('code.cpp', 'void f() { throw 1; }\n', '__cxa_throw'),
        ('code.cpp', '#include <array>\nint f(std::array<int, 1>& a, int i) { return a.at(i); }\n',
         '__throw_out_of_range'),
        ('code.cpp', 'struct A { virtual void f(); };\nvoid A::f() {}\n', '_ZTI1A'),
        ('code.cpp', '#include <cstdio>\nvoid f(int i) { std::printf("%d", i); }\n', 'printf'),
        ('code.cpp', 'int f();\nint a = f();\n', '_GLOBAL__sub_I_a'),
        ('code.cpp', 'int g();\nint f() { static int a = g(); return a; }\n', '__cxa_guard_acquire'),
        ('code.cpp', 'int a;\nasm(".set sizeof_a, 8");\n', 'a has 4 bytes of RAM, sizeof tells 8'),
        ('code.cpp', 'int a, b;\nasm(".set sizeof_a, 4");\n', 'b has 4 bytes of RAM, sizeof tells None'),
        ('code.cpp', '', 'no symbols'),
    ],
}


def run(lint, changes):
    """Returns exit status and output of a lint in the clean tree with the changes made."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in {**CLEAN, **changes}.items():
            if text is not None:
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        if lint == 'symbols':
            subprocess.run(['g++', '-O2', '-c', 'code.cpp'], cwd=root, check=True)
        command = [sys.executable, LINTS / f'{lint}.py', *ARGUMENTS.get(lint, [])]
        done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True)
        return done.returncode, done.stdout


findings = []
for lint, defects in DEFECTS.items():
    status, output = run(lint, {})
    if status != 0:
        findings.append(f'{lint}: fails on a clean tree\n{output}')
    for name, text, message in defects:
        status, output = run(lint, {name: text})
        if status == 0 or message not in output:
            findings.append(f'{lint}: must say "{message}" of {name}, ends {status} with\n{output}')
sources.finish(findings)
