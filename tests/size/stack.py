# SPDX-License-Identifier: BSL-1.0
"""The deepest stack under a function: from the frames and calls that GCC writes beside the objects
(-fcallgraph-info=su), and from the tables of functions in the objects themselves.

A call by pointer is taken at the worst of what its place may hold: a member of one of the library's
tables of operations, a virtual function of the port, or one of POINTERS. Code of the user's counts
nothing.
Where a function's last act is a call, the compiler may take its frame away and jump. What it jumps to
from everywhere has nothing of it above.
Some calls lead back to where they came from: what a wait holds may be the last handle of something
whose end ends a wait. A way down passes each function once, and those of GUARDED once more, when
they find themselves at work, note what is to do, and return.
"""
import copy
import re
import subprocess
from collections import defaultdict
from pathlib import Path

# Pointers outside of the tables, and what they point to. None: code of the user's.
POINTERS = {
    'run_mail_': r'\bLoop::run_mail\b',
    'run_timed_': r'\bLoop::run_timed\b',
    'call': r'\bLoop::run_after_pause\b.*lambda',  # of pause() and run_timed()
    'look': r'::look_at\b',
    'child_at': r'::(block|handle)_at\b',
    'fn': r'::ignore_cancelled\b',        # of a generator's aclose(); others are inline
    'handler_': None,
    'call_': None,
    'on_byte': None,  # of a board, and of a kind of port
    'on_byte_': None,
}
GUARDED = re.compile(r'\bdetail::(bury|cancel_children)\(')

# Where not all is called that is in the tables, (in, by): what is.
NARROWED = {
    ('cancel_all', 'turn'): r'::cancel_gathered\(',  # of what calls cancel_children()
    ('lose_last_handle', 'turn'): r'::break_promise\(',
    # Those that have a cancel are asked by that.
    ('detail::cancel', 'withdraw'): r'^(?!.*(::withdraw_run|Condition::withdraw)\()',
}
OF_A_BLOCK = r'\bLoop::run_after_pause\b.*\bBlock\b'  # what run() has pause() call
# What is not called on these ways.
NEVER = {
    # Mail is the user's.
    ('Loop::run_mail', 'Loop::run_after_pause', 'Loop::pause'): OF_A_BLOCK,
    ('Loop::run_mail', 'Loop::run_after_pause', 'Loop::pause', 'Loop::run_timed'): OF_A_BLOCK,
    # A handle names a callback or a done callback, and what those hold is the user's.
    ('Handle::cancel', 'Loop::end'):
        r'::(close_node|close_member|drop|drop_shield|(drop|release)_nodes)\(',
    ('Handle::cancel', 'Loop::end', 'close_done_callback'): r'::drop_callable\(',
    # The handle of a wait that is dropped names its time limit.
    ('drop', 'Handle::cancel', 'Loop::end'): r'::close_done_callback\(',
    # What was put is the user's; so is a predicate.
    ('WaitList::fail_waiting', 'fail_wait'): r'::drop_callable\(',
    ('Condition::cancel', 'fail_wait'): r'::drop_callable\(',
    # What a stage holds is no parent's, and most of it is the user's.
    ('run_chain', 'drop_callable'): r'::(drop|drop_shield|drop_nodes)\(',
    # A wait holds no callable of a stage.
    ('(fail_wait|destroy|work_off)', 'drop_callable'): r'\bWith<',
    # A generator that cannot begin drops what it has just made, of which nobody knows; that takes less
    # than making it. A producer that has ended is still held when it lets go of that.
    ('Generator<.*>::next',): r'::(drop_handle|lose_last_handle)\(',
    ('Generator<.*>::next', '~Future'): r'::drop_handle\(',
    ('Generator<.*>::next', 'AnyFuture::cancel'): r'::cancel\(',
    ('Generator<.*>::(next|begin)', 'operator='): r'::drop_handle\(',
    # Whoever gives children holds them.
    ('(add_children|wait_for_children|wait_for_many)', 'drop_nodes', 'release_nodes'):
        r'::(drop_dependent|release_(if_)?unheld)\(',
    # What a round returned is given away, and nothing left to let go of.
    ('Repeating<.*>::run',): r'::drop_handle\(',
    # What a with passes on has failed.
    ('With<.*>::run', 'copy_outcome'): r'<lambda\(\S*Block&, \S*Block&\)>',
    # A member is a task, and no promise.
    ('TaskGroupCore::withdraw_run', 'lose_last_handle'): r'::break_promise\(',
    # A promise is no wait.
    ('(fail_pending|break_promise)', 'complete', 'release_unheld', 'release_other'): r'::abandon\(',
    # So it is if a wait fails as it joins, and then there is a handle to it.
    ('(join|put|get)', 'fail_wait'): r'::(drop_callable|complete)\(',
}

NODE = re.compile(r'^node: { title: "(?P<title>[^"]*)" label: "(?P<name>.*?)(?:\\n.*?)?'
                  r'\\n(?P<bytes>\d+) bytes \((?P<kind>[^)]*)\)"')
EDGE = re.compile(r'^edge: { sourcename: "([^"]*)" targetname: "([^"]*)"'
                  r'(?: label: "([^"]*):(\d+):(\d+)")?')
STRUCT = re.compile(r'^struct (\w*Operations)(?: : (\w+))? \{\n(.*?)^\};', re.DOTALL | re.MULTILINE)
MEMBER = re.compile(r'^  [^/\n]*?(?:\(\*(\w+)\)\(|(\w+)(?: = [^;]*)?;)', re.MULTILINE)
SECTION = re.compile(r'^ +\[ *\d+\] (\S+) +\S+ +\w+ \w+ (\w+)')
RELOCATED = re.compile(r"^Relocation section '\.rela?(\S+)'")
TABLE = re.compile(r'\.(ro)?data\..*Operations')
RELOCATION = re.compile(r'^([0-9a-f]+) +\w+ \w+ +\w+ +'
                        r'(?:\.text\.(?:unlikely\.|startup\.)?)?([\w.$]+)')
FUNCTION = re.compile(r'^[0-9a-f]+ <(.+)>:$')
INSTRUCTION = re.compile(r'^ +[0-9a-f]+:\t(\.?\w+)\S*\s*(\S*)')
LINKED = re.compile(r'^\s+[0-9a-f]+: R_\w+\t(?:\.text\.(?:unlikely\.|startup\.)?)?([\w.$]+)')
ADDRESS = re.compile(r'[0-9a-f]+$')
POINTER = 'a pointer'
CALL = re.compile(r'((?:\.|->)? ?)\b(\w+) ?\(')


def table_layouts():
    """{type of a table: the names of its members in order}"""
    layouts = {}
    for header in sorted(Path('lib/eyelet').glob('*.hpp')):
        for name, base, body in STRUCT.findall(header.read_text()):
            own = [pointer or other for pointer, other in MEMBER.findall(body)]
            layouts[name] = layouts.get(base, []) + own
    return layouts


def type_of_table(section, words, functions, layouts):
    """By its size; of the same size are those of results and continuations, and those of waits and
    stages, which all have the same turn."""
    if 'ResultOperations' in section:
        return 'ResultOperations'
    is_stage = '9run_chain' in functions.get(0, '')
    types = [name for name, members in layouts.items() if len(members) == words
             and name != 'ResultOperations' and (name == 'StageOperations') == is_stage]
    assert len(types) == 1, f'a table of {words} words in {section} may be {types}'
    return types[0]


def read_tables(objects):
    """Each table as {member: symbol of its function}."""
    listing = subprocess.run(['readelf', '-hSrW', *objects], capture_output=True, text=True,
                             check=True).stdout
    word = 8 if 'ELF64' in listing else 4
    sizes, found, functions = {}, [], None
    for line in listing.splitlines():
        if header := SECTION.match(line):
            sizes[header[1]] = int(header[2], 16)
        elif title := RELOCATED.match(line):
            functions = {} if TABLE.match(title[1]) else None
            if functions is not None:
                found.append((title[1], sizes[title[1]] // word, functions))
        elif functions is not None and (entry := RELOCATION.match(line)):
            functions[int(entry[1], 16) // word] = entry[2]
    layouts = table_layouts()
    tables = []
    for section, words, functions in found:
        members = layouts[type_of_table(section, words, functions, layouts)]
        tables.append({members[i]: function for i, function in functions.items()})
    return tables


def read_jumps(objects, objdump):
    """{function: symbols, or POINTER, to which it jumps and which it does not call}"""
    listing = subprocess.run([objdump, '-drz', '--no-show-raw-insn', *objects],
                             capture_output=True, text=True, check=True).stdout
    called, jumped = defaultdict(set), defaultdict(set)
    for line in listing.splitlines():
        if title := FUNCTION.match(line):
            function = title[1]
        elif instruction := INSTRUCTION.match(line):
            mnemonic, operand = instruction.groups()
            calls = mnemonic.startswith(('bl', 'call'))
            by_register = operand != 'lr' and not ADDRESS.match(operand)
            if by_register and (calls or mnemonic in ('bx', 'br', 'jmp')):
                (called if calls else jumped)[function].add(POINTER)
        elif (symbol := LINKED.match(line)) and mnemonic.startswith(('b', 'call', 'j')):
            (called if calls else jumped)[function].add(symbol[1])
    return defaultdict(set, {function: jumped[function] - called[function] for function in jumped})


def symbol_of(title):
    return title.rpartition(':')[2]


def short(name):
    """A function's name without types, arguments and namespaces."""
    name = name.partition(' [with ')[0]
    while '<' in name and (bare := re.sub(r'<[^<>]*>', '', name)) != name:
        name = bare
    return re.sub(r'eyelet::|detail::|\{anonymous\}::', '', name.partition('(')[0].split()[-1])


class CallGraph:
    """Frames and calls of all functions in `objects`, of which `objdump` can read the code."""

    def __init__(self, objects, objdump):
        self.frames, self.names, self.calls = {}, {}, defaultdict(set)
        self.pointers = {}  # (caller, callee): the pointer by which it is called
        self.jumps = set()  # (caller, callee): without the caller's frame
        by_pointer = []
        for path in objects:
            for line in Path(path).with_suffix('.ci').read_text().splitlines():
                self.read(line, by_pointer)
        self.tables = read_tables(objects)
        self.titles = defaultdict(set)  # static functions of several files may have the same symbol
        for title in self.frames:
            self.titles[symbol_of(title)].add(title)
        # What was instantiated by name in another file is called without the name of that.
        self.calls |= {caller: set().union(*(
            {callee} if callee in self.frames else self.titles.get(callee, {callee})
            for callee in callees)) for caller, callees in self.calls.items()}
        unknown = {function for table in self.tables for function in table.values()
                   if 'Operations' not in function} - self.titles.keys()
        assert not unknown, f'in tables, but not compiled: {unknown}'
        jumps = read_jumps(objects, objdump)
        for caller, callees in self.calls.items():
            self.jumps |= {(caller, callee) for callee in callees
                           if symbol_of(callee) in jumps[symbol_of(caller)]}
        for caller, path, line, column in by_pointer:
            text = Path(path).read_text().splitlines()[int(line) - 1]
            pointer, callees = self.behind_pointer(self.names[caller], text, int(column) - 1)
            if POINTER in jumps[symbol_of(caller)]:
                self.jumps |= {(caller, callee) for callee in callees - self.calls[caller]}
            self.calls[caller] |= callees
            self.pointers |= {(caller, callee): pointer for callee in callees}
        self.copies = {}
        for way, what in NEVER.items():
            self.leave_out(way, what)
        self.known, self.leading_back = {}, {}

    def read(self, line, by_pointer):
        if node := NODE.match(line):
            title = node['title']
            assert node['kind'] != 'dynamic', f'{node["name"]}: its frame has no fixed size'
            self.frames[title] = max(int(node['bytes']), self.frames.get(title, 0))
            self.names[title] = node['name']
        elif edge := EDGE.match(line):
            caller, callee, *place = edge.groups()
            if callee == '__indirect_call':
                by_pointer.append((caller, *place))
            else:
                self.calls[caller].add(callee)

    def matching(self, pattern):
        return {title for title, name in self.names.items() if re.search(pattern, name)}

    def behind_pointer(self, caller, text, column):
        """The pointer that is called in this line, and what may be behind it. GCC's column is where
        the name begins or ends, or that of a call around it."""
        for call in CALL.finditer(text):
            member, name = call.groups()
            if call.end() <= column:
                continue
            if member and any(name in table for table in self.tables):
                return name, self.in_tables(caller, name)
            if name in POINTERS:
                return name, self.matching(POINTERS[name]) if POINTERS[name] else set()
            # A virtual function of the port.
            if found := self.matching(rf'\b(CortexM|\w*Port)(<.*>)?::{name}\('):
                return name, found
        raise ValueError(f'{caller}: nobody knows what is called in {text.strip()}')

    def in_tables(self, caller, member):
        functions = {table[member] for table in self.tables if member in table}
        held = set().union(*(self.titles[function] for function in functions))
        for (function, by), what in NARROWED.items():
            if f'::{function}(' in caller and by == member:
                held &= self.matching(what)
        return held

    def leave_out(self, way, what):
        """Gives each function on the way a copy of the next, whose last does not call `what`."""
        callers = self.matching(rf'::{way[0]}\(')
        for function in way[1:]:
            copies = set()
            for caller in callers:
                for title in self.calls[caller] & self.matching(rf'::{function}\('):
                    copy = f'{title} of {caller}'
                    self.names[copy], self.frames[copy] = self.names[title], self.frames[title]
                    self.calls[copy] = set(self.calls[title])
                    self.calls[caller] = self.calls[caller] - {title} | {copy}
                    self.copies[copy] = self.copies.get(title, title)
                    copies.add(copy)
            callers = copies
        for caller in callers:
            self.calls[caller] -= self.matching(what)

    def above(self, symbol):
        """The same graph with those functions alone that lead to a call of `symbol`."""
        graph, ahead = self.copy(), [symbol]
        graph.frames = {}
        while ahead:
            callee = ahead.pop()
            for caller in self.frames.keys() - graph.frames.keys():
                if callee in self.calls[caller]:
                    graph.frames[caller] = self.frames[caller]
                    ahead.append(caller)
        return graph

    def without(self, pattern):
        """The same graph where functions of this name call nothing."""
        graph = self.copy()
        graph.calls |= {title: set() for title in self.matching(pattern)}
        return graph

    def described(self, way):
        """[(bytes, function, the pointer by which it was called or '')]"""
        way = [self.copies.get(title, title) for title in way]
        return [(self.held(title, below), short(self.names[title]),
                 self.pointers.get((above, title), ''))
                for above, title, below in zip(['', *way], way, [*way[1:], ''])]

    def held(self, title, callee):
        """Bytes of the frame of `title` while `callee` runs."""
        calling = self.copies.get(title, title), self.copies.get(callee, callee)
        return 0 if calling in self.jumps else self.frames[title]

    def copy(self):
        graph = copy.copy(self)
        graph.calls, graph.known, graph.leading_back = self.calls.copy(), {}, {}
        return graph

    def deepest(self, title, passed=frozenset()):
        """Bytes of the longest way down from `title`, and the functions on it. `passed`: those
        above that could be passed again."""
        if (title, passed) not in self.known:
            self.known[title, passed] = self.search(title, passed)
        return self.known[title, passed]

    def search(self, title, passed):
        own = self.copies.get(title, title)
        below = passed | {own} if self.leads_back(title) else frozenset()
        ways = [(self.frames[title], ())]
        for callee in self.calls[title] & self.frames.keys():
            held = self.held(title, callee)
            if self.copies.get(callee, callee) not in below:
                bytes_, way = self.deepest(callee, below)
                ways.append((held + bytes_, way))
            elif GUARDED.search(self.names[callee]):
                ways.append((held + self.frames[callee], (callee,)))
        deepest, way = max(ways)
        return deepest, (title, *way)

    def leads_back(self, title):
        """Whether a way from `title` comes to it, or to another copy of it, again."""
        if title not in self.leading_back:
            own = self.copies.get(title, title)
            seen, ahead, back = set(), [title], False
            while ahead and not back:
                callees = (self.calls[ahead.pop()] & self.frames.keys()) - seen
                back = any(self.copies.get(callee, callee) == own for callee in callees)
                seen |= callees
                ahead += callees
            self.leading_back[title] = back
        return self.leading_back[title]
