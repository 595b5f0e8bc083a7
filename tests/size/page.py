# SPDX-License-Identifier: BSL-1.0
"""docs/SIZES.md: the words around the figures, and the goals that the headline is held against."""
import re

TITLES = {'cortex_m0': 'M0', 'cortex_m3': 'M3', 'cortex_m4f': 'M4F', 'cortex_m33': 'M33',
          'linux_armhf': 'armhf', 'linux_arm64': 'arm64', 'gcc': 'x86-64'}

# {image: what it is, and flash and RAM that it may have on the M3}
IMAGES = {
    'blink': ('blink, by `call_later`', 1024, 256),
    'blink_futures': ('blink, by futures', 2048, 320),
    'timers_callbacks': ('two timers, a queue, a consumer: by callbacks', 1331, 420),
    'timers_futures': ('the same by futures', 2355, 420),
}
# Two timers, a queue of 8 and a consumer, built and run in the same way: flash, RAM.
PEERS = {
    'by hand, without a library': (344, 64),
    'ETL, callback_timer and queue_spsc': (1276, 172),
    'Contiki-NG, protothreads': (1366, 184),
    'equeue': (1388, 420),
    'Mbed EventQueue': (2352, 764),
    'FreeRTOS, with the stacks of its tasks': (5214, 1504),
    'Pigweed pw_async2': (5314, 332),
}
# {operation: what it is, and the instructions that it may have on the M3}
OPERATIONS = {
    'post from an interrupt': ('`call_soon_threadsafe` in an interrupt', 150),
    'dispatch': ('`poll()` that runs a callback', 300),
    'call_soon': ('`call_soon`', None),
    'arm, no other': ('`call_later`, no other timer', 400),
    'arm, behind 64': ('`call_later`, behind 64 others', 400),
    'arm, amid 64': ('`call_later`, amid 64 others', 400),
    'cancel, no other': ('`cancel` of the only timer', 400),
    'cancel, amid 64': ('`cancel` of a timer amid 64 others', 400),
    'complete and continue': ('`set_result`, and `poll()` that runs the `then` behind it', None),
    'lock hand-over': ('`release` of a lock, and `poll()` that runs who waited', None),
    'sleep and wake': ('`sleep(0s).then(...)`, and `poll()` that runs it', None),
}
PARTS = ['vector table, and gaps', 'start-up and C library', 'port', 'timers', 'loop', 'futures',
         'the program', 'values that variables begin with']
MASKED_LIMIT, STACK_LIMIT = 50, 256

PAGE = '''# What it costs

Flash, RAM, stack and instructions. `scons sizes` measures all of it and writes this page; `scons test`
fails when a figure of the M3 on this first screen has grown by 3 %. What is **bold** misses its goal.

Whole images for a Cortex-M3: vector table, start-up, clock and sleep are in them. RAM is without the
stack. Goals are for the build without link-time optimisation; what that gives is told beside.

{images}

The two timers, the queue and the consumer, as others do it, built in the same way:

{peers}

Instructions, counted one by one on an emulated processor:

{instructions}

A call into the library takes {worst} bytes of stack at the worst (`{worst_name}`); the goal is
{stack_limit}. From `run_forever` down to your callback it is {to_callback}.
{why}
## Where the flash is

Of the images above, bytes:

{parts}

## One thing more

What a program grows by: flash, and RAM behind a +. An empty loop of four blocks is a whole program on a
Cortex-M; on Linux it is what it has beyond the smallest of programs, and tables of functions lie in RAM,
too, for the loader to fill in. Then a future is created, completed, run until done and looked at. Then
there is a `then` behind it, which brings the machine for everything that waits. All else is added to
that, each by itself and used once.

{programs}

## Types

`sizeof`. What waits costs a block each, whatever it waits for; nothing else grows at run time.

{types}

## Stack

Bytes of the deepest stack under each public function: at the worst / if it ends nothing else. The last
column names the pointers by which the worst way on the M3 calls; each was taken at the worst of what may
be there: any operation of any kind of block that the library has, any function of the port. A
function that jumps to the next one, instead of calling it, has taken its frame away by then; on an M0
none does. Your own callbacks, destructors and handlers come on top.

{stacks}

Ending is told from one to the next by lists, not by recursion. But a wait that was the last to hold
another wait ends that too, which may be a task group, whose members end: a way passes each function once
and no more. Waits that hold waits that hold waits take the like of it for each level. The deepest way of
all, on the M3:

{way}

## Interrupts off

Instructions from turning them off to turning them on again, at the most. For a clock the M0's port has
a SysTick, those of the others two timers of their boards.

{masked}

## How it is measured

g++ {compiler} of Debian 12, `-Os -DNDEBUG -fno-exceptions -fno-rtti -ffunction-sections`, linked with
`--gc-sections` and, but for the column that says so, without `-flto`. Flash is code, constants and the
values that variables begin with; RAM is all variables. The firmware is that of
[examples/firmware](../examples/firmware), with the light as a register's write; the programs that add
one thing each are in [programs.py](../tests/size/programs.py), the calls whose stack is told in
[calls.cpp](../tests/size/calls.cpp), the operations whose instructions are counted in
[instructions.cpp](../tests/size/instructions.cpp). The programs of others were built by us with the same
compiler and options, from releases of 2025 and 2026, and ran on the same emulated board. Their vector
tables have 64 bytes; eyelet's goes on to the interrupt of its board's timer, 36 bytes more.
'''

# Why a limit is missed, for as long as it is.
WHY = {
    'flash': '''
**Why so much flash?** The loop, its timers and its clock are there from the first callback on, and they
keep promises that a small queue need not: 64-bit time that never wraps, timers in O(log n) instead of a
sorted list, handles that stay safe after their callback has run, an error instead of a crash when blocks
run out. Futures bring their whole machine at once, and hardly grow afterwards. What begins with values of
its own lies in flash, too: a `StaticLoop` would with its blocks, and so these programs have theirs beside
the loop.
''',
    'RAM': '''
**Why so much RAM?** It is the loop, {loop} bytes, and {block} for each block. A timer is a block, and so is a
task, and what it waits for. The queue of the futures is not in it: it lies on the stack of `main`, with
{queue} bytes.
''',
    'stack': '''
**Why so much stack?** The deepest way leads through all floors: a loop that times its callbacks, the end
of one thing, and at once the turn of what waited for that. It is told [below](#stack).
''',
}


def number(value):
    return f'{value:,}'


def judged(value, limit):
    return number(value) if limit is None or value <= limit else f'**{number(value)}**'


def table(head, rows):
    head = [head, ['---'] + ['--:' if column else '---' for column in head[1:]]]
    return '\n'.join(f'| {" | ".join(map(str, row))} |' for row in [*head, *rows])


def images(firmware):
    rows = []
    for name, (what, most_flash, most_ram) in IMAGES.items():
        size = firmware['images'][name]
        rows.append([f'[{what}](../examples/firmware/{name}.cpp)',
                     judged(size['flash'], most_flash), number(most_flash),
                     number(firmware['flash with -flto'][name]),
                     judged(size['ram'], most_ram), number(most_ram)])
    return table(['bytes', 'flash', 'goal', 'with `-flto`', 'RAM', 'goal'], rows)


def peers(firmware):
    systems = dict(PEERS)
    for style in 'callbacks', 'futures':
        systems[f'**eyelet, by {style}**'] = tuple(firmware['images'][f'timers_{style}'].values())
    most = max(flash for flash, _ in systems.values())
    rows = [[what, number(flash), number(ram), '█' * max(1, round(24 * flash / most))]
            for what, (flash, ram) in sorted(systems.items(), key=lambda system: system[1])]
    return table(['bytes', 'flash', 'RAM', ''], rows)


def instructions(measured):
    small, middle = measured['cortex_m0'], measured['cortex_m3']
    rows = [[what, number(small['instructions'][name]),
             judged(middle['instructions'][name], limit), limit or '']
            for name, (what, limit) in OPERATIONS.items()]
    masked = [max(target['masked'].values()) for target in (small, middle)]
    rows.append(['interrupts off, at the longest', masked[0], judged(masked[1], MASKED_LIMIT),
                 MASKED_LIMIT])
    return table(['instructions', 'M0', 'M3', 'goal'], rows)


def parts(firmware):
    rows = [[part, *(number(firmware['parts'][image].get(part, 0)) for image in IMAGES)]
            for part in PARTS]
    return table(['', 'blink', 'by futures', 'two timers', 'by futures'], rows)


def grown(size, before):
    flash, ram = size['flash'] - before['flash'], size['ram'] - before['ram']
    return number(flash) + (f' + {number(ram)}' if ram > 0 else '')


def programs(targets):
    empty, future, then, *added = targets[0]['programs']
    nothing = {'flash': 0, 'ram': 0}
    pairs = [(empty, ''), (future, empty), (then, future), *((what, then) for what in added)]
    return [[what, *(grown(target['programs'][what], target['programs'].get(before, nothing))
                     for target in targets)] for what, before in pairs]


def stacks(targets, firmware):
    rows = []
    for name, stack in sorted(firmware['stacks'].items()):
        pointers = dict.fromkeys(f'`{pointer}`' for _, _, pointer in stack['way'] if pointer)
        shown = re.sub(r'(\w+)::destructor', r'\1::~\1', name)
        rows.append([f'`{shown}`', *('{worst} / {alone}'.format(**target['stacks'][name])
                                     for target in targets.values()), ' '.join(pointers)])
    return rows


def way(steps):
    """Those of a way down that take something."""
    lines = [f'    {bytes_:4}  {function.removeprefix("calls::")}'
             f'{pointer and f", by the pointer {pointer}"}'
             for bytes_, function, pointer in steps if bytes_]
    return '\n'.join(lines)


def why(firmware, words):
    sizes = firmware['images']
    missed = {
        'flash': any(sizes[name]['flash'] > most for name, (_, most, _) in IMAGES.items()),
        'RAM': any(sizes[name]['ram'] > most for name, (_, _, most) in IMAGES.items()),
        'stack': words['worst'] > STACK_LIMIT,
    }
    return ''.join(text.format(**words) for what, text in WHY.items() if missed[what])


def page(measured, headline):
    firmware = measured[headline]
    targets = {title: measured[name] for name, title in TITLES.items() if name in measured}
    head = ['bytes', *targets]
    types = [[f'`{name}`', *(target['types'][name] for target in targets.values())]
             for name in firmware['types']]
    worst_name = max(firmware['stacks'], key=lambda name: firmware['stacks'][name]['worst'])
    counted = {title: target for title, target in targets.items() if 'masked' in target}
    places = sorted({place for target in counted.values() for place in target['masked']})
    words = {
        'worst_name': worst_name, 'worst': firmware['stacks'][worst_name]['worst'],
        'to_callback': firmware['stacks']['Loop::run_forever']['to callback'],
        'stack_limit': STACK_LIMIT, 'loop': firmware['types']['Loop'],
        'block': firmware['types']['detail::Block'], 'queue': firmware['types']['Queue<int, 8>'],
        'compiler': firmware['compiler'],
    }
    return PAGE.format(
        images=images(firmware), peers=peers(firmware), instructions=instructions(measured),
        parts=parts(firmware), programs=table(head, programs(list(targets.values()))),
        types=table(head, types), stacks=table([*head, ''], stacks(targets, firmware)),
        way=way(firmware['stacks'][worst_name]['way']),
        masked=table(['instructions', *counted],
                     [[place, *(target['masked'].get(place, '') for target in counted.values())]
                      for place in places]),
        why=why(firmware, words), **words)
