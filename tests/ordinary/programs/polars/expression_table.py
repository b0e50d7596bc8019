"""Expressions in a table of rules."""

import polars as pl
import rememo

REQUIRES = ["polars"]

RULES = {"adult": pl.col("age") >= 18}


@rememo.cache
def selected(rule: str) -> list[str]:
    people = pl.DataFrame({"name": ["ada", "bob"], "age": [36, 17]})
    return people.filter(RULES[rule])["name"].to_list()


def call(f):
    return f("adult")


def use():
    str(RULES["adult"])
    assert RULES["adult"].meta.root_names() == ["age"]


def change():
    RULES["adult"] = pl.col("age") >= 16
