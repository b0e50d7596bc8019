"""Constants of numpy and its error state."""

import numpy as np
import rememo

REQUIRES = ["numpy"]

offset = np.float32(0.5)


@rememo.cache
def area(radius: float) -> float:
    with np.errstate(divide="ignore"):
        return float(np.float64(np.pi * radius**2 + offset) / np.float64(1.0))


def call(f):
    return f(2.0)


def use():
    assert np.isnan(np.nan)
    np.finfo(float).eps


def change():
    global offset
    offset = np.float32(0.75)
