"""The extension and its slow twin agree on instances, given the fingerprints of their classes."""

import argparse
import array
import collections
import decimal
import enum
import fractions
import functools
import types
import uuid
from pathlib import PurePosixPath
from typing import Any

import pytest
import rememo

from reference.encoding import digest
from reference.key import fingerprint

try:
    import numpy as np
except ImportError:
    np = None


class Plain:
    pass


class Slotted:
    __slots__ = ("__dict__", "b", "a")


class Derived(Slotted):
    __slots__ = ("c",)


class Rows(list):
    pass


class Tags(set):
    pass


class Name(str):
    __slots__ = ("origin",)


class Numbers(array.array):
    pass


class Colour(enum.Enum):
    RED = "red"
    GREEN = ("green", 2)


class Stated:
    def __getstate__(self) -> Any:
        return {"kept": [1, self.x]}


class Reduced:
    def __reduce__(self) -> Any:
        return Reduced, (1,), {"x": 2}, iter([3, 4]), iter([("k", "v")])


class Token:
    def __rememo_hash__(self) -> Any:
        return ("token", self.x)


class Failure(Exception):
    pass


class Folder(type(PurePosixPath())):
    __slots__ = ("label",)


class Half(fractions.Fraction):
    pass


class Counts(collections.Counter):
    pass


class Ordered(collections.OrderedDict):
    __slots__ = ("b", "a")


class Queue(collections.deque):
    pass


class Grouped(collections.defaultdict):
    pass


def double(x: int) -> int:
    return x * 2


@rememo.cache
def names_classes() -> Any:
    return (
        *(Plain, Slotted, Derived, Rows, Tags, Name, Numbers),
        *(Colour, Stated, Reduced, Token, Failure, double),
        *(Folder, Half, Counts, Ordered, Queue, Grouped),
    )


def _fingerprints() -> dict[Any, bytes]:
    """The digest of the fingerprint of each of these, from what a function that names them tells.

    None refers to another but to its bases: the entries of a class are its own and theirs, those of
    its attributes and, where its code names any, the standard library.
    """
    entries = [
        (entry["kind"], entry["name"], bytes.fromhex(entry["digest"]))
        for entry in names_classes.dependencies().values()
    ]
    found = {}
    for root in names_classes():
        name = f"{root.__module__}.{root.__qualname__}"
        family = [f"{base.__module__}.{base.__qualname__}" for base in getattr(root, "__mro__", ())]
        for libraries in ([], ["python"]):
            chosen = [
                entry
                for entry in entries
                if entry[1] in [name, *family, *libraries]
                or entry[1].startswith(tuple(f"{each}." for each in family))
            ]
            made = fingerprint(chosen, ("class" if family else "function", name))
            if digest(root, fingerprints={root: made}) == rememo.hash(root):
                found[root] = made
    return found


@pytest.fixture(scope="module")
def fingerprints() -> dict[Any, bytes]:
    return _fingerprints()


def test_the_fingerprint_of_code_that_is_a_value_is_the_digest_of_its_dependencies(
    fingerprints: dict[Any, bytes],
) -> None:
    assert set(fingerprints) == set(names_classes())


def instances() -> list[Any]:
    plain = Plain()
    plain.x, plain.y = 1, [2, {3}]
    slotted = Slotted()
    slotted.a, slotted.z = 1, 2
    derived = Derived()
    derived.a, derived.b, derived.c, derived.z = 1, 2, 3, 4
    rows = Rows([1, 2])
    rows.name = "rows"
    name = Name("n")
    name.origin = "here"
    numbers = Numbers("h", [1, 2])
    numbers.unit = "m"
    stated, token = Stated(), Token()
    stated.x = token.x = {"a"}
    failure = Failure("why", 1)
    failure.more = "notes"
    failure.__cause__ = ValueError("before")
    folder = Folder("/a/b")
    folder.label = "home"
    half = Half(1, 2)
    half.name = "half"
    ordered = Ordered([("b", 1), ("a", 2)])
    ordered.move_to_end("b")
    ordered.a = 1
    grouped, queue = Grouped(list, {"k": [1]}), Queue([1, 2], 3)
    grouped.note = queue.note = "note"
    ring = [Plain() for _ in range(3)]
    for i, node in enumerate(ring):
        node.next, node.number = ring[i - 1], i
    parent = Plain()
    parent.children = {Plain() for _ in range(4)}
    for child in parent.children:
        child.parent = parent
    return [
        *(plain, Plain(), slotted, Slotted(), derived, rows, Rows(), Tags("abcdefgh"), name),
        *(numbers, Colour.RED, Colour.GREEN, stated, Reduced(), token, failure, Failure()),
        *(folder, half, Half(1), Counts("abca"), ordered, grouped, queue),
        *(ring[0], ring, parent, next(iter(parent.children)), double, plain.__init__),
        *(functools.partial(double, x=plain), [plain, ring[1], plain], {plain: 1}),
    ]


@pytest.mark.parametrize("number", range(len(instances())))
def test_they_agree_on_instances(number: int, fingerprints: dict[Any, bytes]) -> None:
    value = instances()[number]
    expected = digest(value, fingerprints=fingerprints)
    assert rememo.hash(value) == expected
    # Looking leaves no trace in the value, a path that knows its text and its parts is the same.
    list(map(str, getattr(value, "parts", ())))
    assert rememo.hash(value) == expected


@pytest.mark.parametrize(
    "value",
    [len, "a".upper, str.upper, dict.fromkeys, int, types, collections.OrderedDict, list[int]]
    + [int | str, ValueError("x"), uuid.SafeUUID.safe, argparse.Namespace(a=1), decimal.Context()]
    + [functools.lru_cache(len), functools.partial(print, end=""), property(len), [].append]
    + [collections.Counter("ab"), collections.ChainMap({1: 2}), array.array("d", [1.5])],
)
def test_they_agree_on_what_the_standard_library_makes(value: Any) -> None:
    assert rememo.hash(value) == digest(value)
    assert rememo.hash(value) == digest(value)
