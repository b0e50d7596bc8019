"""A polars frame as argument and as result."""

import polars as pl
import rememo

REQUIRES = ["polars"]

COLUMN = "a"


@rememo.cache
def doubled(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(COLUMN) * 2)


def call(f):
    halves = [pl.DataFrame({"a": [1], "b": [3]}), pl.DataFrame({"a": [2], "b": [4]})]
    return f(pl.concat(halves, rechunk=False))


def use():
    pl.DataFrame({"a": [1, 2], "b": [3, 4]}).write_csv()


def change():
    global COLUMN
    COLUMN = "b"
