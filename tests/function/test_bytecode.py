"""The canonical digest of code and the reads found in it: on the standard library, case by case."""

import ast
import dis
import os
import subprocess
import sys
import sysconfig
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from random import Random
from textwrap import dedent

import code_edits
import pytest
from rememo import _native

LIBRARY = Path(sysconfig.get_path("stdlib"))
PACKAGES = ["", "asyncio", "collections", "concurrent/futures", "email", "json", "logging"]
MODULES = [path for package in PACKAGES for path in sorted((LIBRARY / package).glob("*.py"))][:200]


def all_code(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from all_code(constant)


def tree_of(path: Path) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(path.read_bytes())


def body(code: types.CodeType) -> str:
    """The digest in which free variables count by place, for their names are locals further out."""
    return _native._code_facts(code)["body"]


def function(source: str, name: str | None = None) -> types.CodeType:
    """The code of the first (or the named) function in a source."""
    codes = list(all_code(compile(dedent(source), "<test>", "exec", dont_inherit=True)))
    if name is None:
        return codes[1]
    return next(code for code in codes if code.co_name == name)


def digest(source: str) -> str:
    return _native._code_digest(function(source))


def accesses(source: str, name: str | None = None) -> set[tuple]:
    return {access[:4] for access in _native._code_accesses(function(source, name))}


# On the standard library: what no run can tell apart has one digest, function by function


def reads(code: types.CodeType, free: list[str]) -> list[tuple]:
    """What the code reads, in order, with free variables by place and without lines."""
    return [
        (kind, free.index(name) if name in free and kind == "free" else name, path, usage)
        for kind, name, path, usage, _ in _native._code_accesses(code)
    ]


def assert_same_code(modules: list[Path], edit, counts=lambda facts: True) -> None:
    different, compared = [], 0
    for path in modules:
        tree = tree_of(path)
        edited = edit(tree)
        if edited is None:
            continue
        before = list(all_code(code_edits.compiled(tree)))
        after = list(all_code(code_edits.compiled(edited)))
        assert [code.co_name for code in before] == [code.co_name for code in after]
        for one, other in zip(before, after, strict=True):
            facts, edited_facts = _native._code_facts(one), _native._code_facts(other)
            if counts(facts):
                compared += 1
                if facts["body"] != edited_facts["body"]:
                    different.append(f"{path.name}: {one.co_qualname}")
                elif reads(one, facts["free"]) != reads(other, edited_facts["free"]):
                    different.append(f"{path.name}: {one.co_qualname} (reads)")
    assert different == []
    assert compared > 500


def test_formatting_does_not_count():
    assert_same_code(MODULES[0::4], code_edits.reformatted)


def test_line_breaks_anywhere_do_not_count():
    random = Random(0)
    assert_same_code(MODULES[1::6], lambda tree: code_edits.scattered(tree, random))


def test_docstrings_do_not_count():
    def counts(facts):
        return not facts["reads_doc"]

    assert_same_code(MODULES[2::10], code_edits.without_docstrings, counts)
    assert_same_code(MODULES[3::10], code_edits.with_docstrings, counts)


def test_annotations_of_nested_functions_do_not_count():
    def counts(facts):
        return not facts["reads_annotations"]

    assert_same_code(MODULES[5::10], code_edits.without_annotations, counts)
    assert_same_code(MODULES[7::10], code_edits.with_annotations, counts)


def test_names_of_locals_do_not_count():
    random = Random(0)
    assert_same_code(
        MODULES[3::6],
        lambda tree: code_edits.renamed_locals(tree, random),
        lambda facts: not facts["sees_locals"],
    )


# … and what a run can tell apart has different ones


def instructions(code: types.CodeType) -> list[tuple]:
    """The code as `dis` shows it, without lines; what is the same here is no mutation."""
    listed: list[tuple] = [(code.co_varnames, code.co_flags, code.co_argcount)]
    for i in dis.get_instructions(code):
        nested = instructions(i.argval) if isinstance(i.argval, types.CodeType) else None
        listed.append((i.opname, nested or repr(i.argval)))
    return listed


@pytest.mark.parametrize("part", range(4))
def test_every_mutation_counts(part):
    random = Random(part)
    missed, tried = [], 0
    for path in MODULES[part::32]:
        plain = code_edits.without_annotations(code_edits.without_docstrings(tree_of(path)))
        before = code_edits.compiled(plain)
        known = body(before)
        for change, mutated in code_edits.mutations(plain, random, 12):
            try:
                after = code_edits.compiled(mutated)
            except SyntaxError:
                continue
            tried += 1
            if body(after) == known and instructions(after) != instructions(before):
                missed.append(f"{path.name}: {change}")
    assert missed == []
    assert tried > 50


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", "1.0"),
        ("1", "True"),
        ("0", "False"),
        ("0.0", "-0.0"),
        ("0j", "-0j"),
        ("'a'", "b'a'"),
        ("(1, 2)", "(1, 2.0)"),
        ("(1, (2, 3))", "((1, 2), 3)"),
        ("('ab', 'c')", "('a', 'bc')"),
        ("x in {1, 2}", "x in {1, 3}"),
        ("x in {1}", "x in {1.0}"),
        ("None", "..."),
        ("2**62", "2**63"),
        ("-2**64", "2**64"),
        ("'\\ud800'", "'\\ud801'"),
        ("x + y", "x - y"),
        ("x - y", "y - x"),
        ("x < y", "x <= y"),
        ("x is y", "x is not y"),
        ("x and y", "x or y"),
        ("x if y else 1", "x if not y else 1"),
        ("x[1:2]", "x[1:3]"),
        ("f(x)", "g(x)"),
        ("f(x, y)", "f(y, x)"),
        ("f(x, a=y)", "f(x, b=y)"),
        ("f(x, y)", "f(x, *y)"),
        ("f(*x)", "f(**x)"),
        ("f(a=1, b=2)", "f(b=1, a=2)"),
        ("x.a", "x.b"),
        ("x.a()", "x.a"),
        ("(f, g())", "f(g)"),
        ("f'{x}'", "f'{y}'"),
        ("f'{x!r}'", "f'{x!s}'"),
        ("f'{x:>3}'", "f'{x:>4}'"),
        ("[a for a in x]", "[a for a in y]"),
        ("[a for a in x]", "[a for a in x if a]"),
        ("[a for a in x]", "(a for a in x)"),
        ("[a for a in x]", "{a for a in x}"),
        ("[(a, b) for a, b in x]", "[(b, a) for a, b in x]"),
        ("[x for x in y], x", "[z for z in y], z"),
        ("lambda: x", "lambda: y"),
        ("lambda a: a", "lambda b: b"),
        ("lambda a, /: a", "lambda a: a"),
        ("lambda *a: a", "lambda **a: a"),
        ("lambda a=1: a", "lambda a=2: a"),
        ("(lambda: x, lambda: y)", "(lambda: y, lambda: x)"),
        ("(yield x)", "(yield y)"),
        ("(yield x)", "(yield from x)"),
        ("(z := x) + z", "(z := y) + z"),
    ],
)
def test_expressions_that_differ(one, other):
    def source(expression):
        return f"def f(x, y):\n    return {expression}"

    assert digest(source(one)) != digest(source(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = x; b = y; return a", "a = x; b = y; return b"),
        ("f(); g()", "g(); f()"),
        ("global z; z = x", "global w; w = x"),
        ("global z; z = x", "z = x"),
        ("x.a = 1", "x.b = 1"),
        ("del x.a", "del x.b"),
        ("del x[0]", "x[0]"),
        ("x += y", "x = x + y"),
        ("import a", "import b"),
        ("import a.b as c; return c", "import a.c as c; return c"),
        ("from a import b", "from .a import b"),
        ("from .a import b", "from ..a import b"),
        ("from a import b; return b", "from a import c as b; return b"),
        ("assert x", "assert y"),
        ("raise x", "raise x from y"),
        ("def g(): return 1\n  return g", "def h(): return 1\n  return h"),
        ("def g(): return x\n  return g", "def g(): return y\n  return g"),
        ("class A: a = 1\n  return A", "class A: b = 1\n  return A"),
        ("class A: a: int\n  return A", "class A: a: str\n  return A"),
        ("class A(x): pass\n  return A", "class A(y): pass\n  return A"),
        ("try: f()\n  except A: g()", "try: f()\n  except B: g()"),
        ("try: f()\n  except A: g()", "try: f()\n  finally: g()"),
        ("try: f()\n  except A: g()", "f(); g()"),
        ("try:\n    f()\n    g()\n  except A: h()", "try: f()\n  except A: h()\n  else: g()"),
        ("try: f()\n  except A: g()", "try: f()\n  except* A: g()"),
        ("while True: pass", "return"),
        (
            "try:\n    while True: pass\n  except K: f()",
            "try:\n    while True: pass\n  except K: g()",
        ),
        ("for a in x: f(a)", "for a in x: f(x)"),
        ("for a in x: break\n  else: g()", "for a in x: continue\n  else: g()"),
        ("with x: f()", "with y: f()"),
        ("with x: f()", "x; f()"),
        ("with x as a: f(a)", "with x as a: f(x)"),
        ("match x:\n    case 1: f()", "match x:\n    case 2: f()"),
        ("match x:\n    case [a, b]: f(a)", "match x:\n    case [a, b]: f(b)"),
        ("match x:\n    case A(b=1): f()", "match x:\n    case A(c=1): f()"),
        ("match x:\n    case {'k': a}: f(a)", "match x:\n    case {'l': a}: f(a)"),
        ("a = 1\n  def g(): nonlocal a; a = 2\n  g()", "a = 1\n  def g(): a = 2\n  g()"),
        ("a, b = 1, 2\n  return lambda: a - b", "a, b = 1, 2\n  return lambda: b - a"),
    ],
)  # fmt: skip
def test_statements_that_differ(one, other):
    def source(statements):
        return f"def f(x, y):\n  {statements}"

    assert digest(source(one)) != digest(source(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(a): return a", "def f(b): return b"),
        ("def f(*, a): return a", "def f(*, b): return b"),
        ("def f(a, b): return a", "def f(a, /, b): return a"),
        ("def f(a, b): return a", "def f(a, *, b): return a"),
        ("def f(a, b): return a", "def f(a, *b): return a"),
        ("def f(a, /, b): return a", "def f(a, /, b): return b"),
        ("def f(): return g()", "async def f(): return g()"),
        ("async def f(): return await g()", "async def f(): return g()"),
        ("async def f(): return [a async for a in g()]", "async def f(): return [a for a in g()]"),
        ("async def f():\n  async with a: b()", "async def f():\n  with a: b()"),
        ("def f():\n  return 1\n  yield", "def f():\n  return 1"),
    ],
)
def test_functions_that_differ(one, other):
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(a, /, *b, **c): return a, b, c", "def f(x, /, *y, **z): return x, y, z"),
        ("def f():\n  return 1", "def g():\n\n\n  'Doc.'\n  return 1"),
        ("def f(x: int) -> str: return x", "def f(x): return x"),
        ("def f(x):\n  'Doc.'", "def f(x): pass"),
        ("def f(x):\n  y: int = x\n  return y", "def f(x):\n  y = x\n  return y"),
        (
            "def f(x):\n  def g(a: int, *, b: str = 'b') -> x: return x\n  return g",
            "def f(x):\n  def g(a, *, b='b'): return x\n  return g",
        ),
        (
            "def f(x):\n  t = x()\n  def g(a: t): return x\n  return g, t",
            "def f(x):\n  t = x()\n  def g(a): return x\n  return g, t",
        ),
        (
            "def f(x):\n  t = x()\n  class A:\n    def m(self) -> t: pass\n  return A, t",
            "def f(x):\n  t = x()\n  class A:\n    def m(self): pass\n  return A, t",
        ),
        (
            "def f(x):\n  class A:\n    'Doc.'\n    def m(self) -> int: self.a = 1\n  return A",
            "def f(x):\n\n  class A:\n    def m(self): self.a = 1\n  return A",
        ),
        (
            "def f(x):\n  a, b = x\n  def g(): return a, b\n  return g",
            "def f(x):\n  z, y = x\n  def g(): return z, y\n  return g",
        ),
        (
            "def f(x):\n  return [a for a in x], [a for a in x]",
            "def f(x):\n  return [b for b in x], [c for c in x]",
        ),
        (
            "def f(x):\n  a = 1\n  return [a for a in x], a",
            "def f(x):\n  b = 1\n  return [a for a in x], b",
        ),
        (
            "def f(x):\n  return [lambda: a for a in x]",
            "def f(x):\n  return [lambda: b for b in x]",
        ),
        (
            "def f(x):\n  try: return x()\n  except E as e: print(e)",
            "def f(x):\n  try: return x()\n  except E as error: print(error)",
        ),
        (
            "def f(x):\n  import a.b as c\n  from d import e as g\n  return c, g",
            "def f(x):\n  import a.b as h\n  from d import e as i\n  return h, i",
        ),
        (
            "def f(x):\n  match x:\n    case [a, *b]: return a, b",
            "def f(x):\n  match x:\n    case [c, *d]: return c, d",
        ),
        (
            "def f(a, b):\n  (a,\n   b) = b, a\n  return a",
            "def f(a, b):\n  (a, b) = b, a\n  return a",
        ),
        (
            "def f(x):\n  for (_,\n       _) in x: pass",
            "def f(x):\n  for _, _ in x: pass",
        ),
        (
            "def f(x):\n  return (x.a\n    .b(1)\n    .c()) if (x and\n    x.d or x.e) else 1",
            "def f(x):\n  return x.a.b(1).c() if x and x.d or x.e else 1",
        ),
    ],
)  # fmt: skip
def test_functions_that_are_the_same(one, other):
    assert digest(one) == digest(other)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is new in 3.12")
def test_type_parameters():
    generic = "def f():\n  def g[T](x{}): return x\n  return g"
    assert digest(generic.format(": T")) == digest(generic.format(""))
    assert digest(generic.format("")) != digest("def f():\n  def g[U](x): return x\n  return g")
    alias = "def f(a):\n  type A[T] = {}\n  return A"
    assert digest(alias.format("list[T]")) != digest(alias.format("dict[T]"))


def test_an_import_elsewhere_in_the_file_does_not_count():
    one = function("def f(path): return path.exists(1)", "f")
    other = function("import path\ndef f(path): return path.exists(1)", "f")
    assert _native._code_digest(one) == _native._code_digest(other)


def test_future_annotations_do_not_count():
    source = "def f(x):\n  def g(a: x.y) -> 'z': return a\n  return g"
    assert digest(source) == digest("from __future__ import annotations\n" + source)


@pytest.mark.parametrize("name", ["locals", "vars", "dir", "eval", "exec"])
def test_names_of_locals_count_where_code_can_see_them(name):
    plain = "def f():\n  {0} = 1\n  return " + name + "()"
    assert digest(plain.format("a")) != digest(plain.format("b"))
    nested = "def f():\n  {0} = 1\n  def g():\n    return {0}, " + name + "()\n  return g"
    assert digest(nested.format("a")) != digest(nested.format("b"))


def test_docstrings_and_annotations_count_where_code_can_see_them():
    read = "def f():\n  '{}'\n  return f.__doc__"
    assert digest(read.format("a")) != digest(read.format("b"))
    fetched = "def f():\n  def g():\n    '{}'\n  return getattr(g, '__doc__')"
    assert digest(fetched.format("a")) != digest(fetched.format("b"))
    hints = "def f():\n  def g(a: {}): pass\n  return get_type_hints(g)"
    assert digest(hints.format("int")) != digest(hints.format("str"))


def test_a_docstring_counts_where_it_is_used():
    assert digest("def f():\n  'a'\n  return 'a'") != digest("def f():\n  'a'\n  return 'b'")


def test_free_variables_count_by_name_and_by_place():
    nest = "def f(a, b):\n  def g(): return {}\n  return g"
    one, swapped = function(nest.format("a - b"), "g"), function(nest.format("b - a"), "g")
    assert _native._code_digest(one) != _native._code_digest(swapped)
    # By place they are the same function of what the places hold …
    assert body(one) == body(swapped)
    # … and the places tell which variable that is.
    assert _native._code_facts(one)["free"] == ["a", "b"]
    assert _native._code_facts(swapped)["free"] == ["b", "a"]


def test_equal_sets_have_one_digest_under_any_hash_seed():
    source = "def f(x): return x in {'a', 'b', 'c', 'd', 'e', ('f', 'g')}"
    report = f"""
        from rememo import _native
        print(_native._code_digest(compile({source!r}, "<test>", "exec").co_consts[0]))
    """

    def elsewhere(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", dedent(report)]
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    assert {elsewhere(seed) for seed in ("1", "2", "3")} == {digest(source)}


# Code that runs, or is watched while it runs, keeps its digest


def running_example(values):
    total = 0
    for value in values:
        if value % 3 == 0:
            total += value * 2
        elif isinstance(value, int):
            total -= len(str(value))
    return [total + extra for extra in range(2)], {"total": total}.get("total")


def test_specialised_code_keeps_its_digest():
    before = digest_of_example()
    for _ in range(2000):
        running_example([1, 2, 3])
    assert digest_of_example() == before


def digest_of_example() -> str:
    return _native._code_digest(running_example.__code__)


def test_traced_code_keeps_its_digest():
    before = digest_of_example()
    seen = []

    def trace(frame, event, argument):
        frame.f_trace_opcodes = True
        if frame.f_code is running_example.__code__:
            seen.append(digest_of_example())
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        running_example([1, 2, 3])
    finally:
        sys.settrace(previous)
    assert set(seen) == {before}
    assert digest_of_example() == before


def test_profiled_code_keeps_its_digest():
    before = digest_of_example()
    seen = []
    previous = sys.getprofile()
    sys.setprofile(lambda *_: seen.append(digest_of_example()))
    try:
        running_example([1, 2, 3])
    finally:
        sys.setprofile(previous)
    assert set(seen) == {before}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is new in 3.12")
def test_monitored_code_keeps_its_digest():
    monitoring = sys.monitoring
    before = digest_of_example()
    seen = []
    tool = monitoring.OPTIMIZER_ID
    local = (
        monitoring.events.LINE | monitoring.events.INSTRUCTION | monitoring.events.JUMP
        | monitoring.events.BRANCH | monitoring.events.CALL | monitoring.events.PY_START
        | monitoring.events.PY_RETURN | monitoring.events.STOP_ITERATION
    )  # fmt: skip
    monitoring.use_tool_id(tool, "test")
    try:
        for event in (monitoring.events.LINE, monitoring.events.INSTRUCTION):
            monitoring.register_callback(tool, event, lambda *_: seen.append(digest_of_example()))
        monitoring.set_local_events(tool, running_example.__code__, local)
        running_example([1, 2, 3])
    finally:
        monitoring.set_local_events(tool, running_example.__code__, 0)
        monitoring.free_tool_id(tool)
    assert set(seen) == {before}


# What code reads


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("return CONF", {("global", "CONF", (), "Value")}),
        ("return CONF.a.b", {("global", "CONF", ("a", "b"), "Value")}),
        ("return CONF['a'].b[0]", {("global", "CONF", (("a",), "b", (0,)), "Value")}),
        ("return CONF[x]", {("global", "CONF", (), "Value")}),
        ("return helper(x)", {("global", "helper", (), "Call")}),
        ("return helper(x, a=1)", {("global", "helper", (), "Call")}),
        ("return helper(*x, **x)", {("global", "helper", (), "Call")}),
        ("return mod.helper(x if x else 1)", {("global", "mod", ("helper",), "Call")}),
        ("return x.method(CONF)", {("global", "CONF", (), "Value")}),
        ("return f'{CONF.a}'", {("global", "CONF", ("a",), "Value")}),
        ("return helper if x else CONF.a", {
            ("global", "helper", (), "Value"), ("global", "CONF", ("a",), "Value"),
        }),
        ("x.a = (A if x else B).b; x.c()", {
            ("global", "A", (), "Value"), ("global", "B", (), "Value"),
        }),
        ("global A; A = x", {("global", "A", (), "StoreGlobal")}),
        ("global A; A += 1", {("global", "A", (), "Value"), ("global", "A", (), "StoreGlobal")}),
        ("global A; del A", {("global", "A", (), "DeleteGlobal")}),
        ("CONF.a.b = x", {("global", "CONF", ("a", "b"), "StoreAttr")}),
        ("del CONF.a", {("global", "CONF", ("a",), "StoreAttr")}),
        ("CONF['a'] = x", {("global", "CONF", (), "Value")}),
        ("return getattr(CONF, 'a').b()", {
            ("global", "getattr", (), "Call"), ("global", "CONF", (), "Value"),
            ("global", "CONF", ("a", "b"), "Call"),
        }),
        ("import json; return json.dumps(x)", {
            ("import", "json", (), "Import"), ("import", "json", ("dumps",), "Call"),
        }),
        ("import a.b.c; return a.b.c.f(x)", {
            ("import", "a.b.c", (), "Import"), ("import", "a", ("b", "c", "f"), "Call"),
        }),
        ("import a.b.c as d; return d.f", {
            ("import", "a.b.c", (), "Import"), ("import", "a.b.c", ("f",), "Value"),
        }),
        ("from .m import f as g; return g(x)", {
            ("import", ".m", (), "Import"), ("import", ".m:f", (), "Import"),
            ("import", ".m:f", (), "Call"),
        }),
        ("from .. import m; return m", {
            ("import", "..", (), "Import"), ("import", "..:m", (), "Import"),
            ("import", "..:m", (), "Value"),
        }),
        ("c = CONF; return c.a", {("global", "CONF", ("a",), "Value")}),
        ("c = CONF.a\n  if x: c.b = 1\n  return c.d()", {
            ("global", "CONF", ("a", "b"), "StoreAttr"), ("global", "CONF", ("a", "d"), "Call"),
        }),
        ("c = CONF; return lambda: c.a", {("global", "CONF", ("a",), "Value")}),
        ("c = CONF\n  def g():\n    return [c.a for _ in x]\n  return g", {
            ("global", "CONF", ("a",), "Value"),
        }),
        ("if (c := CONF.a) is None: return c.b", {
            ("global", "CONF", ("a",), "Value"), ("global", "CONF", ("a", "b"), "Value"),
        }),
        # A variable with another value too is not followed, so the value counts whole.
        ("c = CONF\n  c = x\n  return c.a", {("global", "CONF", (), "Value")}),
        ("c = CONF\n  def g():\n    nonlocal c; c = x\n  return c.a", {
            ("global", "CONF", (), "Value"),
        }),
        ("c = CONF\n  return eval(x), c.a", {
            ("global", "CONF", (), "Value"), ("global", "eval", (), "Call"),
        }),
        ("x = CONF; return x.a", {("global", "CONF", (), "Value")}),
        ("try: import a\n  except E: a = None\n  return a.b", {
            ("import", "a", (), "Import"), ("import", "a", (), "Value"),
            ("global", "E", (), "Value"),
        }),
        ("match CONF:\n    case {'k': 1} as c: return c.a", {
            ("global", "CONF", (), "Value"), ("global", "CONF", ("a",), "Value"),
        }),
        ("def g(a: HINT = DEFAULT): pass\n  return g", {("global", "DEFAULT", (), "Value")}),
        ("@deco\n  def g(): return inner()\n  return g", {
            ("global", "deco", (), "Call"), ("global", "inner", (), "Call"),
        }),
        ("class A(Base):\n    a = 1\n    b = a + c\n  return A", {
            ("global", "Base", (), "Value"), ("global", "c", (), "Value"),
        }),
        ("return [CONF.a for CONF in x]", set()),
        ("class A:\n    a: int = 1\n  return A", {("global", "int", (), "Value")}),
        ("with LOCK.inner as a: return a", {("global", "LOCK", ("inner",), "Value")}),
    ],
)  # fmt: skip
def test_reads_of_the_outside(statement, expected):
    assert accesses(f"def f(x):\n  {statement}") == expected


def test_reads_of_free_variables():
    source = "def f(a, b, c):\n  def g():\n    nonlocal c\n    c = lambda: a.x(b[0])\n  return g"
    assert accesses(source, "g") == {
        ("free", "a", ("x",), "Call"),
        ("free", "b", ((0,),), "Value"),
        ("free", "c", (), "StoreGlobal"),
    }


def test_super_reads_its_class():
    source = "class A:\n  def f(self): return super().f()"
    assert ("free", "__class__", (), "Value") in accesses(source, "f")


def test_lines_are_those_of_the_first_read():
    source = "def f(x):\n\n  if x:\n    A\n  return (1 +\n    B + A)"
    assert [(name, line) for _, name, _, _, line in _native._code_accesses(function(source))] == [
        ("A", 4),
        ("B", 6),
    ]


@pytest.mark.parametrize("path", MODULES[::20], ids=lambda path: path.name)
def test_every_global_name_is_found(path):
    """Against the names that the compiler wrote down, for code without annotations to leave out."""
    tree = code_edits.without_annotations(tree_of(path))
    for code in all_code(code_edits.compiled(tree)):
        names = {
            i.argval
            for nested in all_code(code)
            for i in dis.get_instructions(nested)
            if i.opname in ("LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL")
        }
        found = {name for kind, name, *_ in _native._code_accesses(code) if kind == "global"}
        assert names <= found


def test_facts():
    source = '''
        def f(x):
            """About f."""
            from a import b
            return x.c.d(b, super(A, x).e)
    '''
    facts = _native._code_facts(function(source))
    assert facts["doc"] == "About f."
    assert facts["attribute_names"] == ["b", "c", "d", "e"]
    assert (facts["first_line"], facts["qualname"], facts["filename"]) == (2, "f", "<test>")
    assert not (facts["sees_locals"] or facts["reads_doc"] or facts["reads_annotations"])
    assert _native._code_facts(function("def f(): return {'not': 'a docstring'}"))["doc"] is None
    assert _native._code_facts(function("f = lambda: 'not a docstring'"))["doc"] is None


# What a module binds


def test_bindings_of_a_module():
    source = """
        import os, os.path
        import a.b as ab
        from . import sibling
        from m import name as other
        from star import *
        def f(): pass
        @deco
        def decorated(): pass
        class C(Base, metaclass=Meta): pass
        NUMBER = 3
        PAIR: tuple = (1, 2)
        one = two = 5
        try:
            import maybe
        except ImportError:
            maybe = None
        if NUMBER:
            def conditional(): pass
        for i in range(3):
            repeated = 1
        squares = [n * n for n in range(3)]
        LAST = 1
        def LAST(): pass
    """
    code = compile(dedent(source), "<test>", "exec")
    bound = {name: (kind, value) for name, kind, value in _native._code_bindings(code)}
    codes = {c.co_name: c for c in code.co_consts if isinstance(c, types.CodeType)}
    assert bound == {
        "os": ("import", "os"),
        "ab": ("import", "a.b"),
        "sibling": ("import", ".:sibling"),
        "other": ("import", "m:name"),
        "*": ("import", "star:*"),
        "f": ("function", codes["f"]),
        "decorated": ("other", None),
        "C": ("class", codes["C"]),
        "NUMBER": ("constant", 3),
        "PAIR": ("constant", (1, 2)),
        "one": ("constant", 5),
        "two": ("constant", 5),
        "maybe": ("other", None),
        "conditional": ("other", None),
        "i": ("other", None),
        "repeated": ("other", None),
        "squares": ("other", None),
        "LAST": ("function", codes["LAST"]),
    }


# Code that no compiler made


def test_what_is_not_code_is_refused():
    with pytest.raises(TypeError):
        _native._code_digest("code")


def test_a_constant_that_no_compiler_makes_is_refused():
    code = function("def f(): return 1234567")
    odd = code.replace(co_consts=tuple([1] if c == 1234567 else c for c in code.co_consts))
    with pytest.raises(TypeError, match="constant of type 'list'"):
        _native._code_digest(odd)


def test_operands_out_of_range_are_refused():
    code = function("def f(): return 1234567")
    with pytest.raises(ValueError, match="malformed"):
        _native._code_digest(code.replace(co_consts=()))
