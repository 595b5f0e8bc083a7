# SPDX-License-Identifier: BSL-1.0
"""A program built with other numbers than the archive given links only where that is harmless."""
import subprocess
import sys
import tempfile
from pathlib import Path

import sources

PROGRAM = '''#include <eyelet/loop.hpp>

class NoPort final : public eyelet::Port {
  eyelet::TimePoint now() const override { return {}; }
  void wait_until(eyelet::TimePoint) override {}
  void wake() override {}
  std::uintptr_t enter_critical() override { return 0; }
  void exit_critical(std::uintptr_t) override {}
  std::uintptr_t context() const override { return 0; }
};

int main() {
  static NoPort port;
  static eyelet::StaticLoop<2> loop{port};
  bool ran = false;
  loop.call_soon([&ran] { ran = true; });
  loop.poll();
  return ran ? 0 : 1;
}
'''
CONFIG = '''#define EYELET_BLOCK_BYTES 256
#define EYELET_CALLBACKS_PER_POLL 1
'''
TAG = 'Loop::refuse<'
# Options, and what the linker says; None: the program is built and runs.
CASES = [
    ([], None),
    (['-DEYELET_CALLBACKS_PER_POLL=1'], None),
    (['-DEYELET_CHECKS=1'], None),
    (['-DEYELET_CHECKS=0'], None),
    (['-DEYELET_BLOCK_BYTES=256'], TAG),
    (['-DEYELET_BLOCK_BYTES=136'], TAG),
    (['-DEYELET_FAULT_INJECTION=1'], TAG),
    (['-DEYELET_TIMER_WHEEL_LEVELS=3'], TAG),
    (['-DEYELET_TIMER_WHEEL_LEVELS=0'], TAG),
    (['-DEYELET_CONFIG_HEADER="my_config.hpp"'], TAG),
]


def check(folder, archive, compiler):
    source, binary = folder / 'program.cpp', folder / 'program'
    source.write_text(PROGRAM)
    (folder / 'my_config.hpp').write_text(CONFIG)
    for options, message in CASES:
        name = f'{archive} with {" ".join(options) or "its own numbers"}'
        built = subprocess.run([*compiler, *options, f'-I{folder}', source, archive, '-o', binary],
                               capture_output=True, text=True)
        if message is None:
            if built.returncode != 0:
                yield f'{name}: is not built\n{built.stderr}'
            elif subprocess.run([binary]).returncode != 0:
                yield f'{name}: does not run'
        elif built.returncode == 0:
            yield f'{name}: links'
        elif 'undefined reference to' not in built.stderr or message not in built.stderr:
            yield f'{name}: fails, and not for want of {message}\n{built.stderr}'


archive, *compiler = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    sources.finish(list(check(Path(folder), archive, compiler)))
