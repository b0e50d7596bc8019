"""Universal functions in a table."""

import numpy as np
import rememo

REQUIRES = ["numpy"]

OPERATIONS = {"length": np.hypot, "sum": np.add}


@rememo.cache
def applied(name: str, a: float, b: float) -> float:
    return float(OPERATIONS[name](a, b))


def call(f):
    return f("length", 3.0, 4.0)


def use():
    assert np.add.reduce([1, 2]) == 3
    assert OPERATIONS["sum"].nin == 2


def change():
    OPERATIONS["length"] = np.maximum
