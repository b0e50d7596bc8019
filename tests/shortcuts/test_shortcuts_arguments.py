"""A hit that is told at once must be one that the digest would tell: attacks by arguments.

Each call is made several times first, so that it is remembered wherever calls are remembered.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import gc
import math
import struct
import uuid
from typing import Any

import pytest
import rememo
from _support import hit, miss, ran


@rememo.cache
def take(value: Any, **more: Any) -> str:
    ran()
    return repr(value)


def known(value: Any) -> None:
    """Makes the call with this argument known."""
    miss(take, value)
    for _ in range(3):
        hit(take, value)


class Plain:
    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


class Slotted:
    __slots__ = ("a", "b")


class Derived(Slotted):
    pass


class Other:
    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


@dataclasses.dataclass
class Point:
    x: Any
    y: Any = 0


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: Any


Pair = collections.namedtuple("Pair", "a b")


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Level(enum.IntEnum):
    LOW = 1


NAN = struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_0001))[0]
DAY = datetime.datetime(2024, 2, 29, 12)
UTC = datetime.UTC
ONE_HOUR = datetime.timezone(datetime.timedelta(hours=1))

# What must be kept apart, though much about the two is alike.
PAIRS: dict[str, tuple[Any, Any]] = {
    "int and bool": (1, True),
    "int and float": (1, 1.0),
    "zeros": (0.0, -0.0),
    "int and its negative": (7, -7),
    "long ints": (1 << 70, -(1 << 70)),
    "a digit's border": ((1 << 30) - 1, 1 << 30),
    "str and bytes": ("a", b"a"),
    "tuple and list": ((1, 2), [1, 2]),
    "nesting": (([1], 2), (1, [2])),
    "nested lists": ([[1], 2], [[1, 2]]),
    "list elements": ([1, 2], [1, True]),
    "dict order": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "dict values": ({"a": 1}, {"a": 1.0}),
    "dict keys": ({1: "a"}, {True: "a"}),
    "set and frozenset": ({1}, frozenset({1})),
    "elements of sets": (frozenset({1}), frozenset({True})),
    "elements of mutable sets": ({1, 2}, {1.0, 2}),
    "elements of large sets": (set(range(100)), set(range(1, 101))),
    "zeros in sets": (frozenset({0.0}), frozenset({-0.0})),
    "NaNs in sets": (frozenset({NAN, float("nan")}), frozenset({float("nan"), 1.0})),
    "NaNs in tuples in sets": (
        frozenset({(NAN,), (float("nan"),)}),
        frozenset({(float("nan"),), (1.0,)}),
    ),
    "classes": (Plain(a=1), Other(a=1)),
    "attributes": (Plain(a=1), Plain(a=1, b=2)),
    "names of attributes": (Plain(a=1), Plain(b=1)),
    "attribute values": (Plain(a=1), Plain(a=True)),
    "attributes within": (Plain(a=Plain(b=1)), Plain(a=Plain(b=2))),
    "lists in attributes": (Plain(a=[1]), Plain(a=[2])),
    "fields": (Point(1, 2), Point(2, 1)),
    "types of fields": (Point(1), Point(1.0)),
    "dataclasses": (Frozen(1), Point(1)),
    "namedtuple and tuple": (Pair(1, 2), (1, 2)),
    "items of namedtuples": (Pair(1, 2), Pair(1, True)),
    "members": (Color.RED, Color.GREEN),
    "a member and its value": (Level.LOW, 1),
    "date and datetime": (datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29)),
    "days": (datetime.date(2024, 2, 29), datetime.date(2024, 2, 28)),
    "fold": (DAY, DAY.replace(fold=1)),
    "zone": (DAY, DAY.replace(tzinfo=UTC)),
    "zones": (DAY.replace(tzinfo=UTC), DAY.replace(tzinfo=ONE_HOUR)),
    # Equal moments, yet different clocks.
    "equal moments": (
        DAY.replace(tzinfo=UTC),
        (DAY + datetime.timedelta(hours=1)).replace(tzinfo=ONE_HOUR),
    ),
    "times": (datetime.time(1), datetime.time(1, fold=1)),
    "durations": (datetime.timedelta(1), datetime.timedelta(0, 1)),
    "negative durations": (datetime.timedelta(-1), datetime.timedelta(1)),
    "exponents": (decimal.Decimal("1.0"), decimal.Decimal("1.00")),
    "uuids": (uuid.UUID(int=1), uuid.UUID(int=2)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_values_that_differ_are_kept_apart_in_either_order(name: str) -> None:
    one, other = PAIRS[name]
    known(one)
    known(other)
    hit(take, one)
    hit(take, other)


EQUAL: dict[str, Any] = {
    "an int": lambda: int("1000000"),
    "a long int": lambda: int("1" + "0" * 40),
    "a str": lambda: "".join(["te", "xt"]),
    "a float": lambda: float("1.5"),
    "a NaN": lambda: float("nan"),
    "a tuple": lambda: tuple([1, "a", (2.0, None)]),
    "a list": lambda: [1, [2, "b"]],
    "a dict": lambda: {"a": 1, "b": [2]},
    "a frozenset": lambda: frozenset(["a", 1, None]),
    "a set": lambda: {"a", 1},
    "a plain instance": lambda: Plain(a=1, b="x"),
    "a dataclass": lambda: Point(1, [2]),
    "a frozen dataclass": lambda: Frozen((1, 2)),
    "a namedtuple": lambda: Pair(1, "a"),
    "a date": lambda: datetime.date(2024, 2, 29),
    "a datetime": lambda: datetime.datetime(2024, 2, 29, tzinfo=datetime.UTC),
    "a duration": lambda: datetime.timedelta(days=3),
    "a uuid": lambda: uuid.UUID(int=5),
    "a decimal": lambda: decimal.Decimal("1.10"),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal_values_made_anew_hit(name: str) -> None:
    make = EQUAL[name]
    known(make())
    for _ in range(3):
        gc.collect()
        hit(take, make())


def slotted(a: Any) -> Slotted:
    made = Slotted()
    made.a = a
    return made


def with_dict(cls: type, **attributes: Any) -> Any:
    made = cls()
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


# A value, and what somebody does to it between two calls.
EDITS: dict[str, tuple[Any, Any]] = {
    "append": (lambda: [1], lambda v: v.append(2)),
    "replace": (lambda: [1, 2], lambda v: v.__setitem__(1, 3)),
    "a deep append": (lambda: {"a": [[1]]}, lambda v: v["a"][0].append(2)),
    "swap": (lambda: [1, 2], lambda v: v.reverse()),
    "a key": (lambda: {"a": 1}, lambda v: v.update(b=2)),
    "a key's order": (lambda: {"a": 1, "b": 2}, lambda v: v.update(a=v.pop("a"))),
    "an element": (lambda: {1, 2}, lambda v: v.add(3)),
    "another element": (lambda: {1, 2}, lambda v: (v.discard(1), v.add(3))),
    "an attribute": (lambda: Plain(a=1), lambda v: setattr(v, "a", 2)),
    "a new attribute": (lambda: Plain(a=1), lambda v: setattr(v, "b", 2)),
    "a deleted attribute": (lambda: Plain(a=1, b=2), lambda v: delattr(v, "b")),
    "the dict": (lambda: Plain(a=1), lambda v: setattr(v, "__dict__", {"a": 2})),
    "an entry of the dict": (lambda: Plain(a=1), lambda v: v.__dict__.update(a=2)),
    "the class": (lambda: Plain(a=1), lambda v: setattr(v, "__class__", Other)),
    "a field": (lambda: Point(1, 2), lambda v: setattr(v, "y", 3)),
    "a frozen field": (lambda: Frozen(1), lambda v: object.__setattr__(v, "x", 2)),
    "a slot": (lambda: slotted(1), lambda v: setattr(v, "a", 2)),
    "an empty slot": (lambda: slotted(1), lambda v: setattr(v, "b", None)),
    "a slot set free": (lambda: slotted(1), lambda v: delattr(v, "a")),
    "a slot of a base": (lambda: with_dict(Derived, a=1, c=1), lambda v: setattr(v, "a", 2)),
    "beside a slot": (lambda: with_dict(Derived, a=1, c=1), lambda v: setattr(v, "c", 2)),
    "an instance within": (
        lambda: [Plain(a=Plain(b=1))],
        lambda v: setattr(v[0].a, "b", 2),
    ),
    "a uuid": (lambda: uuid.UUID(int=5), lambda v: object.__setattr__(v, "int", 6)),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_in_place_misses_and_its_undoing_hits(name: str) -> None:
    make, edit = EDITS[name]
    value = make()
    known(value)
    edit(value)
    miss(take, value)
    hit(take, value)
    hit(take, make())


def test_what_is_written_into_a_member_of_an_enum_counts() -> None:
    known(Color.RED)
    Color.RED.note = "x"  # type: ignore[attr-defined]
    try:
        miss(take, Color.RED)
    finally:
        del Color.RED.note  # type: ignore[attr-defined]
    hit(take, Color.RED)
    before = Color.RED._value_
    Color.RED._value_ = 3
    try:
        miss(take, Color.RED)
    finally:
        Color.RED._value_ = before
    hit(take, Color.RED)


def test_an_address_that_is_used_again_is_no_old_acquaintance() -> None:
    for number in range(200):
        # Freed at once, so that the next one often lies where this one lay.
        miss(take, [number])
        miss(take, Plain(a=number))
        miss(take, frozenset({number, "x"}))
    for number in range(200):
        hit(take, [number])
        hit(take, Plain(a=number))
        hit(take, frozenset({number, "x"}))


def test_an_argument_that_the_body_changes_is_known_as_it_was() -> None:
    @rememo.cache
    def drain(values: list[int]) -> int:
        ran()
        total = sum(values)
        values.clear()
        return total

    assert miss(drain, [1, 2]) == 3
    assert miss(drain, []) == 0
    assert hit(drain, [1, 2]) == 3
    assert hit(drain, []) == 0


def test_keywords_under_other_names_are_other_calls() -> None:
    miss(take, 1, a=1, b=2)
    hit(take, 1, a=1, b=2)
    miss(take, 1, b=1, a=2)
    miss(take, 1, a=1, c=2)
    for _ in range(3):
        hit(take, 1, **dict(zip(["a", "b"], [1, 2], strict=True)))


class Base:
    def __init__(self, a: int) -> None:
        self.a = a

    def grow(self) -> int:
        return self.a + 1


class Child(Base):
    rate = 2

    @rememo.cache
    def grown(self, by: int) -> int:
        ran()
        return self.grow() * self.rate * by


CLASS_EDITS: dict[str, tuple[Any, Any]] = {
    "a method's code": (
        lambda: setattr(Base.grow, "__code__", (lambda self: self.a + 10).__code__),
        lambda was: setattr(Base.grow, "__code__", was["code"]),
    ),
    "a method": (
        lambda: setattr(Base, "grow", lambda self: self.a + 11),
        lambda was: setattr(Base, "grow", was["grow"]),
    ),
    "an attribute": (
        lambda: setattr(Child, "rate", 3),
        lambda was: setattr(Child, "rate", 2),
    ),
    "a new method of the class": (
        lambda: setattr(Child, "grow", lambda self: self.a + 12),
        lambda was: delattr(Child, "grow"),
    ),
    "the bases": (
        lambda: setattr(Child, "__bases__", (Rich,)),
        lambda was: setattr(Child, "__bases__", (Base,)),
    ),
    "a method's defaults": (
        lambda: setattr(Base.grow, "__defaults__", (1,)),
        lambda was: setattr(Base.grow, "__defaults__", None),
    ),
}


class Rich(Base):
    def grow(self) -> int:
        return self.a + 1000


@pytest.mark.parametrize("name", CLASS_EDITS)
def test_an_edit_of_the_class_of_self_misses(name: str) -> None:
    edit, undo = CLASS_EDITS[name]
    was = {"code": Base.grow.__code__, "grow": Base.__dict__["grow"]}
    child = Child(1)
    miss(Child.grown, child, 1)
    for _ in range(3):
        hit(Child.grown, child, 1)
        hit(Child.grown, Child(1), 1)
    edit()
    try:
        miss(Child.grown, child, 1)
        assert hit(Child.grown, child, 1) == Child.grown.__wrapped__(child, 1)
    finally:
        undo(was)
    assert hit(Child.grown, child, 1) == Child.grown.__wrapped__(child, 1)


def test_what_a_class_comes_to_say_of_itself_counts() -> None:
    class Said:
        def __init__(self) -> None:
            self.a = 1

    known(Said())
    Said.__rememo_hash__ = lambda self: 5  # type: ignore[attr-defined]
    miss(take, Said())
    hit(take, Said())


def test_a_hash_function_that_is_registered_counts() -> None:
    class Registered:
        def __init__(self, a: int) -> None:
            self.a = a

    known(Registered(1))
    rememo.register(Registered, lambda value: "same")
    miss(take, Registered(1))
    hit(take, Registered(2))


def test_nan_is_nan_whatever_its_bits() -> None:
    miss(take, math.nan)
    hit(take, NAN)
    hit(take, -math.nan)
