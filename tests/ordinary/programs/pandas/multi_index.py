"""A frame under two levels of index."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

sales = pd.DataFrame(
    {"n": [1, 2, 3, 4]},
    index=pd.MultiIndex.from_product([["a", "b"], [2023, 2024]], names=["shop", "year"]),
)


@rememo.cache
def sold(shop: str) -> int:
    return int(sales.loc[shop, "n"].sum())


def call(f):
    return f("b")


def use():
    sales.index.is_monotonic_increasing
    sales.unstack()
    sales.xs(2023, level="year")


def change():
    sales.loc[("b", 2024), "n"] = 40
