"""Measurements of which some are masked."""

import numpy as np
import rememo

REQUIRES = ["numpy"]

measured = np.ma.masked_greater(np.array([1.0, 2.0, 99.0]), 50)


@rememo.cache
def mean() -> float:
    return float(measured.mean())


def call(f):
    return f()


def use():
    measured.filled(0)
    assert measured.count() == 2


def change():
    measured.mask[0] = True
