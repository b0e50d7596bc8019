"""What code cannot tell apart has one hash: rebuilt, copied, pickled, in another process."""

from __future__ import annotations

import copy
import datetime
import decimal
import functools
import math
import pathlib
import pickle
import re
import struct
import sys
import uuid
from typing import Any

import numpy as np
import pytest
import rememo
from _samples import (
    Access,
    Colour,
    Fruit,
    Level,
    Packed,
    Pair,
    Pixel,
    Plain,
    Point,
    Reduced,
    Scale,
    Slotted,
    Tagged,
    WithState,
    increment,
)
from _support import OtherProcess, hit, miss, ran


def slotted(**values: Any) -> Slotted:
    made = Slotted()
    for name, value in values.items():
        setattr(made, name, value)
    return made


VALUES: list[Any] = [
    *(None, True, 0, -1, 2**70, 1.5, -0.0, math.nan, 2 + 3j, "text", b"bytes", bytearray(b"x")),
    *(
        [1, [2, ["x"]]],
        (1, (2,)),
        {"a": [1], "b": {"c": None}},
        {1, "a", None},
        frozenset("abcdef"),
    ),
    *({"north", "south", "east", "west"}, {frozenset({"a", "b"}), frozenset({"c"})}),
    {("a", frozenset({"x", "y"})): {"k", "l", "m"}},
    *(range(3), slice(1, 2, 3), Ellipsis, NotImplemented, decimal.Decimal("1.10")),
    *(uuid.UUID(int=7), pathlib.Path("a/b"), re.compile("a+", re.I)),
    datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC),
    *(datetime.date(2024, 2, 29), datetime.time(1, 2, 3, fold=1), datetime.timedelta(days=1)),
    *(Colour.RED, Fruit.GREEN, Level.HIGH, Access.READ | Access.RUN, Point(1, [2]), Pixel(1, 2)),
    *(Packed(1, 2), Pair("x", {"y"}), Plain(a=1, b=[Plain()]), slotted(left=[1]), Tagged([1, 2])),
    *(WithState([1]), Reduced("x"), Scale(2.0), Scale(2.0).apply, increment, Plain, Colour),
    *(functools.partial(increment, 1), functools.partial(dict, a=1), len, math.sin, [].append),
    *(np.arange(6).reshape(2, 3), np.float32(1.5), np.array(["a", None], dtype=object)),
    *(np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), np.datetime64("2024-01-01")),
]
NAMES = [f"{index}-{type(value).__name__}" for index, value in enumerate(VALUES)]


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
def test_a_copy_has_the_same_hash(value: Any) -> None:
    digest = rememo.hash(value)
    assert rememo.hash(value) == digest
    assert rememo.hash(copy.deepcopy(value)) == digest
    assert rememo.hash(pickle.loads(pickle.dumps(value, protocol=5))) == digest


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
def test_a_copy_is_the_same_call(value: Any) -> None:
    @rememo.cache
    def f(value: object) -> str:
        ran()
        return type(value).__name__

    miss(f, value)
    hit(f, value)
    hit(f, copy.deepcopy(value))


def test_another_process_gives_the_same_hashes(other_process: OtherProcess) -> None:
    """Under another hash seed, each value arrives as a pickled copy."""
    ours = [rememo.hash(value) for value in VALUES]
    theirs = other_process.hashes(*VALUES)
    different = [name for name, a, b in zip(NAMES, ours, theirs, strict=True) if a != b]
    assert different == []


def test_a_hash_is_a_hexadecimal_string_of_256_bits() -> None:
    digest = rememo.hash("x")
    assert isinstance(digest, str)
    assert len(bytes.fromhex(digest)) == 32


def test_every_nan_equals_every_nan_of_its_type() -> None:
    quiet, negative, payload = (
        struct.unpack("<d", struct.pack("<Q", bits))[0]
        for bits in (0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8000000000123)
    )
    assert len({rememo.hash(nan) for nan in (quiet, negative, payload, math.nan)}) == 1
    assert rememo.hash(complex(negative, 1)) == rememo.hash(complex(payload, 1))
    assert rememo.hash(np.float64(negative)) == rememo.hash(np.float64(payload))
    assert rememo.hash(np.float64(quiet)) != rememo.hash(quiet)


def test_a_nan_argument_hits() -> None:
    @rememo.cache
    def f(x: float) -> float:
        ran()
        return 1.0

    miss(f, float("nan"))
    hit(f, float("nan"))
    hit(f, math.nan)
    hit(f, -math.nan)


def test_strings_count_by_their_characters() -> None:
    """Neither interning nor the identity of equal strings matters."""
    built = "".join(["re", "me", "mo"])
    assert built is not sys.intern("rememo")
    assert rememo.hash(built) == rememo.hash("rememo")
    assert rememo.hash(["rememo", built]) == rememo.hash(["rememo", "rememo"])


def test_a_set_does_not_depend_on_its_order() -> None:
    """Two sets of the same elements iterate differently when they grew differently."""
    grown = set(range(1000, 0, -1))
    shrunk = set(range(5000))
    shrunk.difference_update(set(range(1001, 5000)) | {0})
    assert grown == shrunk
    assert list(grown) != list(shrunk) or sys.getsizeof(grown) != sys.getsizeof(shrunk)
    assert rememo.hash(grown) == rememo.hash(shrunk)
    assert rememo.hash(frozenset(grown)) == rememo.hash(frozenset(shrunk))


def test_a_dict_does_not_depend_on_its_layout() -> None:
    once = {"a": 1, "b": 2}
    often = {str(number): number for number in range(100)}
    often.clear()
    often.update(a=1, b=2)
    assert rememo.hash(once) == rememo.hash(often)


def test_the_order_of_attributes_counts_as_in_a_dict_that_code_can_read() -> None:
    """`vars(instance)` shows the order of assignment."""
    assert rememo.hash(Plain(a=1, b=2)) != rememo.hash(Plain(b=2, a=1))


def test_only_the_state_which_a_class_declares_counts() -> None:
    assert rememo.hash(WithState(1, scratch=2)) == rememo.hash(WithState(1, scratch=3))
    assert rememo.hash(WithState(1)) != rememo.hash(WithState(2))
    assert rememo.hash(Reduced(1)) == rememo.hash(Reduced(1))
    assert rememo.hash(Reduced(1)) != rememo.hash(Reduced(2))


def test_an_alias_of_an_enum_member_is_the_member() -> None:
    assert rememo.hash(Colour.CRIMSON) == rememo.hash(Colour.RED)


def test_being_used_changes_nothing() -> None:
    """Caches that the interpreter and the library keep inside a value are left out."""
    path, number, text = pathlib.Path("a/b.c"), decimal.Decimal("1.5"), "é" * 10
    moment = datetime.datetime(2024, 1, 1)
    before = [rememo.hash(value) for value in (path, number, text, moment, Access, Plain)]
    _ = (str(path), path.parts, path.suffix, hash(path), path.parent, path < pathlib.Path("z"))
    _ = (hash(number), number + 1, hash(text), text.encode(), hash(moment))
    _ = (Access.READ | Access.WRITE | Access.RUN, ~Access.READ, pickle.dumps(Plain()), Plain())
    assert [rememo.hash(value) for value in (path, number, text, moment, Access, Plain)] == before


def test_a_path_spelled_differently_is_one_path() -> None:
    assert rememo.hash(pathlib.Path("a//b/./c")) == rememo.hash(pathlib.Path("a/b/c"))
    assert rememo.hash(pathlib.Path("a") / "b") == rememo.hash(pathlib.Path("a/b"))
