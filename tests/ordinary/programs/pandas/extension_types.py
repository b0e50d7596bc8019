"""Nullable integers, strings, booleans, periods and intervals."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

table = pd.DataFrame(
    {
        "n": pd.array([1, None, 3], dtype="Int64"),
        "s": pd.array(["a", None, "c"], dtype="string"),
        "b": pd.array([True, None, False], dtype="boolean"),
        "p": pd.period_range("2024-01", periods=3, freq="M"),
        "i": pd.interval_range(0, 3),
    }
)


@rememo.cache
def described(row: int) -> list[str]:
    return [str(value) for value in table.iloc[row]]


def call(f):
    return f(1)


def use():
    table.isna()
    table["p"].dt.year
    table["i"].array.overlaps(pd.Interval(0, 1))


def change():
    table.loc[1, "n"] = 7
