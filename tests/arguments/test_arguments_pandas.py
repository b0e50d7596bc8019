"""pandas: names, order, dtypes, index, attributes and values count; blocks and caches do not."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import rememo
from _support import OtherProcess, hit, miss, ran

pd = pytest.importorskip("pandas")


def frame(**changes: Any) -> Any:
    columns = {"a": [1, 2, 3], "b": [1.0, 2.0, np.nan], "c": ["x", "y", None]}
    return pd.DataFrame({**columns, **changes})


def with_attrs(value: Any) -> Any:
    value.attrs["source"] = "here"
    return value


def without_duplicates(value: Any) -> Any:
    return value.set_flags(allows_duplicate_labels=False)


SERIES = pd.Series([1, 2, 3])
DAYS = pd.date_range("2024-01-01", periods=3)
CATEGORIES = pd.Categorical(["u", "v", "u"], categories=["u", "v"])
MULTI = pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["n", "l"])

DIFFERENT: list[Any] = [
    *(
        frame(),
        frame(a=[1, 2, 4]),
        frame(a=[1.0, 2.0, 3.0]),
        frame(a=[3, 2, 1]),
        frame(d=[1, 2, 3]),
    ),
    *(frame().rename(columns={"a": "A"}), frame()[["b", "a", "c"]], frame().iloc[::-1]),
    *(
        frame().astype({"a": "int32"}),
        frame().astype({"a": "Int64"}),
        frame().astype({"a": "object"}),
    ),
    *(
        frame().set_index("a"),
        frame(c=["x", "y", "z"]),
        frame(c=["xy", "", None]),
        frame().iloc[:2],
    ),
    *(frame().rename_axis("i"), frame().rename_axis(columns="k"), with_attrs(frame())),
    *(
        frame().set_axis([0, 1, 3]),
        frame().set_axis([0.0, 1.0, 2.0]),
        frame().set_axis(list("012")),
    ),
    *(frame(b=[1.0, 2.0, 3.0]), frame(b=[-0.0, 2.0, 3.0]), frame(b=[0.0, 2.0, 3.0])),
    without_duplicates(frame()),
    *(
        pd.DataFrame(),
        pd.DataFrame(index=[0]),
        pd.DataFrame(columns=["a"]),
        pd.DataFrame({"a": []}),
    ),
    *(
        pd.DataFrame({"a": pd.Series([], dtype="i4")}),
        pd.DataFrame({0: [1]}),
        pd.DataFrame({"0": [1]}),
    ),
    *(SERIES, SERIES.rename("s"), SERIES.astype("f8"), SERIES[::-1], SERIES.rename_axis("i")),
    *(SERIES.to_frame(), SERIES.set_axis([1, 2, 3]), with_attrs(SERIES.copy()), SERIES.to_numpy()),
    *(SERIES.astype("Int64"), SERIES.astype("int8"), pd.Series([1, 2, None], dtype="Int64")),
    *(pd.Series(list("abc")), pd.Series(list("abc"), dtype=object), pd.Series(["ab", "c", ""])),
    *(
        pd.Series(list("abc"), dtype="string"),
        pd.Series([True, False]),
        pd.Series([True], dtype="boolean"),
    ),
    *(pd.Series(CATEGORIES), pd.Series(CATEGORIES.as_ordered()), CATEGORIES),
    pd.Series(CATEGORIES.set_categories(["v", "u"])),
    pd.Series(CATEGORIES.set_categories(["u", "v", "w"])),
    *(pd.Series(DAYS), pd.Series(DAYS.tz_localize("UTC")), DAYS, DAYS.tz_localize("UTC")),
    *(
        DAYS.tz_localize("Europe/Paris"),
        DAYS._with_freq(None),
        DAYS.as_unit("s"),
        DAYS.to_period("D"),
    ),
    *(DAYS - DAYS[0], pd.period_range("2024-01", periods=3, freq="M"), pd.interval_range(0, 3)),
    pd.interval_range(0, 3, closed="left"),
    *(
        pd.RangeIndex(3),
        pd.Index([0, 1, 2]),
        pd.Index([0, 1, 2], name="n"),
        pd.Index([0.0, 1.0, 2.0]),
    ),
    *(
        pd.Index(["a"]),
        pd.Index(["a"], dtype=object),
        pd.CategoricalIndex(["a"]),
        pd.RangeIndex(0, 3, 2),
    ),
    *(MULTI, MULTI.rename(["n", "m"]), MULTI[::-1], MULTI.droplevel(1), MULTI.swaplevel()),
    *(
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-01-01", tz="UTC"),
        pd.Timedelta(1, "D"),
        pd.NaT,
    ),
    *(
        pd.NA,
        pd.Period("2024-01"),
        pd.Interval(0, 1),
        pd.Interval(0, 1, closed="left"),
        None,
        np.nan,
    ),
    pd.Series([[1], [2]]),
    pd.Series([(1,), (2,)]),
    pd.Series(pd.arrays.SparseArray([0, 0, 1])),
]
NAMES = [f"{index}-{type(value).__name__}" for index, value in enumerate(DIFFERENT)]


def test_all_that_a_frame_shows_counts() -> None:
    owners: dict[str, int] = {}
    same = []
    for index, value in enumerate(DIFFERENT):
        owner = owners.setdefault(rememo.hash(value), index)
        if owner != index:
            same.append((NAMES[owner], NAMES[index]))
    assert same == []


@pytest.mark.parametrize("value", DIFFERENT, ids=NAMES)
def test_a_copied_frame_has_the_same_hash(value: Any) -> None:
    digest = rememo.hash(value)
    assert rememo.hash(copy.deepcopy(value)) == digest
    assert rememo.hash(pickle.loads(pickle.dumps(value, protocol=5))) == digest


def test_frames_have_the_same_hash_in_another_process(other_process: OtherProcess) -> None:
    theirs = other_process.hashes(*DIFFERENT)
    ours = [rememo.hash(value) for value in DIFFERENT]
    assert [n for n, a, b in zip(NAMES, ours, theirs, strict=True) if a != b] == []


def test_how_a_frame_is_stored_in_blocks_does_not_count() -> None:
    at_once = pd.DataFrame({"a": [1, 2], "b": [3, 4], "c": [0.5, 1.5]})
    column_wise = pd.DataFrame({"c": [0.5, 1.5]})
    column_wise.insert(0, "b", [3, 4])
    column_wise.insert(0, "a", [1, 2])
    sliced = pd.DataFrame({"z": [0, 0], "a": [1, 2], "b": [3, 4], "c": [0.5, 1.5]}).iloc[:, 1:]
    assert rememo.hash(column_wise) == rememo.hash(at_once)
    assert rememo.hash(sliced) == rememo.hash(at_once)


def test_a_slice_equals_its_copy() -> None:
    wide = pd.DataFrame(np.arange(40.0).reshape(10, 4), columns=list("abcd"))
    for part in (wide.iloc[::2], wide[["d", "a"]], wide.T, wide["b"], wide.iloc[2:5]["c"]):
        assert rememo.hash(part) == rememo.hash(part.copy(deep=True))


def test_being_used_does_not_change_a_frame() -> None:
    """Lazily built look-up tables, flags and caches of pandas are left out."""
    value = frame().set_index("c")
    before = rememo.hash(value), rememo.hash(value.index), rememo.hash(MULTI)
    _ = (value.index.is_unique, value.index.get_loc("x"), value["a"], value.loc["x"])
    _ = (value.columns.is_monotonic_increasing, value.to_string(), value.groupby("a").sum())
    _ = (MULTI.get_loc((1, "a")), MULTI.values, MULTI.is_unique, value.index.hasnans)
    assert (rememo.hash(value), rememo.hash(value.index), rememo.hash(MULTI)) == before


def test_a_frame_changed_in_place_misses() -> None:
    @rememo.cache
    def total(data: Any) -> float:
        ran()
        return float(data["b"].sum())

    data = frame()
    assert miss(total, data) == 3.0
    hit(total, frame())
    data.loc[0, "b"] = 5.0
    assert miss(total, data) == 7.0
    data.columns = ["a", "x", "b"]
    data["b"] = [0, 0, 1]
    assert miss(total, data) == 1.0


@pytest.mark.parametrize("row", [0, 49_999, 99_999])
def test_each_row_of_a_long_frame_counts(row: int) -> None:
    data = pd.DataFrame({"n": np.zeros(100_000), "s": ["same"] * 100_000})
    before = rememo.hash(data)
    changed = data.copy()
    changed.loc[row, "s"] = "other"
    assert rememo.hash(changed) != before
    changed = data.copy()
    changed.loc[row, "n"] = 1
    assert rememo.hash(changed) != before
