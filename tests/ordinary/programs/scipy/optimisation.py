"""An objective of our own, minimised."""

import rememo
import scipy.optimize

REQUIRES = ["scipy"]

TARGET = 3.0
bounds = scipy.optimize.Bounds(0.0, 10.0)


def cost(x) -> float:
    return float((x[0] - TARGET) ** 2)


@rememo.cache
def minimum(start: float) -> float:
    return round(float(scipy.optimize.minimize(cost, [start], bounds=bounds).x[0]), 3)


def call(f):
    return f(1.0)


def use():
    scipy.optimize.minimize(cost, [0.5])
    repr(bounds)


def change():
    global TARGET
    TARGET = 4.0
