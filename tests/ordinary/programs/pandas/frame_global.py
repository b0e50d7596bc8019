"""A frame of prices that is grouped and described in between."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

prices = pd.DataFrame({"item": ["pen", "ink", "pen"], "price": [2.0, 5.0, 3.0]})


@rememo.cache
def mean_price(item: str) -> float:
    return float(prices.loc[prices["item"] == item, "price"].mean())


def call(f):
    return f("pen")


def use():
    prices.describe()
    prices.groupby("item")["price"].sum()
    prices.head(1).to_dict()
    assert prices["item"].is_unique is False
    prices.index.is_monotonic_increasing


def change():
    prices.loc[0, "price"] = 4.0
