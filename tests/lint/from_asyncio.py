# SPDX-License-Identifier: BSL-1.0
"""Arguments: a compiler's command line, and the archives to link.

Both columns of docs/from-asyncio.md work: each Python block stands beside a C++ one, and the two
print the same on clocks that jump from one deadline to the next. The first pair is what the others
stand in. A C++ block that defines main is a program; another is a function's body, after which the
loop runs until nothing is left to do, and no block of it is in use when the function has returned.
"""
import ast
import asyncio
import contextlib
import io
import re
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import sources

PAGE = Path('docs/from-asyncio.md')
SPEC = Path('docs/SPEC.md')
SECONDS = 20  # for one pair; none needs a tenth of one
FENCE = re.compile(r'^```(\w+)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
SINCE = re.compile(r'# since Python 3\.(\d+)')
REFERENCE = re.compile(r'\[(D?\d+(?:\.\d+)?)\]\(SPEC\.md')

PROGRAM = '''namespace line_{line} {{
#line {line} "{page}"
{text}
}}
'''
BODY = '''namespace line_{line} {{
void body() {{
#line {line} "{page}"
{text}
run_the_rest();
}}
int main() {{ body(); return loop.stats().in_use == 0 ? 0 : 1; }}
}}
'''
RUN_THE_REST = '''void run_the_rest() {
  for (eyelet::TimePoint next; (next = loop.poll()) != eyelet::kNever;) port.wait_until(next);
}
'''
MAIN = '''int main(int, char** arguments) {{
  switch (std::atoi(arguments[1])) {{
{cases}
  }}
}}
'''


class JumpingLoop(asyncio.SelectorEventLoop):
    """Where others sleep, its clock jumps."""
    now = 0.0

    def time(self):
        return self.now

    def _run_once(self):
        if self._scheduled and not self._ready:
            self.now = max(self.now, self._scheduled[0].when())
        super()._run_once()


class JumpingPolicy(asyncio.DefaultEventLoopPolicy):
    _loop_factory = JumpingLoop


def read_pairs(text):
    """Returns [(line of the Python block, Python, line of the C++ block, C++)]."""
    blocks = [(fence[1], text.count('\n', 0, fence.start()) + 2, fence[2])
              for fence in FENCE.finditer(text)]
    for place, (language, line, _) in enumerate(blocks):
        if language != ('python', 'cpp')[place % 2]:
            sys.exit(f'{PAGE}:{line}: a {language} block out of turn')
    if not blocks or len(blocks) % 2:
        sys.exit(f'{PAGE}: {len(blocks)} blocks are no pairs')
    return [(*left[1:], *right[1:]) for left, right in zip(blocks[::2], blocks[1::2])]


def run_python(names, code):
    printed = io.StringIO()
    space = {}
    exec(names, space)
    with contextlib.redirect_stdout(printed):
        waits = eval(code, space)
        if waits is not None:
            asyncio.run(waits)
    return printed.getvalue()


def translation_unit(names, pairs):
    pieces = [f'#include <cstdlib>\n#line {names[0]} "{PAGE}"\n{names[1]}{RUN_THE_REST}']
    pieces += [(PROGRAM if 'int main()' in text else BODY).format(page=PAGE, line=line, text=text)
               for _, _, line, text in pairs]
    cases = '\n'.join(f'    case {line}: return line_{line}::main();' for _, _, line, _ in pairs)
    return '\n'.join([*pieces, MAIN.format(cases=cases)])


def build(unit, binary, arguments):
    archives = [argument for argument in arguments if argument.endswith('.a')]
    compiler = [argument for argument in arguments if argument not in archives]
    return subprocess.run([*compiler, '-xc++', '-', '-o', binary, '-xnone', *archives], input=unit,
                          capture_output=True, text=True)


def compare(pair, names, binary):
    python_line, python, line, _ = pair
    ran = subprocess.run([binary, str(line)], capture_output=True, text=True, timeout=SECONDS)
    if ran.returncode != 0:
        return f'{PAGE}:{line}: ends with {ran.returncode}\n{ran.stdout}{ran.stderr}'
    try:
        # As one types it into `python -m asyncio`.
        code = compile('\n' * (python_line - 1) + python, PAGE, 'exec',
                       ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        since = SINCE.search(python)
        if since and sys.version_info[1] < int(since[1]):
            print(f'skipped: {PAGE}:{python_line} needs Python 3.{since[1]}, is compiled only')
            return None
        expected = run_python(names, code)
    except Exception:
        return traceback.format_exc()
    if ran.stdout != expected:
        return f'{PAGE}:{line}: prints\n{ran.stdout}and Python\n{expected}'
    return None


def check_references(text, spec):
    return [f'{PAGE}: {number} is not in {SPEC}' for number in REFERENCE.findall(text)
            if f'\n{number} ' not in spec]


def check(arguments):
    text = PAGE.read_text()
    (_, python, *names), *pairs = read_pairs(text)
    findings = check_references(text, SPEC.read_text())
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(folder, 'pairs')
        built = build(translation_unit(names, pairs), binary, arguments)
        if built.returncode != 0:
            return [*findings, built.stderr]
        return [*findings, *filter(None, (compare(pair, python, binary) for pair in pairs))]


asyncio.set_event_loop_policy(JumpingPolicy())
sources.finish(check(sys.argv[1:]))
