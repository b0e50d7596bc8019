"""A polars frame and an expression as globals."""

import polars as pl
import rememo

REQUIRES = ["polars"]

prices = pl.DataFrame({"item": ["pen", "ink"], "price": [2.0, 5.0]})
GROSS = (pl.col("price") * 1.5).alias("gross")


@rememo.cache
def gross(item: str) -> float:
    return prices.filter(pl.col("item") == item).select(GROSS).item()


def call(f):
    return f("ink")


def use():
    prices.describe()
    prices.lazy().collect()
    prices["price"].mean()
    assert prices.rechunk().height == 2


def change():
    global prices
    prices = prices.with_columns(price=pl.Series([2.0, 6.0]))
