"""Records with named fields, and the dtype as a global."""

import numpy as np
import rememo

REQUIRES = ["numpy"]

ROW = np.dtype([("name", "U8"), ("price", "f8")])
items = np.array([("pen", 2.0), ("ink", 5.0)], dtype=ROW)


@rememo.cache
def expensive(limit: float) -> list[str]:
    made = np.zeros(1, dtype=ROW)
    return [str(n) for n in np.concatenate([items, made])["name"][:2][items["price"] > limit]]


def call(f):
    return f(3.0)


def use():
    assert ROW.names == ("name", "price")
    items.view(np.recarray).price


def change():
    items["price"][0] = 4.0
