"""Strict typing and framing: values which code can tell apart have different hashes.

Each group lists values of which no two may be taken for one another.
"""

from __future__ import annotations

import array
import cmath
import collections
import datetime
import decimal
import functools
import itertools
import math
import operator
import pathlib
import re
import uuid
from typing import Any

import numpy as np
import pytest
import rememo
from _samples import (
    Access,
    Colour,
    Couple,
    Fruit,
    Keyed,
    Level,
    Number,
    Packed,
    Pair,
    Pixel,
    Plain,
    Point,
    Scale,
    Slotted,
    SlottedChild,
    Tagged,
    Text,
    Twin,
    adder,
    decrement,
    increment,
)
from _support import miss, ran


def tagged(values: list[Any], **attributes: Any) -> Tagged:
    made = Tagged(values)
    made.__dict__.update(attributes)
    return made


def slotted(kind: type = Slotted, **values: Any) -> Any:
    made = kind()
    for name, value in values.items():
        setattr(made, name, value)
    return made


UTC = datetime.UTC
HOUR = datetime.timezone(datetime.timedelta(hours=1))
NOON = datetime.datetime(2024, 1, 1, 12)

GROUPS: dict[str, list[Any]] = {
    "numbers": [
        *(0, 1, -1, 2**31, 2**63, 2**64, -(2**63), 2**64 + 1, -(2**64)),
        *(0.0, -0.0, 1.0, -1.0, float(2**63), 5e-324, math.inf, -math.inf, math.nan),
        *(True, False, None, 0j, 1 + 0j, complex(-0.0, 0.0), complex(0.0, -0.0), 1j),
        *(complex(math.nan, 0), complex(0, math.nan)),
        *(np.int64(1), np.int32(1), np.uint64(1), np.float64(1.0), np.float32(1.0), np.bool_(True)),
        *(np.float64(math.nan), np.float16(1.0), np.complex128(1.0), Number(1), Level.LOW),
        *(decimal.Decimal(1), decimal.Decimal("1.0"), decimal.Decimal("1.00")),
        *(decimal.Decimal("NaN"), decimal.Decimal("sNaN"), decimal.Decimal("-0")),
        decimal.Decimal("1E+2"),
        decimal.Decimal("100"),
    ],
    "big integers": [256**length + extra for length in range(7, 20) for extra in (-1, 0, 1)]
    + [-(256**length) for length in range(7, 20)],
    "text and bytes": [
        *("", "a", "b", "ab", "A", "\0", "a\0", "\0a", "é", "e\u0301", "\ud800", "\U0001f600"),
        *(b"", b"a", b"ab", b"\0", bytearray(b"a"), bytearray(b""), memoryview(b"a"), Text("a")),
        *(
            "1",
            b"1",
            "None",
            "True",
            "[1]",
            "é".encode(),
            "é".encode("latin-1"),
            array.array("B", b"a"),
        ),
    ],
    "sequences": [
        *([], (), [[]], [()], ([],), ((),), [[], []], [[[]]]),
        *([1], (1,), [1, 2], [2, 1], [[1], 2], [1, [2]], [[1, 2]], [[1], [2]], (1, 2), ((1,), 2)),
        *(["ab", "c"], ["a", "bc"], ["abc"], ["a", "b", "c"], ["", "abc"], ["abc", ""]),
        *([None], [None, None], [0], [0.0], [-0.0], [False], [b""], [""]),
        *(Tagged([1]), tagged([1], note=1), tagged([1], note=2), Pair(1, 2), Couple(1, 2)),
        *(
            collections.deque([1]),
            collections.deque([1], maxlen=1),
            collections.deque([1], maxlen=2),
        ),
    ],
    "mappings": [
        *(
            {},
            {"a": 1},
            {"a": 2},
            {"b": 1},
            {"a": 1, "b": 2},
            {"b": 2, "a": 1},
            {1: "a"},
            {"a": {}},
        ),
        *({True: 1}, {1: 1}, {1.0: 1}, {"a": None}, {None: "a"}, {("a", 1): None}),
        *(Keyed(a=1), collections.OrderedDict(a=1), collections.Counter(a=1)),
        *(collections.defaultdict(None, a=1), collections.defaultdict(int, a=1)),
        collections.defaultdict(list, a=1),
        [("a", 1)],
        (("a", 1), ("b", 2)),
    ],
    "sets": [
        *(set(), frozenset(), {1}, frozenset({1}), {1.0}, {True}, {1, 2}, {1, 3}, {(1, 2)}),
        *({"a", "b"}, {"ab"}, {"a", "c"}, {frozenset({1}), 2}, {frozenset({1, 2})}, {None}, [1]),
        {"a": None},
    ],
    "ranges and slices": [
        *(range(0), range(1), range(0, 2, 2), range(0, 1, 2), range(1, 1), range(0, -1, -1)),
        *(slice(1), slice(0, 1), slice(None, 1, 1), slice(1, None), slice(None)),
    ],
    "singletons": [None, Ellipsis, NotImplemented, False, 0, "", type(None), object, type],
    "instances": [
        *(Plain(), Twin(), Plain(a=1), Twin(a=1), Plain(a=1.0), Plain(a=2), Plain(b=1)),
        *(Plain(a=1, b=2), Plain(a=Plain(a=1)), {"a": 1}, Scale(1), Scale(1.0)),
        *(slotted(), slotted(left=1), slotted(right=1), slotted(left=1, right=None)),
        *(slotted(SlottedChild), slotted(SlottedChild, left=1), slotted(SlottedChild, extra=1)),
        *(Point(1, 2), Point(2, 1), Pixel(1, 2), Packed(1, 2), Pair(1, 2), Point(1, 2.0)),
    ],
    "enums": [
        *(Colour.RED, Colour.GREEN, Fruit.RED, Fruit.GREEN, Level.LOW, Level.HIGH, 1, "RED"),
        *(Access.READ, Access.WRITE, Access.READ | Access.WRITE, Access(0), Colour, Fruit),
    ],
    "times": [
        *(NOON, NOON.replace(tzinfo=UTC), NOON.replace(tzinfo=HOUR), NOON.replace(fold=1)),
        *(NOON.replace(microsecond=1), NOON.date(), NOON.time(), NOON.timetz().replace(tzinfo=UTC)),
        NOON.replace(tzinfo=UTC) + datetime.timedelta(hours=1),
        NOON.replace(hour=13, tzinfo=HOUR),
        *(datetime.timedelta(1), datetime.timedelta(seconds=1), datetime.timedelta(0)),
        *(UTC, HOUR, datetime.timezone(datetime.timedelta(0), "Z"), NOON.isoformat()),
    ],
    "paths and identifiers": [
        *(pathlib.Path("a"), pathlib.Path("a/b"), pathlib.Path("/a"), pathlib.PurePosixPath("a")),
        *(pathlib.PureWindowsPath("a"), pathlib.Path("."), pathlib.Path(".."), "a"),
        *(uuid.UUID(int=0), uuid.UUID(int=1), str(uuid.UUID(int=0)), uuid.UUID(int=0).bytes),
        uuid.UUID(int=0, is_safe=uuid.SafeUUID.safe),
    ],
    "regular expressions": [
        *(re.compile("a"), re.compile("b"), re.compile(b"a"), re.compile("a", re.I), "a", b"a"),
        *(
            re.compile("a", re.A),
            re.compile("a", re.M),
            re.compile("(?i)b"),
            re.compile("a", re.I | re.M),
        ),
    ],
    "functions": [
        *(increment, decrement, adder(1), adder(2), adder(1.0), len, abs, math.sin, cmath.sin),
        *(math.cos, np.sin, np.cos, str.upper, str.lower, bytes.upper, [].append, (1).__add__),
        *((2).__add__, "a".upper, "b".upper, Scale(1).apply, Scale(2).apply, Scale(1).undo),
        *(Scale.apply, Scale.undo, lambda: 1, lambda: 2, lambda: 1.0, lambda x: x, lambda x=1: x),
        *(lambda *, x=1: x, lambda *, x=2: x, lambda x=2: x, lambda x, /: x, lambda *x: x),
        *(operator.itemgetter("a"), operator.itemgetter("b"), operator.itemgetter("a", "b")),
        *(operator.attrgetter("a"), operator.methodcaller("a"), operator.methodcaller("a", 1)),
        dict.fromkeys,
        collections.OrderedDict.fromkeys,
    ],
    "partials": [
        functools.partial(increment),
        functools.partial(decrement),
        functools.partial(increment, 1),
        functools.partial(increment, 2),
        functools.partial(increment, x=1),
        functools.partial(dict, a=1, b=2),
        functools.partial(dict, b=2, a=1),
        functools.partial(max, 1, 2),
        functools.partial(max, 2, 1),
        functools.partial(max, (1, 2)),
    ],
    "classes": [
        *(int, float, str, bytes, list, tuple, dict, Plain, Twin, Scale, Point, Pixel, np.int64),
        *(np.dtype("i4"), np.dtype("i8"), np.dtype(">i4"), Plain(), collections.OrderedDict),
        np.dtype([("a", "i4")]),
        np.dtype([("b", "i4")]),
    ],
    "modules": [math, cmath, re, operator, functools, itertools, np],
}


@pytest.mark.parametrize("group", GROUPS)
def test_no_two_different_values_share_a_hash(group: str) -> None:
    values = GROUPS[group]
    owners: dict[str, int] = {}
    for index, value in enumerate(values):
        digest = rememo.hash(value)
        assert digest not in owners, f"{value!r} has the hash of {values[owners[digest]]!r}"
        owners[digest] = index


@pytest.mark.parametrize("group", GROUPS)
def test_no_value_has_the_hash_of_a_container_around_it(group: str) -> None:
    for value in GROUPS[group]:
        wrapped = [value, [value], (value,), {"": value}, [value, value], {"a": [value]}]
        digests = {rememo.hash(one) for one in wrapped}
        assert len(digests) == len(wrapped), repr(value)


def test_a_call_misses_for_each_value_of_another_type() -> None:
    """What holds for the hash holds for the call, also on the fast path of small immutables."""

    @rememo.cache
    def kind(value: object) -> str:
        ran()
        return f"{type(value).__name__} {value!r}"

    values = [1, 1.0, True, np.int64(1), np.float64(1.0), 1 + 0j, Number(1), Level.LOW, "1", b"1"]
    values += [0.0, -0.0, 0, False, (1,), (1.0,), (True,), [1], frozenset({1}), frozenset({True})]
    for _ in range(2):
        seen = [kind(value) for value in values]
        assert seen == [f"{type(value).__name__} {value!r}" for value in values]
    for value in values:
        rememo.clear()
        miss(kind, value)


def test_an_element_counts_wherever_it_stands() -> None:
    """No sampling: each of many positions, in a long list and in a long string."""
    long = list(range(50_000))
    original = rememo.hash(long)
    text = "x" * 50_000
    original_text = rememo.hash(text)
    for position in (0, 1, 9_999, 25_000, 31_337, 49_998, 49_999):
        changed = long.copy()
        changed[position] = -1
        assert rememo.hash(changed) != original
        assert rememo.hash(f"{text[:position]}y{text[position + 1 :]}") != original_text
