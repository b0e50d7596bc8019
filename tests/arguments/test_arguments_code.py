"""Functions, methods, classes and callables as values: by their code, names and what they reach."""

from __future__ import annotations

import functools
from collections.abc import Callable

import rememo
from _samples import Scale, increment
from _support import cell, hit, miss, ran


def same(one: str, other: str, name: str = "f") -> bool:
    return rememo.hash(cell(one, name)) == rememo.hash(cell(other, name))


def test_a_function_counts_by_its_code() -> None:
    plain = "def f(x): return x + 1"
    assert same(plain, plain)
    assert not same(plain, "def f(x): return x + 2")
    assert not same(plain, "def f(x): return x - 1")
    assert not same(plain, "def f(x): return x + 1.0")
    assert not same("def f(x): return x == 1", "def f(x): return x == True")
    assert not same("def f(x): return x.a", "def f(x): return x.b")
    assert not same("def f(x): x.a = 1", "def f(x): x.b = 1")
    assert not same("def f(x):\n global a\n a = x", "def f(x):\n global b\n b = x")


def test_comments_lines_and_docstrings_do_not_count() -> None:
    assert same(
        "def f(x): return x + 1", "\n\n# why\ndef f(x):\n    '''Doc.'''\n\n    return x + 1"
    )
    assert same("def f(x): return x + 1", "def f(x: int) -> int: return x + 1")


def test_the_names_of_locals_do_not_count_but_for_code_that_sees_them() -> None:
    assert same("def f(x):\n y = x\n return y", "def f(x):\n z = x\n return z")
    assert not same("def f(x):\n y = x\n return locals()", "def f(x):\n z = x\n return locals()")


def test_a_docstring_counts_where_code_reads_it() -> None:
    read = "def f(x):\n '''{}'''\n return f.__doc__"
    assert not same(read.format("one"), read.format("two"))


def test_a_function_counts_by_its_names() -> None:
    """Library code reads `__name__` (`DataFrame.agg`): a value is its name, too."""
    assert rememo.hash(cell("def f(x): return x")) != rememo.hash(cell("def g(x): return x", "g"))
    nested = "def outer():\n def f(x): return x\n return f\nf = outer()"
    assert not same("def f(x): return x", nested)


def test_a_function_counts_by_its_defaults() -> None:
    assert not same("def f(x=1): return x", "def f(x=2): return x")
    assert not same("def f(x=1): return x", "def f(x=1.0): return x")
    assert not same("def f(*, x=1): return x", "def f(*, x=2): return x")
    assert not same("def f(x=1): return x", "def f(*, x=1): return x")
    assert same("def f(x=[1]): return x", "def f(x=[1]): return x")


def test_a_function_counts_by_its_closure() -> None:
    def make(captured: object) -> Callable[[], object]:
        def inner() -> object:
            return captured

        return inner

    assert rememo.hash(make(1)) == rememo.hash(make(1))
    assert rememo.hash(make([1])) == rememo.hash(make([1]))
    assert rememo.hash(make(1)) != rememo.hash(make(2))
    assert rememo.hash(make(1)) != rememo.hash(make(True))


def test_an_empty_cell_is_hashed() -> None:
    def make(assign: bool) -> Callable[[], object]:
        if assign:
            late = 1

        def inner() -> object:
            return late

        return inner

    assert rememo.hash(make(False)) == rememo.hash(make(False))
    assert rememo.hash(make(False)) != rememo.hash(make(True))


def test_a_function_counts_by_the_globals_and_helpers_it_reads() -> None:
    reads = "RATE = {}\ndef help(x): return x * RATE\ndef f(x): return help(x)"
    assert same(reads.format(1), reads.format(1))
    assert not same(reads.format(1), reads.format(2))
    unrelated = reads.format(1) + "\nOTHER = 1\ndef another(): return 2"
    assert same(reads.format(1), unrelated)


def test_a_global_changed_between_two_looks_counts() -> None:
    f = cell("LIMITS = [1]\ndef f(x): return LIMITS[0] + x")
    before = rememo.hash(f)
    f.__globals__["LIMITS"].append(2)
    assert rememo.hash(f) != before
    f.__globals__["LIMITS"].pop()
    assert rememo.hash(f) == before


def test_recursion_ends() -> None:
    single = "def f(n): return 1 if n < 2 else n * f(n - 1)"
    assert same(single, single)
    mutual = "def g(n): return n == 0 or f(n - 1)\ndef f(n): return n != 0 and g(n - {})"
    assert same(mutual.format(1), mutual.format(1))
    assert not same(mutual.format(1), mutual.format(2))


def test_nested_functions_and_comprehensions_count() -> None:
    assert not same("def f(x): return [y + 1 for y in x]", "def f(x): return [y + 2 for y in x]")
    assert not same("def f(x): return (lambda: x + 1)()", "def f(x): return (lambda: x + 2)()")
    assert not same("def f(x): return f'{x:d}'", "def f(x): return f'{x:x}'")
    assert not same("def f(x): return f'{x!r}'", "def f(x): return f'{x!s}'")
    match = "def f(x):\n match x:\n  case {}: return 1\n return 2"
    assert not same(match.format("1"), match.format("2"))
    assert not same(match.format("[a, b]"), match.format("[a, *b]"))
    handled = "def f(x):\n try: return x()\n except {}: return 2"
    assert not same(handled.format("KeyError"), handled.format("ValueError"))


def test_the_body_of_a_wrapper_counts_and_so_does_what_it_wraps() -> None:
    wrapped = (
        "import functools\n"
        "def deco(g):\n"
        " @functools.wraps(g)\n"
        " def inner(x): return g(x) + {outer}\n"
        " return inner\n"
        "@deco\n"
        "def f(x): return x + {inner}"
    )
    assert same(wrapped.format(outer=1, inner=1), wrapped.format(outer=1, inner=1))
    assert not same(wrapped.format(outer=1, inner=1), wrapped.format(outer=2, inner=1))
    assert not same(wrapped.format(outer=1, inner=1), wrapped.format(outer=1, inner=2))


def test_a_class_counts_by_its_body_and_bases() -> None:
    source = (
        "class Base:\n limit = {limit}\n def area(self): return {area}\n"
        "class f(Base):\n def name(self): return {name!r}"
    )
    base = {"limit": 1, "area": 2, "name": "a"}
    assert same(source.format(**base), source.format(**base))
    for change in ({"limit": 2}, {"area": 3}, {"name": "b"}):
        assert not same(source.format(**base), source.format(**{**base, **change})), change


def test_an_instance_counts_by_the_code_of_its_class() -> None:
    source = "class C:\n def __init__(self): self.x = 1\n def m(self): return {}\nf = C()"
    assert same(source.format(1), source.format(1))
    assert not same(source.format(1), source.format(2))
    inherited = "class B:\n def m(self): return {}\nclass C(B): pass\nf = C()"
    assert not same(inherited.format(1), inherited.format(2))


def test_dataclasses_and_enums_made_again_are_the_same() -> None:
    """Re-running a cell that defines a class, an Enum or a dataclass changes nothing."""
    for source in (
        "import enum\nclass Colour(enum.Enum):\n RED = 1\nf = Colour.RED",
        "import dataclasses\n@dataclasses.dataclass\nclass P:\n x: int = 1\nf = P()",
        "from typing import NamedTuple\nclass P(NamedTuple):\n x: int = 1\nf = P()",
        "class C: pass\nf = C()",
        "import abc\nclass C(abc.ABC):\n def m(self): return 1\nf = C()",
    ):
        assert same(source, source), source
        assert cell(source) is not cell(source)


def test_the_fields_of_a_dataclass_count() -> None:
    source = "import dataclasses\n@dataclasses.dataclass{}\nclass P:\n x: {} = {}\nf = P"
    base = source.format("", "int", 1)
    assert not same(base, source.format("", "int", 2))
    assert not same(base, source.format("", "float", 1))
    assert not same(base, source.format("(frozen=True)", "int", 1))
    assert not same(base, source.format("(order=True)", "int", 1))


def test_a_bound_method_counts_by_its_instance_and_function() -> None:
    assert rememo.hash(Scale(1).apply) == rememo.hash(Scale(1).apply)
    assert rememo.hash(Scale(1).apply) != rememo.hash(Scale(2).apply)
    assert rememo.hash(Scale(1).apply) != rememo.hash(Scale(1).undo)
    assert rememo.hash(Scale(1).apply) != rememo.hash(Scale.apply)


def test_a_partial_counts_by_function_and_arguments() -> None:
    assert rememo.hash(functools.partial(increment, 1)) == rememo.hash(
        functools.partial(increment, 1)
    )
    one, two = cell("def f(x): return x"), cell("def f(x): return x + 1")
    assert rememo.hash(functools.partial(one, 1)) != rememo.hash(functools.partial(two, 1))


def test_a_function_argument_edited_in_place_misses() -> None:
    """`f.__code__` and the defaults can be replaced: a function is no immutable."""

    @rememo.cache
    def call(function: Callable[[int], int]) -> int:
        ran()
        return function(1)

    helper = cell("def f(x, y=1): return x + y")
    assert miss(call, helper) == 2
    assert hit(call, helper) == 2
    helper.__code__ = cell("def f(x, y=1): return x - y").__code__
    assert miss(call, helper) == 0
    helper.__defaults__ = (5,)
    assert miss(call, helper) == -4
    hit(call, helper)


def test_a_class_argument_edited_in_place_misses() -> None:
    class Rule:
        limit = 1

        def check(self, x: int) -> bool:
            return x < self.limit

    @rememo.cache
    def check(rule: Rule) -> bool:
        ran()
        return rule.check(1)

    rule = Rule()
    assert miss(check, rule) is False
    Rule.limit = 2
    assert miss(check, rule) is True
    Rule.check = lambda self, x: False  # type: ignore[method-assign]
    assert miss(check, rule) is False
    hit(check, rule)


def test_what_is_typed_into_main_is_the_users_code_whatever_program_runs_it() -> None:
    """`python -m asyncio`, a debugger or a test runner: `__main__` may lie in a library."""
    source = "def f(x): return x + {}"
    one, other = (cell(source.format(number), __name__="__main__") for number in (1, 2))
    assert rememo.hash(one) != rememo.hash(other)
