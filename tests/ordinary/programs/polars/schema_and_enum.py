"""A schema with an enumeration."""

import polars as pl
import rememo

REQUIRES = ["polars"]

SCHEMA = pl.Schema({"size": pl.Enum(["S", "M", "L"]), "n": pl.Int32})


@rememo.cache
def ordered(rows: list[tuple[str, int]]) -> list[str]:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort("size")["size"].to_list()


def call(f):
    return f([("L", 1), ("S", 2)])


def use():
    assert SCHEMA.names() == ["size", "n"]
    SCHEMA["size"].categories


def change():
    SCHEMA["size"] = pl.Enum(["L", "M", "S"])
