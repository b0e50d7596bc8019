"""pandas: frames, series, indexes, extension types, scalars."""

import pandas as pd


def frame(**options: object) -> pd.DataFrame:
    """A small frame."""
    return pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, **options)


def with_attributes(**attributes: object) -> pd.DataFrame:
    """The same frame with attrs."""
    made = frame()
    made.attrs.update(attributes)
    return made


DISTINCT = {
    "frames": [
        *(lambda: pd.DataFrame(), frame, lambda: frame(index=[1, 2]), lambda: frame()[["b", "a"]]),
        *(lambda: frame().rename(columns={"a": "c"}), lambda: frame().iloc[::-1]),
        *(lambda: frame().astype({"a": "int32"}), lambda: frame().astype({"a": "float64"})),
        *(lambda: frame().astype({"b": "category"}), lambda: frame().astype({"b": object})),
        *(lambda: frame().head(1), lambda: with_attributes(u=1), lambda: with_attributes(u=2)),
        *(lambda: frame().rename_axis("n"), lambda: frame().rename_axis("n", axis=1)),
        *(lambda: frame().set_flags(allows_duplicate_labels=False), lambda: frame().T),
        lambda: frame().assign(a=[1, 3]),
        lambda: frame().assign(b=["x", None]),
    ],
    "series": [
        *(lambda: pd.Series([1, 2]), lambda: pd.Series([1, 2], name="n"), lambda: pd.Series([1.0])),
        *(lambda: pd.Series([1, 2], index=["a", "b"]), lambda: pd.Series(["a", "b"])),
        *(lambda: pd.Series([1, 2], dtype="Int64"), lambda: pd.Series([1, None], dtype="Int64")),
        *(lambda: pd.Series(["a"], dtype="string"), lambda: pd.Series(["a"], dtype=object)),
        *(lambda: pd.Series([True], dtype="boolean"), lambda: pd.Series([None], dtype="boolean")),
    ],
    "indexes": [
        *(lambda: pd.Index([1, 2]), lambda: pd.Index([1, 2], name="n"), lambda: pd.RangeIndex(2)),
        *(lambda: pd.RangeIndex(1, 3), lambda: pd.Index(["a"]), lambda: pd.Index([1.0, 2.0])),
        *(lambda: pd.date_range("2024", periods=2), lambda: pd.DatetimeIndex(["2024-01-01"])),
        *(lambda: pd.date_range("2024", periods=2, tz="UTC"),),
        lambda: pd.DatetimeIndex(["2024-01-01", "2024-01-02"]),
        *(lambda: pd.timedelta_range("1D", periods=2), lambda: pd.interval_range(0, 2)),
        *(lambda: pd.period_range("2024", periods=2, freq="M"), lambda: pd.Index([])),
        lambda: pd.interval_range(0, 2, closed="left"),
        lambda: pd.CategoricalIndex(["a", "b"]),
        lambda: pd.CategoricalIndex(["a", "b"], categories=["b", "a"]),
        lambda: pd.CategoricalIndex(["a", "b"], ordered=True),
    ],
    "multi-indexes": [
        *(
            lambda: pd.MultiIndex.from_tuples([(1, "a")]),
            lambda: pd.MultiIndex.from_tuples([(1, "b")]),
        ),
        lambda: pd.MultiIndex.from_tuples([(1, "a")], names=["m", "n"]),
    ],
    "categoricals": [
        *(lambda: pd.Categorical(["a"]), lambda: pd.Categorical(["a"], categories=["a", "b"])),
        *(lambda: pd.Categorical(["a"], ordered=True), lambda: pd.Categorical([None, "a"])),
        *(lambda: pd.CategoricalDtype(["a"]), lambda: pd.CategoricalDtype(["a"], ordered=True)),
    ],
    "dtypes": [
        *(lambda: pd.Int64Dtype(), lambda: pd.Int32Dtype(), lambda: pd.BooleanDtype()),
        *(lambda: pd.DatetimeTZDtype("ns", "UTC"), lambda: pd.DatetimeTZDtype("ns", "Asia/Tokyo")),
        *(lambda: pd.PeriodDtype("M"), lambda: pd.PeriodDtype("D"), lambda: pd.IntervalDtype("i8")),
    ],
    "scalars": [
        *(lambda: pd.Timestamp("2024"), lambda: pd.Timestamp("2024", tz="UTC"), lambda: pd.NA),
        *(lambda: pd.Timestamp("2024").as_unit("s"), lambda: pd.NaT, lambda: pd.Timedelta("1D")),
        *(
            lambda: pd.Timedelta("2D"),
            lambda: pd.Period("2024", "M"),
            lambda: pd.Period("2024", "D"),
        ),
        *(lambda: pd.Interval(0, 1), lambda: pd.Interval(0, 1, "both"), lambda: pd.Interval(0, 2)),
        *(lambda: pd.offsets.Day(1), lambda: pd.offsets.Day(2), lambda: pd.offsets.BDay(1)),
        *(
            lambda: pd.offsets.MonthEnd(),
            lambda: pd.Timestamp("2024-10-27 01:30", tz="Europe/Rome"),
        ),
    ],
}

ALIKE = {
    "frames however they were put together": [
        frame,
        lambda: _inserted(),
        lambda: pd.concat([frame().iloc[:1], frame().iloc[1:]]),
        lambda: frame().assign(c=1).drop(columns="c"),
        lambda: frame().copy(),
    ],
    "frames whatever was asked of them": [frame, lambda: _asked(frame())],
    "columns of one block or many": [
        lambda: pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}),
        lambda: pd.DataFrame([[1.0, 3.0], [2.0, 4.0]], columns=["a", "b"]),
    ],
    "index whatever was looked up": [
        lambda: pd.Index(["p", "q"]),
        lambda: _looked_up(pd.Index(["p", "q"])),
    ],
    "slices of a longer series": [
        lambda: pd.Series([1, 2], name="z"),
        lambda: pd.Series([1, 2, 3], name="z").iloc[:2],
    ],
}


def _inserted() -> pd.DataFrame:
    made = pd.DataFrame({"b": ["x", "y"]})
    made.insert(0, "a", [1, 2])
    return made


def _asked(asked: pd.DataFrame) -> pd.DataFrame:
    asked.describe()
    asked.groupby("b").sum()
    assert asked["a"].is_unique and asked.loc[1, "a"] == 2 and asked.index.is_monotonic_increasing
    return asked


def _looked_up(index: pd.Index) -> pd.Index:
    assert index.get_loc("q") == 1 and index.is_unique and not index.hasnans
    return index
