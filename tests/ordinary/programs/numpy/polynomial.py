"""A polynomial of each kind that numpy has."""

import numpy as np
import rememo
from numpy.polynomial import Polynomial

REQUIRES = ["numpy"]

curve = Polynomial([1.0, 0.0, 2.0])
old_curve = np.poly1d([1.0, 3.0])


@rememo.cache
def at(x: float) -> float:
    return float(curve(x) + old_curve(x))


def call(f):
    return f(2.0)


def use():
    curve.deriv()
    curve.roots()
    old_curve.order


def change():
    curve.coef[0] = 5.0
