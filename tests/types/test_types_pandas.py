"""pandas: what cannot be seen of an array, subclasses, what is set on a frame, groupings."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import rememo

pd = pytest.importorskip("pandas")


def masked(kind: str, under: float) -> Any:
    """A masked array with another number under its missing value."""
    made = pd.array([1, None], dtype=kind)
    made._data[1] = under
    return made


@pytest.mark.parametrize("kind", ["Int64", "UInt8", "Float64", "boolean"])
def test_what_lies_under_a_missing_value_does_not_count(kind: str) -> None:
    one, other = masked(kind, 0), masked(kind, 1)
    for wrapped in (lambda v: v, pd.Series, lambda v: pd.DataFrame({"a": v}), pd.Index):
        assert rememo.hash(wrapped(one)) == rememo.hash(wrapped(other))
        assert rememo.hash(wrapped(one)) != rememo.hash(wrapped(pd.array([0, None], dtype=kind)))


def test_text_counts_by_value_not_by_how_arrow_holds_it() -> None:
    pa = pytest.importorskip("pyarrow")
    words = ["a", None, "long enough to lie apart"]
    series = pd.Series(words, dtype="str")
    pieces = pd.concat([series[:1], series[1:]])
    shifted = pd.Series(["x", *words], dtype="str")[1:].reset_index(drop=True)
    for other in (pieces, shifted, series.copy(), series.iloc[::-1].iloc[::-1]):
        assert rememo.hash(other) == rememo.hash(series)
    typed = [
        pd.Series(["a"], dtype=kind)
        for kind in (
            "str",
            object,
            pd.StringDtype("pyarrow"),
            pd.StringDtype("python"),
            pd.ArrowDtype(pa.string()),
            pd.ArrowDtype(pa.large_string()),
        )
    ]
    assert len({rememo.hash(value) for value in typed}) == len(typed)


def test_arrow_types_of_columns_count() -> None:
    pa = pytest.importorskip("pyarrow")
    kinds = [pa.int64(), pa.int32(), pa.float64(), pa.timestamp("s"), pa.timestamp("s", "UTC")]
    columns = [pd.Series([0], dtype=pd.ArrowDtype(kind)) for kind in kinds]
    assert len({rememo.hash(column) for column in columns}) == len(columns)
    nested = [pd.Series([value], dtype=pd.ArrowDtype(pa.list_(pa.int64()))) for value in ([1], [2])]
    assert rememo.hash(nested[0]) != rememo.hash(nested[1])


class Measured(pd.DataFrame):
    """A subclass as pandas documents it, with more than it documents."""

    _metadata = ["unit"]

    @property
    def _constructor(self) -> type:
        return Measured


class Weighed(Measured):
    pass


def measured(kind: type, unit: str, **attributes: object) -> Any:
    made = kind({"a": [1, 2]})
    made.unit = unit
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made


def test_a_subclass_counts_by_class_content_and_attributes() -> None:
    assert rememo.hash(measured(Measured, "m")) == rememo.hash(measured(Measured, "m"))
    values = [
        measured(Measured, "m"),
        measured(Measured, "s"),
        measured(Weighed, "m"),
        measured(Measured, "m", note="x"),
        measured(Measured, "m") + 1,
        pd.DataFrame({"a": [1, 2]}),
    ]
    assert len({rememo.hash(value) for value in values}) == len(values)
    again = pickle.loads(pickle.dumps(values[0]))
    assert rememo.hash(again) == rememo.hash(values[0])


def test_blocks_of_a_subclass_do_not_count() -> None:
    at_once = Measured({"a": [1, 2], "b": [3, 4]})
    column_wise = Measured({"b": [3, 4]})
    column_wise.insert(0, "a", [1, 2])
    assert rememo.hash(column_wise) == rememo.hash(at_once)


def test_an_attribute_that_a_program_sets_on_a_frame_counts() -> None:
    plain, noted = pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]})
    object.__setattr__(noted, "note", "x")
    assert rememo.hash(plain) != rememo.hash(noted)


@pd.api.extensions.register_series_accessor("rememo_types")
class Accessor:
    def __init__(self, series: Any) -> None:
        self.series = series
        self.resource = iter([])


def test_accessors_that_a_frame_keeps_do_not_count() -> None:
    series = pd.Series(["a", "b"])
    before = rememo.hash(series)
    assert series.str.upper()[0] == "A" and series.rememo_types.series is series
    assert rememo.hash(series) == before


def test_a_grouping_counts_by_what_is_grouped_and_how() -> None:
    frame = pd.DataFrame({"a": [1, 1, 2], "b": [1, 2, 3]})
    asked = frame.groupby("a")
    before = rememo.hash(asked)
    assert asked.ngroups == 2 and asked.groups and asked.sum().shape == (2, 1)
    assert rememo.hash(asked) == before == rememo.hash(frame.groupby("a"))
    others = [
        frame.groupby("b"),
        frame.groupby("a", sort=False),
        frame.groupby("a")["b"],
        (frame + 1).groupby("a"),
        frame["b"].groupby(np.array([0, 0, 1])),
        frame["b"].groupby(np.array([0, 1, 1])),
    ]
    assert len({before, *map(rememo.hash, others)}) == len(others) + 1


def test_levels_and_codes_of_a_multi_index_count_its_look_up_does_not() -> None:
    index = pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["l", "n"])
    before = rememo.hash(index)
    assert index.get_loc(("a", 1)) == 0 and index.is_unique and len(index.values) == 4
    assert rememo.hash(index) == before == rememo.hash(copy.copy(index))
    part = index[:2]
    assert list(part.levels[0]) == ["a", "b"]
    assert rememo.hash(part) != rememo.hash(part.remove_unused_levels())


def test_the_frequency_of_an_index_counts() -> None:
    daily = pd.date_range("2024-01-01", periods=3)
    assert rememo.hash(daily) != rememo.hash(daily._with_freq(None))


def test_offsets_count_by_kind_and_parameters() -> None:
    offsets = pd.offsets
    values = [
        *(offsets.Day(1), offsets.Day(2), offsets.Hour(24), offsets.MonthEnd(1)),
        *(offsets.Week(weekday=0), offsets.Week(weekday=1), offsets.Week()),
        *(offsets.DateOffset(months=1), offsets.DateOffset(months=2), offsets.DateOffset(days=1)),
        *(offsets.CustomBusinessDay(), offsets.CustomBusinessDay(holidays=["2024-01-01"])),
        *(offsets.CustomBusinessDay(weekmask="Mon Tue"), offsets.BusinessHour(start="08:00")),
    ]
    assert len({rememo.hash(value) for value in values}) == len(values)
    for value in values:
        before = rememo.hash(value)
        assert pd.Timestamp("2024-01-05") + value != pd.Timestamp("2024-01-05")
        assert rememo.hash(value) == before == rememo.hash(pickle.loads(pickle.dumps(value)))


def test_each_row_of_a_long_frame_of_text_counts() -> None:
    words = [f"word {n % 977}" for n in range(30_000)]
    for kind in ("str", object):
        frame = pd.DataFrame({"n": np.arange(30_000.0), "s": pd.Series(words, dtype=kind)})
        before = rememo.hash(frame)
        assert rememo.hash(frame.copy()) == before
        for row in (0, 12_345, 29_999):
            changed = frame.copy()
            changed.loc[row, "s"] = "other"
            assert rememo.hash(changed) != before
