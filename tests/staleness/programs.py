# ruff: noqa: E501
"""Random programs over globals, closures, classes and containers, and what may happen to them.

A program is put together from parts. A part defines things, has an expression over ``x`` that
reads them, and changes, statements that a program could run at any time. In all of these ``{i}``
is the part's number in the program, ``{r}`` a small random number.
"""

from __future__ import annotations

import random
import textwrap
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    defines: str
    reads: str
    changes: tuple[str, ...]


def part(defines: str, reads: str, *changes: str) -> Part:
    return Part(textwrap.dedent(defines).strip("\n"), reads, changes)


PARTS = [
    # Globals and containers
    part("n{i} = {r}", "n{i} + x", "n{i} = {r}", "globals()['n{i}'] = {r}", "n{i} += 1", "n{i} = float(n{i})", "n{i} = bool({r} % 2)"),
    part("text{i} = 'a'", "text{i} * x", "text{i} = 'b{r}'", "text{i} += 'c'", "text{i} = text{i}.encode()"),
    part("pair{i} = ({r}, [1])", "repr(pair{i})", "pair{i} = ({r}, [1])", "pair{i}[1].append({r})", "pair{i}[1].clear()"),
    part("row{i} = [1, 2]", "sum(row{i}) * x", "row{i}.append({r})", "row{i}[0] = {r}", "row{i} = [{r}]", "row{i}[:] = [{r}, 1]", "row{i}.pop()", "row{i}.reverse()"),
    part("row{i} = [1, 2]", "row{i}[0]", "row{i}[0] = {r}", "row{i}.insert(0, {r})", "row{i}.reverse()", "row{i} = ({r},)"),
    part("row{i} = [1, 2]\nalias{i} = row{i}", "(row{i}, len(row{i}))", "alias{i}.append({r})", "alias{i} = []", "del alias{i}[0]"),
    part("table{i} = {{'a': 1, 'b': {{'c': 2}}}}", "table{i}['a'] + x", "table{i}['a'] = {r}", "table{i}['z'] = {r}", "table{i} = {{'a': {r}}}", "table{i}.update(a={r})", "del table{i}['a']"),
    part("table{i} = {{'a': 1, 'b': {{'c': 2}}}}", "table{i}['b']['c']", "table{i}['b']['c'] = {r}", "table{i}['b'] = {{'c': {r}}}", "table{i}['b']['d'] = {r}", "table{i}.pop('a', 0)"),
    part("table{i} = {{'a': 1, 'b': 2}}", "list(table{i})", "table{i}['k{r}'] = 1", "table{i}['a'] = table{i}.pop('a', 0)", "table{i}.popitem()", "table{i} = {{}}"),
    part("table{i} = {{1: 'p', 2: 'q'}}", "table{i}.get(x, 'none')", "table{i}[{r} % 4] = 'r{r}'", "table{i}.clear()", "table{i}[1.0] = 's'"),
    part("bag{i} = {{1, 2}}", "sorted(bag{i})", "bag{i}.add({r})", "bag{i}.discard({r})", "bag{i} = frozenset([{r}])", "bag{i} = set(bag{i})"),
    part("import collections\nqueue{i} = collections.deque([1, 2], 4)", "list(queue{i})", "queue{i}.append({r})", "queue{i}.rotate()", "queue{i} = collections.deque(queue{i}, {r} + 1)"),
    part("import collections\nlate{i} = collections.OrderedDict(a=1, b=2)", "list(late{i}.items())", "late{i}.move_to_end('a')", "late{i}['c{r}'] = {r}", "late{i}.popitem()"),
    part("raw{i} = bytearray(b'ab')", "bytes(raw{i})", "raw{i}[0] = {r}", "raw{i} += b'c'", "raw{i} = bytes(raw{i})", "raw{i} = bytearray(raw{i})"),
    part("import array\nline{i} = array.array('i', [1, 2])", "sum(line{i}) + x", "line{i}[0] = {r}", "line{i}.append({r})", "line{i} = array.array('d', line{i})"),
    part("deep{i} = [{{'a': ([1], {{'k': {r}}})}}]", "str(deep{i})", "deep{i}[0]['a'][0].append({r})", "deep{i}[0]['a'][1]['k'] = {r}", "deep{i}.append(deep{i}[0])", "deep{i} = [deep{i}[0]]"),
    part("ring{i} = [1]\nring{i}.append(ring{i})", "repr(ring{i})", "ring{i}[0] = {r}", "ring{i}.append({r})", "ring{i} = [{r}, ring{i}]"),
    part("", "(len('ab') if 'len' else x)", "len = lambda y: {r}", "del len"),
    part("def see{i}():\n    try: return missing{i}\n    except NameError: return 'none'", "see{i}()", "missing{i} = {r}", "del missing{i}"),
    # Functions
    part("def g{i}(y): return y + {r}", "g{i}(x)", "def g{i}(y): return y + {r}", "g{i}.__code__ = (lambda y: y * {r}).__code__", "g{i} = lambda y: y - {r}"),
    part("def g{i}(y, z={r}, *, k={r}): return y + z * k", "g{i}(x)", "g{i}.__defaults__ = ({r},)", "g{i}.__kwdefaults__ = {{'k': {r}}}", "g{i}.__kwdefaults__['k'] = {r}", "g{i} = g{i}"),
    part("def g{i}(y, acc=[1, 2]): return sum(acc) + y", "g{i}(x)", "g{i}.__defaults__[0].append({r})", "g{i}.__defaults__ = ([{r}],)", "g{i}.__defaults__[0].pop()"),
    part("def g{i}(y): return y + g{i}.n\ng{i}.n = {r}", "g{i}(x)", "g{i}.n = {r}", "g{i}.other = {r}"),
    part("def h{i}(y): return y + {r}\ndef g{i}(y): return h{i}(y) * 2", "g{i}(x)", "h{i} = lambda y: {r}", "h{i}.__code__ = (lambda y: y + {r}).__code__", "def g{i}(y): return h{i}(y) * {r}"),
    part("def even{i}(y): return 'e' if y <= 0 else odd{i}(y - 1)\ndef odd{i}(y): return 'o' if y <= 0 else even{i}(y - 1)", "even{i}(x)", "def odd{i}(y): return {r}", "def even{i}(y): return odd{i}(y - 1) if y > 0 else {r}", "odd{i} = even{i}"),
    part("from functools import partial\ndef h{i}(a, b): return (a, b)\ng{i} = partial(h{i}, [{r}])", "g{i}(x)", "g{i} = partial(h{i}, {r})", "g{i}.args[0].append({r}) if isinstance(g{i}.args[0], list) else None", "h{i}.__code__ = (lambda a, b: (b, a)).__code__", "g{i} = partial(g{i}.func, *g{i}.args)"),
    part("steps{i} = [abs, lambda y: y + 1]", "[s(x) for s in steps{i}]", "steps{i}.append(lambda y: {r})", "steps{i}.reverse()", "steps{i}[0] = lambda y: y * {r}", "steps{i}.pop()"),
    part("def one{i}(y): return {r}\nkinds{i} = {{'a': one{i}}}", "kinds{i}['a'](x)", "kinds{i}['a'] = lambda y: y + {r}", "one{i}.__code__ = (lambda y: {r}).__code__", "kinds{i}['b'] = abs", "kinds{i} = dict(kinds{i})"),
    part("def twice{i}(fn):\n    def wrapper(y): return fn(y) * 2\n    return wrapper\n@twice{i}\ndef g{i}(y): return y + {r}", "g{i}(x)", "g{i} = twice{i}(lambda y: {r})", "g{i}.__closure__[0].cell_contents = lambda y: {r}", "g{i}.__code__ = g{i}.__code__.replace(co_name='w{r}')"),
    part("import functools\n@functools.singledispatch\ndef g{i}(y): return 0", "g{i}(x)", "g{i}.register(int, lambda y: {r})", "g{i}.register(str, lambda y: {r})", "g{i}.register(bool, lambda y: {r})"),
    # Closures
    part("def make{i}(n):\n    def g(y): return y + n\n    def put(v):\n        nonlocal n\n        n = v\n    return g, put\ng{i}, put{i} = make{i}({r})", "g{i}(x)", "put{i}({r})", "g{i}.__closure__[0].cell_contents = {r}", "g{i}, put{i} = make{i}({r})"),
    part("def make{i}(rows):\n    return lambda y: (y, rows)\nshared{i} = [1]\ng{i} = make{i}(shared{i})", "g{i}(x)", "shared{i}.append({r})", "shared{i} = [9]", "g{i} = make{i}([{r}])", "shared{i}[:] = []"),
    part("def make{i}():\n    def outer():\n        def inner(): return (n, m)\n        return inner\n    n, m = {r}, [1]\n    def put(v):\n        nonlocal n\n        n = v\n        m.append(v)\n    return outer(), put\ng{i}, put{i} = make{i}()", "g{i}()", "put{i}({r})", "g{i}, put{i} = make{i}()"),
    # Namesakes
    part("def make{i}(n): return lambda y: y + n\na{i}, b{i} = make{i}(1), make{i}(2)", "(a{i}(x), b{i}(x))", "a{i}, b{i} = b{i}, a{i}", "b{i}.__closure__[0].cell_contents = {r}", "a{i} = make{i}({r})", "a{i}.__code__ = b{i}.__code__"),
    part("def deco{i}(fn):\n    def wrapper(y): return fn(y)\n    return wrapper\n@deco{i}\ndef a{i}(y): return y + 1\n@deco{i}\ndef b{i}(y): return y * 2", "(a{i}(x), b{i}(x))", "a{i}, b{i} = b{i}, a{i}", "a{i} = deco{i}(lambda y: {r})", "b{i}.__closure__[0].cell_contents = a{i}", "a{i}.__closure__[0].cell_contents = abs"),
    part("def make{i}(v):\n    class P:\n        n = v\n        def m(self): return v\n    return P\na{i}, b{i} = make{i}(1), make{i}(2)", "(a{i}.n, b{i}().m())", "a{i}, b{i} = b{i}, a{i}", "b{i}.n = {r}", "a{i} = make{i}({r})", "b{i}.m = lambda self: {r}"),
    part("fns{i} = [lambda y, k=k: y + k for k in (1, 2)]", "[fn(x) for fn in fns{i}]", "fns{i}.reverse()", "fns{i}[0].__defaults__ = ({r},)", "fns{i}.append(fns{i}[0])", "fns{i}[-1] = fns{i}[0]"),
    # What lies behind something else
    part("import contextvars\nvar{i} = contextvars.ContextVar('var', default=1)", "var{i}.get()", "var{i}.set({r})", "var{i} = contextvars.ContextVar('var', default={r})"),
    part("import weakref\nclass W{i}: n = 1\nkeep{i} = [W{i}()]\nref{i} = weakref.ref(keep{i}[0])", "getattr(ref{i}(), 'n', None)", "keep{i}.clear()", "keep{i}[:] = [W{i}()]; ref{i} = weakref.ref(keep{i}[0])", "W{i}.n = {r}", "ref{i}().n = {r}"),
    part("raw{i} = bytearray(b'ab')\nview{i} = memoryview(raw{i})", "bytes(view{i})", "raw{i}[0] = {r}", "view{i} = memoryview(raw{i})[1:]", "view{i}[0] = {r}"),
    part("import types\nbase{i} = {{'a': 1}}\nproxy{i} = types.MappingProxyType(base{i})", "proxy{i}['a']", "base{i}['a'] = {r}", "base{i} = {{'a': {r}}}", "proxy{i} = types.MappingProxyType(base{i})"),
    part("rows{i} = [1, 2]\ncount{i} = rows{i}.count", "count{i}(1)", "rows{i}.append(1)", "rows{i} = [1]", "count{i} = rows{i}.count"),
    part("import abc\nclass A{i}(abc.ABC): pass\nclass B{i}: pass", "isinstance(B{i}(), A{i})", "A{i}.register(B{i})", "class A{i}(abc.ABC): pass"),
    part("import enum\nclass E{i}(enum.Enum):\n    A = 1\n    def m(self): return {r}\nE{i}.A.extra = 1", "(E{i}.A.extra, E{i}.A.m())", "E{i}.A.extra = {r}", "E{i}.m = lambda self: {r}", "E{i}.A._value_ = {r}"),
    # Classes and instances
    part("class C{i}:\n    n = {r}\n    def m(self): return self.n\no{i} = C{i}()", "o{i}.m() + x", "C{i}.n = {r}", "o{i}.n = {r}", "del o{i}.n", "C{i}.m = lambda self: self.n * {r}", "o{i}.__dict__.clear()", "o{i} = C{i}()"),
    part("class C{i}:\n    n = {r}\no{i} = C{i}()\no{i}.k = [1]", "(o{i}.n, o{i}.k)", "o{i}.k.append({r})", "o{i}.n = {r}", "o{i}.other = {r}", "C{i}.n = property(lambda self: {r})", "o{i}.__dict__['n'] = {r}", "del C{i}.n"),
    part("class B{i}:\n    def m(self): return {r}\nclass C{i}(B{i}): pass\no{i} = C{i}()", "o{i}.m()", "B{i}.m = lambda self: {r}", "C{i}.m = lambda self: -{r}", "del C{i}.m", "B{i}.m.__code__ = (lambda self: {r}).__code__"),
    part("class A{i}:\n    n = 1\nclass B{i}:\n    n = 2\nclass C{i}(A{i}): pass", "C{i}.n", "C{i}.__bases__ = (B{i},)", "C{i}.__bases__ = (A{i},)", "A{i}.n = {r}", "B{i}.n = {r}"),
    part("class A{i}:\n    def m(self): return 1\nclass B{i}:\n    def m(self): return 2\no{i} = A{i}()", "o{i}.m()", "o{i}.__class__ = B{i}", "o{i}.__class__ = A{i}", "A{i}.m = lambda self: {r}", "o{i}.m = lambda: {r}"),
    part("class S{i}:\n    __slots__ = ('a', 'b')\no{i} = S{i}()\no{i}.a = {r}", "(o{i}.a, hasattr(o{i}, 'b'))", "o{i}.a = {r}", "o{i}.b = {r}", "del o{i}.b", "o{i}.a = [{r}]"),
    part("class M{i}(type):\n    n = {r}\nclass C{i}(metaclass=M{i}): pass", "C{i}.n", "M{i}.n = {r}", "C{i}.n = {r}", "del C{i}.n"),
    part("class D{i}:\n    def __init__(self): self.v = {r}\n    def __get__(self, i, o): return self.v\nclass C{i}:\n    d = D{i}()", "C{i}().d", "C{i}.__dict__['d'].v = {r}", "D{i}.__get__ = lambda self, i, o: {r}", "C{i}.d = {r}", "C{i}.d = D{i}()"),
    part("class C{i}: pass\no{i} = C{i}()", "bool(o{i})", "C{i}.__bool__ = lambda self: {r} % 2 == 0", "C{i}.__len__ = lambda self: {r} % 2", "del C{i}.__bool__"),
    part("class C{i}:\n    def __init__(self, n): self.n = n\n    def __add__(self, o): return self.n + o\no{i} = C{i}({r})", "o{i} + x", "o{i}.n = {r}", "C{i}.__add__ = lambda self, o: o * {r}", "o{i} = C{i}({r})"),
    part("import dataclasses\n@dataclasses.dataclass\nclass C{i}:\n    a: int = {r}\n    b: list = dataclasses.field(default_factory=list)\no{i} = C{i}()", "(repr(o{i}), C{i}().a)", "o{i}.a = {r}", "o{i}.b.append({r})", "C{i}.a = {r}", "C{i}.__repr__ = lambda self: 'r{r}'"),
    part("class C{i}(dict):\n    def __missing__(self, key): return {r}\no{i} = C{i}()", "o{i}[x]", "o{i}[{r} % 4] = {r}", "C{i}.__missing__ = lambda self, key: {r}", "o{i}.extra = {r}", "o{i} = C{i}(o{i})"),
    part("kinds{i} = []\nclass B{i}:\n    def __init_subclass__(cls): kinds{i}.append(cls)\nclass P{i}(B{i}):\n    n = {r}", "[k.n for k in kinds{i}]", "class Q{i}(B{i}):\n    n = {r}", "P{i}.n = {r}", "kinds{i}.reverse()"),
    part("class C{i}:\n    table = {{'a': [1]}}\n    @classmethod\n    def m(cls): return str(cls.table)", "C{i}.m()", "C{i}.table['a'].append({r})", "C{i}.table = {{}}", "C{i}.m = staticmethod(lambda: {r})"),
    part("class C{i}:\n    @staticmethod\n    def m(y): return y + {r}\n    @property\n    def p(self): return self._p\no{i} = C{i}()\no{i}._p = {r}", "(o{i}.m(x), o{i}.p)", "o{i}._p = {r}", "C{i}.p = property(lambda self: -{r})", "C{i}.m = staticmethod(lambda y: {r})"),
    part("import types\nspace{i} = types.SimpleNamespace(a={r}, b=types.SimpleNamespace(c=[1]))", "(space{i}.a, space{i}.b.c)", "space{i}.a = {r}", "space{i}.b.c.append({r})", "space{i}.b = types.SimpleNamespace(c={r})", "space{i}.z = {r}"),
    # Modules
    part("", "other.RATE + x", "other.RATE = {r}", "other.RATE = [{r}][0]"),
    part("", "other.double(x)", "other.FACTOR = {r}", "other.double = lambda y: y * {r}", "other.double.__code__ = (lambda y: {r}).__code__", "other.inner = lambda y: y + {r}"),
    part("", "other.CONF['a']['b']", "other.CONF['a']['b'] = {r}", "other.CONF['a'] = {{'b': {r}}}", "other.CONF['z'] = {r}"),
    part("", "other.Box().n", "other.Box.n = {r}", "other.Box = type('Box', (), {{'n': {r}}})"),
    part("", "getattr(other, 'LATE', 0)", "other.LATE = {r}", "del other.LATE"),
    part("", "second(x)", "other.double = lambda y: y * {r}", "second = lambda y: {r}", "second.__code__ = (lambda y: y + {r}).__code__"),
]  # fmt: skip

OTHER = """
FACTOR = 2
RATE = 3
CONF = {"a": {"b": 1}, "c": 2}
class Box:
    n = 1
def inner(y):
    return y * FACTOR
def double(y):
    return inner(y)
def second(y):
    return double(y) + RATE
"""

NOBODY_READS = [
    "unread = {r}",
    "other.UNREAD = {r}",
    "unread_rows = [{r}]",
    "def unread_function(y): return {r}",
    "class Unread: n = {r}",
    "import this_is_not_there",
    "import gc; gc.collect(0)",
]

SHAPES = [
    "return {reads}",
    "return (lambda: {reads})()",
    "return [{reads} for _ in range(1)]",
    "def inside():\n    return {reads}\nreturn inside()",
    "y = {reads}\nreturn y",
    "try:\n    return {reads}\nfinally:\n    pass",
]


@dataclass
class Program:
    """The source of the main module, its cached functions, and what may happen to it."""

    source: str
    entries: list[str]
    changes: list[str]


def write(chance: random.Random, size: int = 7, entries: int = 4) -> Program:
    """A random program."""

    def filled(text: str, number: int) -> str:
        return text.format(i=number, r=chance.randint(0, 9))

    chosen = [(number, chance.choice(PARTS)) for number in range(size)]
    blocks, readers = ["second = other.second"], []
    for number, piece in chosen:
        blocks.append(filled(piece.defines, number))
        shape = chance.choice(SHAPES).format(reads=filled(piece.reads, number))
        helper = f"def helper{number}(x):\n" + textwrap.indent(shape, "    ")
        blocks.append(helper)
        readers += [f"helper{number}(x)", f"({filled(piece.reads, number)})"]
    names = [f"entry{number}" for number in range(entries)]
    for number, name in enumerate(names):
        picked = chance.sample(readers, min(len(readers), chance.randint(1, 4)))
        if number and chance.random() < 0.4:
            picked.append(f"{names[chance.randrange(number)]}(x)")
        body = f"return repr(({', '.join(picked)},))"  # text, as no later change can reach it
        blocks.append(f"@cache\ndef {name}(x):\n    {body}")
    changes = [
        change.replace("{i}", str(number)) for number, piece in chosen for change in piece.changes
    ]
    return Program("\n\n".join(blocks) + "\n", names, changes)


def drawn(change: str, chance: random.Random) -> str:
    """A change with its random number."""
    return change.format(r=chance.randint(0, 9))
