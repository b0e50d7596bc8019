"""CSV text that is read with converters."""

import io

import pandas as pd
import rememo

REQUIRES = ["pandas"]

converters = {"price": lambda text: float(text.replace(",", "."))}


@rememo.cache
def read(file: io.StringIO) -> pd.DataFrame:
    return pd.read_csv(file, sep=";", converters=converters)


def call(f):
    return f(io.StringIO("item;price\npen;2,5\n"))


def use():
    assert converters["price"]("1,5") == 1.5


def change():
    converters["price"] = lambda text: float(text.replace(",", ".")) * 2
