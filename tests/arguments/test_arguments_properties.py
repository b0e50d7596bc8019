"""Random values: different in any way code can see → different hashes; equal → the same.

What code can see is spelled out by `visible`, a naive description of a value which leaves out
exactly what the documentation says is left out: the order of a set, identity and sharing.
"""

from __future__ import annotations

import copy
import datetime
import decimal
import math
import pathlib
import pickle
import uuid
from typing import Any

import numpy as np
import rememo
from _samples import (
    Access,
    Colour,
    Fruit,
    Keyed,
    Level,
    Number,
    Pair,
    Pixel,
    Plain,
    Point,
    Tagged,
    Twin,
)
from _support import OtherProcess
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = settings(
    deadline=None,
    max_examples=400,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def visible(value: Any) -> str:
    """A description that two values share exactly if code cannot tell them apart."""
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, float | np.floating):
        shown = "nan" if math.isnan(value) else value.hex() if type(value) is float else repr(value)
    elif isinstance(value, complex):
        shown = f"{visible(value.real)},{visible(value.imag)}"
    elif isinstance(value, np.ndarray):
        items = [visible(item) for item in value.ravel().tolist()]
        shown = f"{value.dtype.descr}{value.shape}{items}"
    elif isinstance(value, dict):
        shown = repr([(visible(key), visible(item)) for key, item in value.items()])
    elif isinstance(value, list | tuple):
        shown = repr([visible(item) for item in value])
    elif isinstance(value, set | frozenset):
        shown = repr(sorted(visible(item) for item in value))
    elif isinstance(value, datetime.datetime | datetime.time):
        shown = f"{value!r} {value.fold}"
    else:
        shown = repr(value) if not isinstance(value, Plain | Twin | Point | Pixel) else ""
    attributes = getattr(value, "__dict__", None)
    if isinstance(value, Plain | Twin | Point | Pixel | Tagged | Keyed):
        shown += visible(attributes)
    return f"<{kind} {shown}>"


# Small pools, so that two draws are often nearly the same.
integers = st.one_of(
    st.integers(-2, 2), st.sampled_from([255, 256, 2**31, 2**63, 2**64, -(2**63)]), st.integers()
)
floats = st.one_of(st.sampled_from([0.0, -0.0, 1.0, -1.0, 255.0, math.nan, math.inf]), st.floats())
texts = st.one_of(st.text("ab\0", max_size=3), st.text(max_size=5))
binaries = st.one_of(st.binary(max_size=3), st.sampled_from([b"a", b"ab", b"\0"]))
dates = st.datetimes(
    min_value=datetime.datetime(1970, 1, 1), timezones=st.sampled_from([None, datetime.UTC])
)
numpy_scalars = st.one_of(
    st.integers(-2, 2).map(np.int64),
    st.integers(-2, 2).map(np.int8),
    st.sampled_from([0.0, -0.0, 1.0]).map(np.float64),
    st.booleans().map(np.bool_),
)
atoms = st.one_of(
    st.none(),
    st.booleans(),
    integers,
    floats,
    texts,
    binaries,
    st.complex_numbers(max_magnitude=4),
    binaries.map(bytearray),
    st.decimals(allow_nan=False, places=1, min_value=-2, max_value=2),
    st.sampled_from([decimal.Decimal("1"), decimal.Decimal("1.00"), decimal.Decimal("NaN")]),
    dates,
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.integers(0, 3).map(lambda number: uuid.UUID(int=number)),
    st.sampled_from(["a", "a/b", "/a"]).map(pathlib.PurePosixPath),
    st.sampled_from([*Colour, *Fruit, *Level, Access.READ, Access.READ | Access.RUN]),
    st.builds(range, st.integers(0, 2), st.integers(0, 2)),
    st.builds(slice, st.integers(0, 2), st.one_of(st.none(), st.integers(0, 2))),
    st.integers(-2, 2).map(Number),
    numpy_scalars,
)
keys = st.one_of(
    texts, integers, st.booleans(), st.none(), st.tuples(texts, integers), numpy_scalars
)
arrays = st.builds(
    lambda items, dtype, column: np.array(items, dtype=dtype).reshape((-1, 1) if column else (-1,)),
    st.lists(st.integers(0, 2), max_size=3),
    st.sampled_from(["i4", "i8", ">i4", "u1", "f4", "f8", "?"]),
    st.booleans(),
)


def grow(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(values, max_size=3)
    named = st.dictionaries(st.sampled_from("abc"), values, max_size=3)
    return st.one_of(
        lists,
        lists.map(tuple),
        lists.map(Tagged),
        st.dictionaries(keys, values, max_size=3),
        named,
        named.map(Keyed),
        named.map(lambda attributes: Plain(**attributes)),
        named.map(lambda attributes: Twin(**attributes)),
        st.builds(Point, values, values),
        st.builds(Pixel, values, values),
        st.builds(Pair, values, values),
    )


sets = st.one_of(st.sets(keys, max_size=4), st.frozensets(keys, max_size=4))
values = st.recursive(st.one_of(atoms, sets, arrays), grow, max_leaves=8)


def sharing(value: Any, memo: dict[str, Any]) -> Any:
    """Rebuild the value so that whatever looks the same is one object."""
    if type(value) is list:
        value = [sharing(item, memo) for item in value]
    elif type(value) is tuple:
        value = tuple(sharing(item, memo) for item in value)
    elif type(value) is dict:
        value = {sharing(key, memo): sharing(item, memo) for key, item in value.items()}
    return memo.setdefault(visible(value), value)


@EXAMPLES
@given(values, values)
def test_two_values_have_one_hash_exactly_if_they_look_the_same(one: Any, other: Any) -> None:
    assert (rememo.hash(one) == rememo.hash(other)) == (visible(one) == visible(other))


@EXAMPLES
@given(st.data())
def test_a_change_of_one_element_changes_the_hash(data: st.DataObject) -> None:
    """Two values that share all but one place: the nearest to a collision one can draw."""
    before, old, new, after = (data.draw(values) for _ in range(4))
    shapes = [
        lambda x: [before, x, after],
        lambda x: (before, x, after),
        lambda x: {"a": before, "b": x, "c": after},
        lambda x: Plain(a=before, b=x, c=after),
        lambda x: [before, [x], after],
        lambda x: np.array([None, x, None], dtype=object) if not hasattr(x, "__len__") else [x],
    ]
    shape = data.draw(st.sampled_from(shapes))
    same = rememo.hash(shape(old)) == rememo.hash(shape(new))
    assert same == (visible(old) == visible(new))


@EXAMPLES
@given(st.lists(values, max_size=4), st.lists(values, max_size=4), st.lists(values, max_size=4))
def test_where_a_sequence_is_cut_counts(a: list[Any], b: list[Any], c: list[Any]) -> None:
    """Framing: moving an element over a border between two sequences is a difference."""
    one, other = [a + b, c], [a, b + c]
    assert (rememo.hash(one) == rememo.hash(other)) == (visible(one) == visible(other))
    flat = a + b + c
    assert (rememo.hash(one) == rememo.hash(flat)) == (visible(one) == visible(flat))


@EXAMPLES
@given(values)
def test_copies_have_the_same_hash(value: Any) -> None:
    digest = rememo.hash(value)
    assert rememo.hash(copy.deepcopy(value)) == digest
    assert rememo.hash(pickle.loads(pickle.dumps(value, protocol=5))) == digest
    assert rememo.hash(sharing(value, {})) == digest
    assert rememo.hash([value, value]) == rememo.hash([value, copy.deepcopy(value)])


@EXAMPLES
@given(st.lists(st.one_of(keys, st.frozensets(keys, max_size=3)), max_size=6), st.randoms())
def test_a_set_has_one_hash_in_any_order_of_building(items: list[Any], random: Any) -> None:
    built = {item: None for item in items}  # the first of equal items stays, as in a set
    shuffled = list(built)
    random.shuffle(shuffled)
    assert rememo.hash(set(built)) == rememo.hash(set(shuffled))
    assert rememo.hash(frozenset(built)) == rememo.hash(frozenset(shuffled))


def test_another_process_agrees(other_process: OtherProcess) -> None:
    """Each value is pickled over to an interpreter under another hash seed."""

    @settings(EXAMPLES, max_examples=60)
    @given(st.lists(values, min_size=5, max_size=20))
    def agree(batch: list[Any]) -> None:
        assert other_process.hashes(*batch) == [rememo.hash(value) for value in batch]

    agree()


@settings(EXAMPLES, max_examples=150)
@given(st.lists(values, min_size=2, max_size=8))
def test_calls_agree_with_hashes(arguments: list[Any]) -> None:
    """The call's fast path keeps apart, and takes together, what the hash does."""

    @rememo.cache(allow_output_mutation=True)
    def box(value: object) -> list[object]:
        return [visible(value)]

    rememo.clear()
    seen: dict[str, Any] = {}
    for argument in arguments:
        look = visible(argument)
        result = box(copy.deepcopy(argument))
        assert result == [look]
        assert seen.setdefault(look, result) is result
