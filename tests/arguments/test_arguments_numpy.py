"""numpy: dtype, shape and values count, memory layout does not."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import rememo
from _support import OtherProcess, hit, miss, ran

BASE = np.arange(24, dtype="i4").reshape(2, 3, 4)

SAME: dict[str, tuple[Any, Any]] = {
    "Fortran order": (BASE, np.asfortranarray(BASE)),
    "a strided view": (np.arange(20)[::2], np.arange(0, 20, 2)),
    "a reversed view": (np.arange(5)[::-1], np.array([4, 3, 2, 1, 0])),
    "a transposed view": (BASE.T, BASE.T.copy()),
    "a broadcast view": (np.broadcast_to(np.int64(3), (4, 4)), np.full((4, 4), 3)),
    "a column": (BASE[:, 1, :], BASE[:, 1, :].copy()),
    "read-only memory": (np.frombuffer(b"abcd", "u1"), np.array([97, 98, 99, 100], "u1")),
    "an object array": (np.array([1, "a", None], object), np.array([1, "a", None], object)),
    "a strided object array": (np.array(list("abcd"), object)[::2], np.array(["a", "c"], object)),
    "an empty view": (np.empty((3, 0)), np.zeros((3, 0))),
    "padding of a structure": (
        np.frombuffer(b"\x01AAAAAAA" + bytes(8), np.dtype([("a", "u1"), ("b", "f8")], align=True)),
        np.frombuffer(b"\x01BBBBBBB" + bytes(8), np.dtype([("a", "u1"), ("b", "f8")], align=True)),
    ),
    "an unaligned array": (
        np.frombuffer(b"x" + np.arange(3.0).tobytes(), "f8", offset=1),
        np.arange(3.0),
    ),
}

DIFFERENT: list[Any] = [
    *(BASE, BASE.astype("i8"), BASE.astype("u4"), BASE.astype("f4"), BASE.astype(">i4"), BASE.T),
    *(BASE.reshape(6, 4), BASE.reshape(24), BASE[::-1], BASE + 1, BASE.tolist(), BASE.tobytes()),
    *(
        np.zeros(0),
        np.zeros((0, 1)),
        np.zeros((1, 0)),
        np.zeros(0, "i4"),
        np.zeros(()),
        np.float64(0),
    ),
    *(np.zeros(1), -np.zeros(1), np.zeros(1, "f4"), np.zeros(4, "u1"), np.zeros(1, "i8")),
    *(np.array(["a"]), np.array(["a", ""]), np.array([b"a"]), np.array(["a"], "U2")),
    *(np.array(["a"], object), np.array([b"a"], object), np.array([1], object)),
    *(np.array([1.0], object), np.array([True], object), np.array([None], object)),
    *(np.array([[1, 2]], object), np.array([[1], [2]], object)),
    *(np.array(["a-b", "c"], object), np.array(["a", "b-c"], object)),
    *(
        np.array([1], "m8[s]"),
        np.array([1], "m8[ms]"),
        np.array([1], "M8[s]"),
        np.array([1], "M8[ns]"),
    ),
    *(np.array(["NaT"], "M8[s]"), np.array([True]), np.array([1], "i1"), np.array([1], "u1")),
    *(
        np.array([(1, 2)], [("a", "i4"), ("b", "i4")]),
        np.array([(1, 2)], [("a", "i4"), ("c", "i4")]),
    ),
    *(
        np.array([(2, 1)], [("a", "i4"), ("b", "i4")]),
        np.array([(1, 2)], [("a", "i8"), ("b", "i4")]),
    ),
    *(
        np.array([1, 2], "i4"),
        np.array([[1, 2]], "i4"),
        np.array([1 + 2j]),
        np.array([1 + 2j], "c8"),
    ),
    *(np.int32(1), np.int64(1), np.str_("a"), np.bytes_(b"a"), np.datetime64(1, "s")),
    *(np.datetime64(1, "D"), np.timedelta64(1, "s"), np.void(b"a")),
    *(np.matrix([[1, 2]]), np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[1, 0])),
    np.ma.array([1, 2], mask=[0, 1], fill_value=7),
    np.rec.array([(1, 2)], dtype=[("a", "i4"), ("b", "i4")]),
]


@pytest.mark.parametrize("name", SAME)
def test_the_layout_of_memory_does_not_count(name: str) -> None:
    one, other = SAME[name]
    assert rememo.hash(one) == rememo.hash(other)


def test_dtype_shape_and_values_count() -> None:
    owners: dict[str, Any] = {}
    for value in DIFFERENT:
        digest = rememo.hash(value)
        assert digest not in owners, f"{value!r} has the hash of {owners[digest]!r}"
        owners[digest] = value


@pytest.mark.parametrize("value", DIFFERENT, ids=lambda value: type(value).__name__)
def test_a_copied_array_has_the_same_hash(value: Any) -> None:
    assert rememo.hash(copy.deepcopy(value)) == rememo.hash(value)
    assert rememo.hash(pickle.loads(pickle.dumps(value, protocol=5))) == rememo.hash(value)


def test_arrays_have_the_same_hash_in_another_process(other_process: OtherProcess) -> None:
    assert other_process.hashes(*DIFFERENT) == [rememo.hash(value) for value in DIFFERENT]


@pytest.mark.parametrize("position", [0, 1, 12_345, 524_288, 1_048_574, 1_048_575])
def test_each_element_of_a_big_array_counts(position: int) -> None:
    """8 MiB: no sampling, wherever the change is."""
    values = np.zeros(1_048_576)
    before = rememo.hash(values)
    values[position] = 1
    assert rememo.hash(values) != before
    values[position] = 0
    assert rememo.hash(values) == before


def test_a_big_strided_view_equals_its_copy() -> None:
    values = np.arange(2_000_000)
    assert rememo.hash(values[::2]) == rememo.hash(values[::2].copy())
    square = values[:1_000_000].reshape(1000, 1000)
    assert rememo.hash(square.T) == rememo.hash(square.T.copy())


def test_an_object_array_counts_by_element_not_by_address() -> None:
    one = np.array([[1, 2], "x" * 50, {"a": {1, 2}}, None], dtype=object)
    other = np.array([[1, 2], "x" * 25 + "x" * 25, {"a": {2, 1}}, None], dtype=object)
    assert rememo.hash(one) == rememo.hash(other)
    other[0].append(3)
    assert rememo.hash(one) != rememo.hash(other)


def test_an_object_array_in_a_cycle_is_hashed() -> None:
    def cycle() -> Any:
        made = np.empty(2, dtype=object)
        made[0] = made
        return made

    assert rememo.hash(cycle()) == rememo.hash(cycle())


def test_an_array_argument_changed_in_place_misses() -> None:
    """An array is no immutable: its identity proves nothing."""

    @rememo.cache
    def total(values: Any) -> float:
        ran()
        return float(values.sum())

    values = np.ones(1000)
    assert miss(total, values) == 1000
    assert hit(total, values) == 1000
    values[3] = 2
    assert miss(total, values) == 1001
    assert hit(total, values.copy()) == 1001


def test_generators_count_by_their_state() -> None:
    one, same = np.random.default_rng(1), np.random.default_rng(1)
    assert rememo.hash(one) == rememo.hash(same)
    one.random()
    assert rememo.hash(one) != rememo.hash(same)
    same.random()
    assert rememo.hash(one) == rememo.hash(same)
    assert rememo.hash(np.random.RandomState(1)) != rememo.hash(np.random.RandomState(2))
