"""A hit that is told at once must notice whatever is changed in what the function reads."""

from __future__ import annotations

import collections
import enum
import subprocess
import sys
import textwrap
import types
from collections.abc import Callable
from typing import Any

import pytest
from _support import environment, hit, miss

SOURCE = """
import rememo
from _support import ran
import shop

RATE = 2
NAMES = ["a", "b"]
TABLE = {"a": 1, "deep": {"b": [1, 2]}}
ALLOWED = {"x", "y"}
BOX = Box()
MEMBER = Color.RED
ROWS = [Point(1), Point(2)]


def made(start):
    def inner(x):
        return x + start
    return inner


closed = made(5)


def helper(x, y=1, *, z=2):
    return x + y + z


def tagged(x):
    return tagged.tag + x


tagged.tag = 1


class Base:
    factor = 3

    def scale(self, x):
        return x * self.factor


class Derived(Base):
    pass


@rememo.cache
def f(x):
    ran()
    return repr([
        RATE, NAMES, TABLE, sorted(ALLOWED), vars(BOX), vars(MEMBER), MEMBER.name,
        [vars(row) for row in ROWS], closed(x), helper(x), tagged(x), Derived().scale(x),
        shop.price(x),
    ])
"""


class Box:
    def __init__(self) -> None:
        self.content = [1]


class Point:
    __slots__ = ("__dict__", "x")

    def __init__(self, x: int) -> None:
        self.x = x


class Color(enum.Enum):
    RED = 1


def replace_code(function: Any, replacement: Callable[..., Any]) -> None:
    function.__code__ = replacement.__code__


def other_helper(x: int, y: int = 1, *, z: int = 2) -> int:
    return x - y - z


class Loud(types.ModuleType):
    pass


def in_loud_module(scope: dict[str, Any]) -> None:
    scope["shop"].__class__ = Loud


EDITS: dict[str, Callable[[dict[str, Any]], None]] = {
    "a global": lambda g: g.update(RATE=3),
    "a global by its dict": lambda g: g.__setitem__("RATE", 3.0),
    "a list": lambda g: g["NAMES"].append("c"),
    "a list's order": lambda g: g["NAMES"].reverse(),
    "an element's type": lambda g: g["TABLE"].__setitem__("a", True),
    "a dict": lambda g: g["TABLE"].update(c=1),
    "a dict's order": lambda g: g["TABLE"].update(a=g["TABLE"].pop("a")),
    "deep in a dict": lambda g: g["TABLE"]["deep"]["b"].append(3),
    "a set": lambda g: g["ALLOWED"].add("z"),
    "a set's element": lambda g: (g["ALLOWED"].discard("x"), g["ALLOWED"].add("w")),
    "an instance": lambda g: setattr(g["BOX"], "more", 1),
    "within an instance": lambda g: g["BOX"].content.append(2),
    "an instance's dict": lambda g: setattr(g["BOX"], "__dict__", {"content": [2]}),
    "a member of an Enum": lambda g: setattr(g["MEMBER"], "note", 1),
    "an instance in a list": lambda g: setattr(g["ROWS"][1], "x", 3),
    "beside a slot": lambda g: setattr(g["ROWS"][1], "more", 3),
    "a function's code": lambda g: replace_code(g["helper"], other_helper),
    "a function's defaults": lambda g: setattr(g["helper"], "__defaults__", (2,)),
    "a function's keyword defaults": lambda g: setattr(g["helper"], "__kwdefaults__", {"z": 3}),
    "within keyword defaults": lambda g: g["helper"].__kwdefaults__.update(z=4),
    "a cell": lambda g: setattr(g["closed"].__closure__[0], "cell_contents", 6),
    "a function's attribute": lambda g: setattr(g["tagged"], "tag", 2),
    "a function's dict": lambda g: setattr(g["tagged"], "__dict__", {"tag": 3}),
    "a base's attribute": lambda g: setattr(g["Base"], "factor", 4),
    "a base's method": lambda g: setattr(g["Base"], "scale", lambda self, x: x),
    "a derived attribute": lambda g: setattr(g["Derived"], "factor", 5),
    "a class's bases": lambda g: setattr(
        g["Derived"], "__bases__", (type("Else", (g["Base"],), {"factor": 9}),)
    ),
    "a module's attribute": lambda g: setattr(g["shop"], "BASE", 20),
    "a module's function": lambda g: setattr(g["shop"], "price", lambda x: x),
    "a module's dict": lambda g: vars(g["shop"]).update(BASE=30),
    "another module": lambda g: g.update(shop=types.SimpleNamespace(price=lambda x: -x)),
}


def namespace() -> dict[str, Any]:
    """A module of its own, freshly run, with one more that it reads."""
    shop = types.ModuleType("shop")
    exec("BASE = 10\ndef price(x):\n    return BASE + x", shop.__dict__)
    sys.modules["shop"] = shop
    scope: dict[str, Any] = {"__name__": "shortcuts_cell", "Box": Box, "Point": Point}
    Enumeration = enum.Enum("Color", {"RED": 1}, module="shortcuts_cell")
    scope["Color"] = Enumeration
    exec(compile(SOURCE, "<shortcuts>", "exec"), scope)
    return scope


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_what_is_read_is_seen_by_the_next_call(name: str) -> None:
    scope = namespace()
    f = scope["f"]
    miss(f, 1)
    for _ in range(4):
        hit(f, 1)
    EDITS[name](scope)
    miss(f, 1)
    assert hit(f, 1) == f.__wrapped__(1)
    for _ in range(4):
        assert hit(f, 1) == f.__wrapped__(1)


def test_a_large_set_is_told_by_its_digest() -> None:
    scope: dict[str, Any] = {"__name__": "shortcuts_cell"}
    source = """
import rememo
from _support import ran
LARGE = set(range(200))
@rememo.cache
def f(x):
    ran()
    return len(LARGE) + x
"""
    exec(source, scope)
    miss(scope["f"], 1)
    hit(scope["f"], 1)
    scope["LARGE"].discard(7)
    miss(scope["f"], 1)


def test_what_is_deleted_is_seen_by_the_next_call() -> None:
    scope = namespace()
    f = scope["f"]
    miss(f, 1)
    hit(f, 1)
    del scope["RATE"]
    with pytest.raises(NameError):
        f(1)
    scope["RATE"] = 2
    hit(f, 1)


def test_a_module_of_another_class_is_seen() -> None:
    scope = namespace()
    f = scope["f"]
    miss(f, 1)
    hit(f, 1)
    Loud.price = lambda self, x: x * 1000  # type: ignore[attr-defined]
    in_loud_module(scope)
    # The module's own function comes first, whatever its class has.
    assert f(1) == f.__wrapped__(1)
    del scope["shop"].price
    # Its class decides now; whether it can be followed or not, the answer is the new one.
    assert f(1) == f.__wrapped__(1)
    del Loud.price  # type: ignore[attr-defined]


def test_unrelated_changes_cost_no_hit() -> None:
    scope = namespace()
    f = scope["f"]
    miss(f, 1)
    for i in range(50):
        scope["unrelated"] = i
        scope["shop"].unrelated = i
        hit(f, 1)


def test_a_value_that_changes_back_and_forth_is_told_each_time() -> None:
    scope = namespace()
    f = scope["f"]
    first = miss(f, 1)
    scope["NAMES"].append("c")
    second = miss(f, 1)
    for _ in range(40):
        scope["NAMES"].pop()
        assert hit(f, 1) == first
        scope["NAMES"].append("c")
        assert hit(f, 1) == second


@pytest.mark.parametrize("which", ["setprofile", "settrace"])
def test_a_profiler_or_debugger_changes_nothing(which: str) -> None:
    scope = namespace()
    f = scope["f"]
    before = sys.getprofile() if which == "setprofile" else sys.gettrace()
    getattr(sys, which)(lambda *_: None)
    try:
        miss(f, 1)
        hit(f, 1)
        scope["RATE"] = 5
        miss(f, 1)
        hit(f, 1)
    finally:
        getattr(sys, which)(before)
    hit(f, 1)


def test_a_function_at_an_address_that_is_used_again_is_another() -> None:
    scope = namespace()
    f = scope["f"]
    miss(f, 1)
    for number in range(50):
        exec(f"def helper(x, y=1, *, z=2): return x * {number + 100}", scope)
        miss(f, 1)
        hit(f, 1)


EXHAUSTED = """
    import ctypes, sys
    api = ctypes.pythonapi
    number, object = ctypes.c_int, ctypes.c_void_p
    kinds = [
        (api.PyDict_AddWatcher, ctypes.CFUNCTYPE(number, number, object, object, object)),
        (api.PyType_AddWatcher, ctypes.CFUNCTYPE(number, object)),
        (api.PyFunction_AddWatcher, ctypes.CFUNCTYPE(number, number, object, object)),
    ]
    keep = []
    add, shape = kinds[{kind}]
    taken = 0
    while True:
        keep.append(shape(lambda *_: 0))
        try:
            if add(keep[-1]) < 0:
                break
        except RuntimeError:
            break
        taken += 1
    assert taken > 0
"""

LATER = """
    import rememo
    RATE, NAMES, runs = 2, ["a"], []
    def helper(x): return x * RATE
    class Base:
        def m(self, x): return x
    class Child(Base): pass
    @rememo.cache(hash_funcs={list: lambda v: () if v is runs else tuple(v)})
    def f(x):
        runs.append(1)
        return helper(x), NAMES[:], Child().m(x)
    def g(x): return helper(x), NAMES[:], Child().m(x)
    def check(expected):
        for _ in range(3):
            assert f(3) == g(3), (f(3), g(3))
        assert len(runs) == expected, len(runs)
    check(1)
    RATE = 5; check(2)
    NAMES.append("b"); check(3)
    helper.__code__ = (lambda x: x + RATE).__code__; check(4)
    Base.m = lambda self, x: -x; check(5)
    print("held")
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 has no watchers")
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_without_a_watcher_left_by_others_changes_are_seen_all_the_same(kind: int) -> None:
    program = textwrap.dedent(EXHAUSTED).format(kind=kind) + textwrap.dedent(LATER)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True
    )
    assert done.stdout.strip() == "held", done.stderr


SWITCHES = ["REMEMO_NO_WATCHERS", "REMEMO_NO_TABLE", "REMEMO_NO_SNAPSHOTS", "REMEMO_NO_RECALL"]


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_shortcut_can_be_left_out(switch: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LATER)],
        env=environment(**{switch: "1"}),
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "held", done.stderr


SECOND = (
    """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
other = interpreters.create()
source = """
    + repr(
        """
try:
    import rememo
except ImportError as error:
    assert "subinterpreter" in str(error), error
else:
    raise SystemError("imported")
"""
    )
    + """
failed = interpreters.run_string(other, source)
assert failed is None, failed
interpreters.destroy(other)
"""
)


def test_another_interpreter_is_refused_and_the_first_goes_on() -> None:
    program = textwrap.dedent(LATER).replace("check(1)", "check(1)\n" + SECOND, 1)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "held", done.stderr


def test_the_collector_may_run_at_any_time() -> None:
    # Finalisers that call the function again while it is being told whether it hits.
    import gc

    import rememo

    calls = collections.Counter[str]()

    @rememo.cache
    def f(value: Any) -> int:
        return len(vars(value))

    class Noisy:
        def __del__(self) -> None:
            calls["del"] += 1
            holder = Box()
            f(holder)

    before = gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        for _ in range(300):
            one, two = Noisy(), Noisy()
            one.other, two.other = two, one  # type: ignore[attr-defined]
            del one, two
            assert f(Box()) == 1
    finally:
        gc.set_threshold(*before)
    gc.collect()
    assert calls["del"] > 0
