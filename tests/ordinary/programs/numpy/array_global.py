"""A table of weights as an array, and a view of it."""

import numpy as np
import rememo

REQUIRES = ["numpy"]

weights = np.linspace(0.0, 1.0, 5)
every_other = weights[::2]


@rememo.cache
def score(values: np.ndarray) -> float:
    return float(values @ weights + every_other.sum())


def call(f):
    return f(np.arange(5.0))


def use():
    assert weights.flags.writeable
    weights.mean()
    weights.argsort()


def change():
    weights[0] = 10.0
