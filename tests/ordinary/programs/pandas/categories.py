"""An ordered categorical column."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

SIZE = pd.CategoricalDtype(["S", "M", "L"], ordered=True)
stock = pd.DataFrame({"size": pd.Categorical(["M", "L", "S"], dtype=SIZE), "n": [1, 2, 3]})


@rememo.cache
def at_least(size: str) -> int:
    return int(stock.loc[stock["size"] >= size, "n"].sum())


def call(f):
    return f("M")


def use():
    stock["size"].cat.codes
    stock["size"].value_counts()
    assert SIZE.ordered


def change():
    stock["size"] = stock["size"].cat.reorder_categories(["M", "S", "L"], ordered=True)
