"""Subclasses of known types count by the content of the base and by whatever they add."""

import collections
import datetime
import decimal
import fractions
import ipaddress
import json
import pathlib
import random
import uuid
import weakref
from typing import Any

import pytest
import rememo


def added(base: type, **body: object) -> type:
    """A subclass in this module that has a dictionary."""
    return type(f"Own{base.__name__}", (base,), {"__module__": __name__, **body})


class Target:
    def __init__(self, n: int = 0) -> None:
        self.n = n


KEPT = [Target(1), Target(2)]

# Base, and arguments of two instances that differ.
MADE: dict[str, tuple[type, tuple, tuple]] = {
    "list": (list, ([1],), ([2],)),
    "tuple": (tuple, ([1],), ([2],)),
    "dict": (dict, ({"a": 1},), ({"a": 2},)),
    "set": (set, ([1],), ([2],)),
    "frozenset": (frozenset, ([1],), ([2],)),
    "str": (str, ("a",), ("b",)),
    "bytes": (bytes, (b"a",), (b"b",)),
    "bytearray": (bytearray, (b"a",), (b"b",)),
    "int": (int, (1,), (2,)),
    "float": (float, (1.0,), (2.0,)),
    "complex": (complex, (1j,), (2j,)),
    "deque": (collections.deque, ([1],), ([2],)),
    "OrderedDict": (collections.OrderedDict, ([("a", 1)],), ([("a", 2)],)),
    "defaultdict": (collections.defaultdict, (int, {"a": 1}), (int, {"a": 2})),
    "Counter": (collections.Counter, ("ab",), ("ac",)),
    "ChainMap": (collections.ChainMap, ({"a": 1},), ({"a": 2},)),
    "UserDict": (collections.UserDict, ({"a": 1},), ({"a": 2},)),
    "date": (datetime.date, (2024, 1, 1), (2024, 1, 2)),
    "datetime": (datetime.datetime, (2024, 1, 1), (2024, 1, 2)),
    "time": (datetime.time, (1,), (2,)),
    "timedelta": (datetime.timedelta, (1,), (2,)),
    "Decimal": (decimal.Decimal, ("1.0",), ("1.00",)),
    "Fraction": (fractions.Fraction, (1, 2), (1, 3)),
    "UUID": (uuid.UUID, ("0" * 32,), ("1" * 32,)),
    "IPv4Address": (ipaddress.IPv4Address, ("10.0.0.1",), ("10.0.0.2",)),
    "IPv4Network": (ipaddress.IPv4Network, ("10.0.0.0/8",), ("11.0.0.0/8",)),
    "path": (type(pathlib.Path()), ("a",), ("b",)),
    "Random": (random.Random, (1,), (2,)),
    "ValueError": (ValueError, ("a",), ("b",)),
    "OSError": (OSError, (2, "a"), (3, "a")),
    "KeyError": (KeyError, ("a",), ("b",)),
    "JSONDecoder": (json.JSONDecoder, (), ()),
    "WeakValueDictionary": (weakref.WeakValueDictionary, ({1: KEPT[0]},), ({1: KEPT[1]},)),
    "WeakKeyDictionary": (weakref.WeakKeyDictionary, ({KEPT[0]: 1},), ({KEPT[0]: 2},)),
    "WeakSet": (weakref.WeakSet, ([KEPT[0]],), ([KEPT[1]],)),
    "weakref": (weakref.ref, (KEPT[0],), (KEPT[1],)),
}


@pytest.mark.parametrize("name", MADE)
def test_a_subclass_counts_by_content_class_and_attributes(name: str) -> None:
    base, arguments, others = MADE[name]
    kind = added(base)

    def made(*args: object, of: type = kind, **attributes: object) -> Any:
        value = of(*args)
        value.__dict__.update(attributes)
        return value

    assert rememo.hash(made(*arguments)) == rememo.hash(made(*arguments))
    values = [
        made(*arguments),
        made(*arguments, note="x"),
        made(*arguments, note="y"),
        made(*arguments, of=added(base, extra=1)),
        base(*arguments),
    ]
    if arguments != others:
        values.append(made(*others))
    assert len({rememo.hash(value) for value in values}) == len(values)


# Python gives these no slots, or no way to set one.
WITHOUT_SLOTS = ("int", "tuple", "bytes", "UUID")


@pytest.mark.parametrize("name", [n for n in MADE if n not in WITHOUT_SLOTS])
def test_slots_of_a_subclass_count(name: str) -> None:
    base, arguments, _ = MADE[name]
    kind = added(base, __slots__=("extra",))
    values = [kind(*arguments) for _ in range(3)]
    values[1].extra, values[2].extra = 1, 2
    assert len({rememo.hash(value) for value in values}) == len(values)


def test_a_cause_and_notes_count_where_it_was_raised_does_not() -> None:
    def raised(error: Exception, cause: Exception | None = None) -> Exception:
        try:
            raise error from cause
        except Exception as caught:
            return caught

    assert rememo.hash(raised(ValueError("a"))) == rememo.hash(ValueError("a"))
    noted = ValueError("a")
    noted.add_note("look here")
    values = [
        ValueError("a"),
        noted,
        raised(ValueError("a"), KeyError("b")),
        raised(ValueError("a"), KeyError("c")),
        ExceptionGroup("g", [ValueError("a")]),
        ExceptionGroup("g", [ValueError("b")]),
    ]
    assert len({rememo.hash(value) for value in values}) == len(values)


IMPOSTORS: dict[str, str] = {
    "deque": "collections",
    "Decimal": "decimal",
    "Path": "pathlib",
    "DataFrame": "pandas",
    "lock": "_thread",
    "Logger": "logging",
    "Engine": "sqlalchemy.engine.base",
}


@pytest.mark.parametrize("name", IMPOSTORS)
def test_a_class_that_carries_the_names_of_a_known_type_is_an_instance_as_any_other(
    name: str,
) -> None:
    def refuse(self: object, *args: object) -> None:
        raise AssertionError("hashing asked the value")

    body = {"__module__": IMPOSTORS[name], "__getattr__": refuse, "__iter__": refuse}
    kind = type(name, (), body)
    values = []
    for n in (1, 1, 2):
        value = kind()
        value.__dict__["n"] = n
        values.append(rememo.hash(value))
    assert values[0] == values[1] != values[2]


def test_views_of_dictionaries_count_by_what_they_show_in_order() -> None:
    data = {"a": 1, "b": 2}
    turned = {"b": 2, "a": 1}
    ordered = collections.OrderedDict(data)
    values = [
        *(data.keys(), data.values(), data.items(), turned.keys(), turned.items()),
        *(ordered.keys(), ordered.values(), ordered.items(), list(data)),
    ]
    assert len({rememo.hash(value) for value in values}) == len(values)
    assert rememo.hash(dict(data).keys()) == rememo.hash(data.keys())
