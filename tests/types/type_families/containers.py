"""Containers: of the language and of `collections`, `types` and `array`."""

import array
import collections
import functools
import types


def ring(n: int) -> list:
    """A list of n elements that ends in itself."""
    made: list = list(range(n))
    made.append(made)
    return made


def unrolled() -> list:
    """A ring that goes through two lists before it closes."""
    inner: list = [0]
    outer: list = [0, inner]
    inner.append(outer)
    return outer


def ladder(rungs: int) -> list:
    """A value with 2 ** rungs paths to its end, by sharing."""
    return functools.reduce(lambda below, _: [below, below], range(rungs), [])


DISTINCT = {
    "list": [
        *(list, lambda: [1], lambda: [1.0], lambda: [True], lambda: [1, 2], lambda: [2, 1]),
        *(lambda: [[1], 2], lambda: [1, [2]], lambda: [[]], lambda: [[], []], lambda: ["a", "b"]),
        *(lambda: ["ab"], lambda: ["a-b", "c"], lambda: ["a", "b-c"], lambda: [None]),
    ],
    "tuple": [
        *(lambda: (), lambda: (1,), lambda: ("1",), lambda: (1, 2), lambda: ((1,), 2)),
        *(lambda: (1, (2,)), lambda: ([1],), lambda: (b"a",), lambda: ("a",)),
    ],
    "dict": [
        *(dict, lambda: {1: 2}, lambda: {2: 1}, lambda: {1: 2, 3: 4}, lambda: {3: 4, 1: 2}),
        *(lambda: {1.0: 2}, lambda: {True: 2}, lambda: {"1": 2}, lambda: {1: {2: 3}}),
        *(lambda: {(1, 2): 3}, lambda: {None: None}, lambda: {1: [2]}, lambda: {1: (2,)}),
    ],
    "set": [
        *(lambda: set(), lambda: {1}, lambda: {1.0}, lambda: {True}, lambda: {"1"}, lambda: {1, 2}),
        *(lambda: {(1, 2)}, lambda: {frozenset()}, lambda: {frozenset({1})}),
    ],
    "frozenset": [
        *(lambda: frozenset(), lambda: frozenset({1}), lambda: frozenset({"a", "b"})),
        *(lambda: frozenset({("a", "b")}), lambda: frozenset({frozenset({"a"}), "b"})),
    ],
    "OrderedDict": [
        *(lambda: collections.OrderedDict(), lambda: collections.OrderedDict(a=1)),
        *(lambda: collections.OrderedDict(a=1, b=2), lambda: collections.OrderedDict(b=2, a=1)),
    ],
    "defaultdict": [
        *(lambda: collections.defaultdict(int), lambda: collections.defaultdict(list)),
        *(lambda: collections.defaultdict(None), lambda: collections.defaultdict(int, a=1)),
    ],
    "Counter": [
        *(lambda: collections.Counter(), lambda: collections.Counter("ab")),
        *(lambda: collections.Counter("ba"), lambda: collections.Counter("aab")),
        lambda: collections.Counter(a=0),
    ],
    "deque": [
        *(lambda: collections.deque(), lambda: collections.deque([1])),
        *(lambda: collections.deque([1], maxlen=1), lambda: collections.deque([1], maxlen=2)),
        *(lambda: collections.deque([1, 2]), lambda: collections.deque([2, 1])),
    ],
    "ChainMap": [
        *(lambda: collections.ChainMap(), lambda: collections.ChainMap({"a": 1})),
        *(lambda: collections.ChainMap({}, {"a": 1}), lambda: collections.ChainMap({"a": 1}, {})),
    ],
    "UserDict, UserList, UserString": [
        *(lambda: collections.UserDict(a=1), lambda: collections.UserDict(a=2)),
        *(lambda: collections.UserList([1]), lambda: collections.UserList([2])),
        *(lambda: collections.UserString("a"), lambda: collections.UserString("b")),
    ],
    "MappingProxyType": [
        *(lambda: types.MappingProxyType({}), lambda: types.MappingProxyType({"a": 1})),
        *(lambda: types.MappingProxyType({"a": 2}), lambda: types.MappingProxyType({"b": 1})),
    ],
    "SimpleNamespace": [
        *(lambda: types.SimpleNamespace(), lambda: types.SimpleNamespace(a=1)),
        *(lambda: types.SimpleNamespace(a=1.0), lambda: types.SimpleNamespace(b=1)),
    ],
    "array": [
        *(lambda: array.array("d"), lambda: array.array("f"), lambda: array.array("i", [1])),
        *(lambda: array.array("l", [1]), lambda: array.array("i", [2]), lambda: array.array("b")),
        *(lambda: array.array("i", [1, 2]), lambda: array.array("d", [0.0])),
        lambda: array.array("d", [-0.0]),
    ],
    "memoryview": [
        *(lambda: memoryview(b"ab"), lambda: memoryview(b"ac")),
        *(lambda: memoryview(b"abcd").cast("H"), lambda: memoryview(b"abcd").cast("B", [2, 2])),
    ],
    "cycles": [
        *(lambda: ring(0), lambda: ring(1), lambda: ring(2), unrolled),
        *(lambda: [ring(0)], lambda: [1, ring(1)]),
    ],
    "depth": [
        lambda: functools.reduce(lambda inner, _: [inner], range(30_000), 0),
        lambda: functools.reduce(lambda inner, _: [inner], range(30_001), 0),
        lambda: functools.reduce(lambda inner, _: (inner,), range(30_000), 0),
        lambda: functools.reduce(lambda inner, _: {"k": inner}, range(30_000), 0),
    ],
    "sharing": [lambda: ladder(60), lambda: ladder(61), lambda: [ladder(60)] * 3],
}

ALIKE = {
    "sets in any order": [
        lambda: {"a", "b", "c", "d", 1, None},
        lambda: {None, 1, "d", "c", "b", "a"},
        lambda: set(["x", "a", "b", "c", "d", 1, None]) - {"x"},
    ],
    "sharing or not": [lambda: [[1, 2], [1, 2]], lambda: [[1, 2]] * 2],
    "dictionaries after deletions": [
        lambda: {"a": 1, "b": 2},
        lambda: {"x": 0, "a": 1, "b": 2, "y": 3} and _without({"x": 0, "a": 1, "b": 2}, "x"),
    ],
    "views of memory": [
        lambda: memoryview(b"abcd")[1:3],
        lambda: memoryview(b"-b-c-")[1::2],
    ],
    "deques after rotation": [
        lambda: collections.deque([1, 2, 3]),
        lambda: _rotated(collections.deque([2, 3, 1])),
    ],
}


def _without(mapping: dict, key: str) -> dict:
    del mapping[key]
    return mapping


def _rotated(window: collections.deque) -> collections.deque:
    window.rotate(1)
    return window


# Copying and pickling them ends at the recursion limit, or takes as long as there are paths.
UNCOPIED = {"memoryview", "MappingProxyType", "depth", "sharing"}
