"""Needless misses and spurious errors that other caches have given: each must be a hit here."""

from __future__ import annotations

import collections.abc
import os.path
import sys
from typing import Any

import numpy as np
import pytest
import rememo
from _samples import Plain
from _support import OtherProcess, Project, cell, hit, miss, ran, run_script, runs


@rememo.cache
def call(a: int, b: int = 2, *, c: int = 3) -> int:
    ran()
    return a + b + c


def test_positional_against_keyword() -> None:
    miss(call, 1, 2)
    hit(call, a=1, b=2)
    hit(call, 1, b=2)


def test_the_order_of_keywords() -> None:
    miss(call, a=1, b=2, c=3)
    hit(call, c=3, b=2, a=1)


def test_an_explicit_default() -> None:
    miss(call, 1)
    hit(call, 1, 2, c=3)


def test_a_docstring_a_comment_and_an_annotation() -> None:
    miss(cell("@rememo.cache\ndef f(x):\n ran()\n return x + 1"), 1)
    edited = (
        "\n\n@rememo.cache\ndef f(x: int) -> int:\n '''Doc.'''\n"
        " # Comment.\n ran()\n\n return x + 1"
    )
    hit(cell(edited), 1)


def test_an_object_array() -> None:
    miss(call_with, np.array(["a", 1, None, [2]], dtype=object))
    hit(call_with, np.array(["a", 1, None, [2]], dtype=object))


@rememo.cache
def call_with(value: Any) -> int:
    ran()
    return len(value)


def test_a_set_of_strings_under_another_hash_seed(other_process: OtherProcess) -> None:
    values = [
        {"north", "south", "east", "west"},
        frozenset({"north", "south", "east", "west"}),
        {("a", frozenset({"b", "c"})), ("d", frozenset({"e", "f"}))},
        Plain(names={"x", "y", "z"}),
    ]
    assert other_process.hashes(*values) == [rememo.hash(value) for value in values]


def test_a_constant_set_in_a_body_under_another_hash_seed(tmp_path: Any) -> None:
    """`x in {"a", "b"}` compiles to a frozenset, whose order depends on the seed."""
    source = """
    import rememo
    @rememo.cache
    def f(x):
        return x in {"north", "south", "east", "west"}
    print(f.key("north"))
    """
    assert len({run_script(tmp_path, source, seed=seed) for seed in (0, 1, 2, 3)}) == 1


def test_equal_strings_of_another_identity() -> None:
    """One peer's keys depended on which strings are the same object."""
    built = "".join(["x"] * 100)
    miss(call_with, [built, built])
    hit(call_with, ["x" * 100, "".join(["x"] * 100)])


def test_renamed_locals() -> None:
    miss(cell("@rememo.cache\ndef f(x):\n ran()\n y = x + 1\n return y"), 1)
    hit(cell("@rememo.cache\ndef f(x):\n ran()\n total = x + 1\n return total"), 1)


def test_an_unrelated_function_in_the_same_file(project: Project) -> None:
    source = """
    import rememo
    from _support import ran
    {before}
    @rememo.cache
    def f(x):
        ran()
        return x
    """
    project.write(app=source.format(before=""))
    miss(project.load("app").f, 1)
    project.write(app=source.format(before="OTHER = 1\n    def unrelated(): return OTHER\n"))
    hit(project.load("app").f, 1)


def test_a_function_that_calls_itself() -> None:
    source = "@rememo.cache\ndef f(n):\n ran()\n return 1 if n < 2 else n * f.__wrapped__(n - 1)"
    first = cell(source)
    first(3)
    before = runs()
    assert cell(source)(3) == 6
    assert runs() == before


def test_classes_and_enums_defined_again() -> None:
    """As when a script or a cell runs again: identity is content."""
    source = (
        "import enum, dataclasses\n"
        "class Colour(enum.Enum):\n RED = 1\n"
        "@dataclasses.dataclass\nclass Item:\n colour: Colour\n"
        "class Basket:\n def __init__(self, items): self.items = items\n"
        "@rememo.cache\ndef g(basket):\n ran()\n return len(basket.items)\n"
        "def f(): return g(Basket([Item(Colour.RED)]))\n"
    )
    miss(cell(source))
    hit(cell(source))


def test_a_global_frame_that_a_body_only_names() -> None:
    """`x = GLOBAL_DF` in a body."""
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1, 2]})
    f = cell("@rememo.cache\ndef f():\n ran()\n x = FRAME\n return x['a'].sum()", FRAME=frame)
    assert miss(f) == 3
    assert hit(f) == 3
    frame.loc[0, "a"] = 5
    assert miss(f) == 7


def test_dotted_imports_in_a_body() -> None:
    @rememo.cache
    def f(x: str) -> str:
        import os.path
        import xml.etree.ElementTree as tree
        from collections import abc

        ran()
        return os.path.join(x, tree.__name__, abc.Sized.__name__)

    miss(f, "a")
    hit(f, "a")


def test_method_descriptors() -> None:
    @rememo.cache
    def f(x: str) -> Any:
        ran()
        upper = str.upper
        return [upper(x), list(map(str.strip, [x])), dict.fromkeys(x), "".join(x)]

    miss(f, "a ")
    hit(f, "a ")
    miss(call_with, [str.upper, dict.get, int.__add__, "a".upper])
    hit(call_with, [str.upper, dict.get, int.__add__, "a".upper])


def test_empty_cells() -> None:
    """A closure over a name that has no value yet."""

    def make() -> Any:
        @rememo.cache
        def f(x: int) -> Any:
            ran()
            return x if x < 5 else late

        if x_is_known():
            late = 1
        return f

    f = make()
    assert miss(f, 1) == 1
    assert hit(f, 1) == 1


def x_is_known() -> bool:
    return False


def test_deep_nesting() -> None:
    def nest() -> list[Any]:
        made: list[Any] = []
        for _ in range(20 * sys.getrecursionlimit()):
            made = [made]
        return made

    miss(call_with, nest())
    hit(call_with, nest())


def test_an_output_that_cannot_be_pickled_heals() -> None:
    """One peer left an empty file behind, and each later call failed or recomputed."""

    @rememo.cache(allow_output_mutation=True)
    def function(x: int) -> Any:
        ran()
        return lambda: x

    made = miss(function, 1)
    assert hit(function, 1) is made


def test_an_output_that_cannot_be_hashed_leaves_nothing_broken_behind() -> None:
    answers = {"value": 0}

    @rememo.cache(hash_funcs={dict: lambda _: None})
    def f(x: int) -> Any:
        ran()
        return iter([1]) if answers["value"] == 0 else [x]

    for _ in range(2):
        with pytest.raises(rememo.UnhashableTypeError):
            f(1)
    answers["value"] = 1
    assert f(1) == [1]
    before = runs()
    assert f(1) == [1]
    assert runs() == before


def test_modules_and_what_they_hold_are_no_error() -> None:
    @rememo.cache
    def f(x: str) -> Any:
        ran()
        return (
            os.path.basename(x),
            sys.maxsize,
            collections.abc.Sized,
            np.pi,
            np.linalg.norm([3, 4]),
        )

    miss(f, "a/b")
    hit(f, "a/b")


def test_five_concurrent_misses_run_once(tmp_path: Any) -> None:
    out = run_script(
        tmp_path,
        """
        import threading, time
        import rememo

        @rememo.cache
        def f(x):
            print("ran", flush=True)
            time.sleep(0.3)
            return x

        threads = [threading.Thread(target=f, args=(1,), daemon=True) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
        """,
    )
    assert out.splitlines() == ["ran"]
