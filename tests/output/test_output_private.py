"""`output="private"`: every caller gets a copy of its own that it may mutate freely."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import rememo
from _samples import Plain, Point
from _support import hit, miss, ran


@rememo.cache(output="private")
def load(kind: str) -> Any:
    ran()
    return {
        "list": lambda: [1, [2]],
        "dict": lambda: {"a": {"b": [1]}},
        "set": lambda: {1, 2},
        "bytes": lambda: bytearray(b"ab"),
        "instance": lambda: Plain(a=[1]),
        "dataclass": lambda: Point([1], 2),
        "array": lambda: np.arange(5),
        "big array": lambda: np.arange(1_000_000.0),
        "arrays": lambda: {"x": np.zeros(100_000), "y": [np.ones((300, 300), order="F")]},
        "object array": lambda: np.array([[1], "x"], dtype=object),
    }[kind]()


def spoil(value: Any) -> None:
    """Change the value deep inside, in place."""
    if isinstance(value, list):
        spoil(value[-1]) if isinstance(value[-1], list | np.ndarray) else value.append(99)
    elif isinstance(value, dict):
        for item in value.values():
            spoil(item)
    elif isinstance(value, set):
        value.add(99)
    elif isinstance(value, bytearray):
        value[0] = 0
    elif isinstance(value, Plain):
        spoil(value.a)  # type: ignore[attr-defined]
    elif isinstance(value, Point):
        spoil(value.x)
    elif value.dtype == object:
        value[0].append(99)
    else:
        value[...] = 99


KINDS = [
    *("list", "dict", "set", "bytes", "instance", "dataclass"),
    *("array", "big array", "arrays", "object array"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_what_one_caller_does_no_other_sees(kind: str) -> None:
    """The first caller's, whose call computed it, is its own as well."""
    expected = rememo.hash(load.__wrapped__(kind))
    first = miss(load, kind)
    assert rememo.hash(first) == expected
    spoil(first)
    second = hit(load, kind)
    assert second is not first
    assert rememo.hash(second) == expected
    spoil(second)
    assert rememo.hash(second) == rememo.hash(first) != expected
    assert rememo.hash(hit(load, kind)) == expected


def test_no_mutation_is_reported() -> None:
    miss(load, "list").append(3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hit(load, "list").append(4)
        assert hit(load, "list") == [1, [2]]


def test_a_copy_keeps_its_inner_sharing_and_cycles() -> None:
    @rememo.cache(output="private")
    def graph() -> Any:
        ran()
        shared = [1]
        made: dict[str, Any] = {"a": shared, "b": shared}
        made["me"] = made
        return made

    for value in (miss(graph), hit(graph)):
        assert value["a"] is value["b"]
        assert value["me"] is value


def test_a_private_array_keeps_dtype_order_and_can_be_written() -> None:
    @rememo.cache(output="private")
    def make() -> Any:
        ran()
        return {
            "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
            "big-endian": np.arange(3, dtype=">i4"),
            "structured": np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]),
            "empty": np.zeros((0, 3)),
        }

    expected = make.__wrapped__()
    for value in (miss(make), hit(make)):
        for name, array in value.items():
            assert array.dtype == expected[name].dtype
            assert array.flags.f_contiguous == expected[name].flags.f_contiguous
            assert array.flags.writeable
            np.testing.assert_array_equal(array, expected[name])


def test_a_copy_outlives_its_entry() -> None:
    value = miss(load, "big array")
    other = hit(load, "big array")
    load.cache_clear()
    rememo.clear()
    value += 1
    assert value[-1] == 1_000_000.0
    assert other[-1] == 999_999.0


def test_a_private_frame_can_be_changed() -> None:
    pd = pytest.importorskip("pandas")

    @rememo.cache(output="private")
    def table() -> Any:
        ran()
        made = pd.DataFrame({"n": np.arange(50_000.0), "s": ["a", "b"] * 25_000})
        made.attrs["k"] = [1]
        return made

    expected = rememo.hash(table.__wrapped__())
    first = miss(table)
    first["n"] = 0
    first.loc[3, "s"] = "z"
    first.attrs["k"].append(2)
    second = hit(table)
    assert rememo.hash(second) == expected
    second.iloc[0, 0] = 5
    second.attrs["k"].append(2)
    assert rememo.hash(hit(table)) == expected


def test_an_immutable_result_need_not_be_copied_to_be_equal() -> None:
    @rememo.cache(output="private")
    def name() -> tuple[str, frozenset[int]]:
        ran()
        return "x", frozenset({1})

    assert miss(name) == hit(name) == ("x", frozenset({1}))


def test_instances_come_back_with_their_class() -> None:
    first, second = miss(load, "instance"), hit(load, "instance")
    assert type(first) is type(second) is Plain
    assert first.a == second.a == [1]
    assert first.a is not second.a
