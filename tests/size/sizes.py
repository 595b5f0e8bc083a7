# SPDX-License-Identifier: BSL-1.0
"""What eyelet costs.

  sizes.py measure PLUGIN DESCRIPTION... > OUT   measures the targets that SCons describes
  sizes.py page MEASURED PAGE RECORD             writes docs/SIZES.md, and its headline for check
  sizes.py check PLUGIN DESCRIPTION RECORD       fails if the headline is not what it was
"""
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import page
from target import Target, parts_of, size_of

HEADLINE = 'cortex_m3'
COUNTED = 'cortex_m0', 'cortex_m3', 'cortex_m33'  # where instructions are counted
GROWTH = 1.03


def firmware(target):
    """Flash and RAM of the images, and what they consist of."""
    images = target.images()
    return {'images': {name: size_of(image)._asdict() for name, image in images.items()},
            'parts': {name: parts_of(image) for name, image in images.items()}}


def flash_with_flto(target):
    return {'flash with -flto': {name: size_of(image).flash
                                 for name, image in target.flto_images().items()}}


def speed(target, plugin):
    instructions, masked = target.instructions(plugin)
    return {'instructions': instructions, 'masked': masked}


def measure_target(description, plugin):
    target = Target(description)
    target.prepare()
    return target.name, {
        'compiler': target.compiler_version(),
        'types': target.type_sizes(),
        'stacks': target.stacks(),
        'programs': {what: size._asdict() for what, size in target.sizes().items()},
        **({} if target.hosted else {**firmware(target), **flash_with_flto(target)}),
        **(speed(target, plugin) if target.name in COUNTED else {})}


def measure(plugin, *descriptions):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        measured = dict(pool.map(lambda path: measure_target(path, plugin), descriptions))
    json.dump(measured, sys.stdout, indent=1)


def headline(measured):
    """{what: its number}"""
    numbers = {f'{image}: {memory}': number for image, size in measured['images'].items()
               for memory, number in size.items()}
    return {**numbers, **measured['instructions'],
            'interrupts off': max(measured['masked'].values()),
            'stack': max(stack['worst'] for stack in measured['stacks'].values())}


def write_page(measured, out, record):
    measured = json.loads(Path(measured).read_text())
    Path(out).write_text(page.page(measured, HEADLINE))
    lines = [f'{number:6} {what}\n' for what, number in headline(measured[HEADLINE]).items()]
    Path(record).write_text(''.join(lines))


def check(plugin, description, record):
    target = Target(description)
    now = headline({**firmware(target), **speed(target, plugin),
                    'stacks': target.stacks()})
    pairs = (line.split(None, 1) for line in Path(record).read_text().splitlines())
    recorded = {what: int(number) for number, what in pairs}
    findings = [f'{what}: not measured' for what in recorded.keys() - now.keys()]
    for what, number in now.items():
        if number > GROWTH * recorded.get(what, 0):
            findings.append(f'{what}: {number}, was {recorded.get(what, "not recorded")}')
    if findings:
        raise SystemExit('\n'.join([*findings, 'If it must be: scons sizes records it anew.']))


if __name__ == '__main__':
    {'measure': measure, 'page': write_page, 'check': check}[sys.argv[1]](*sys.argv[2:])
