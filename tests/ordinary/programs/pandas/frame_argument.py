"""A frame as argument, transformed by a pipeline of functions."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

RENAMES = {"a": "x"}


def renamed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=RENAMES)


def totalled(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame.assign(**{name: frame.sum(axis=1)})


@rememo.cache
def report(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.pipe(renamed).pipe(totalled, name="total")


def call(f):
    return f(pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=["r", "s"]))


def use():
    totalled(pd.DataFrame({"a": [1]}), "t")


def change():
    RENAMES["a"] = "y"
