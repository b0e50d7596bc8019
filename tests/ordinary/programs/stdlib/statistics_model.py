"""A normal distribution of the statistics module."""

import statistics
from fractions import Fraction

import rememo

heights = statistics.NormalDist(mu=170, sigma=10)
HALF = Fraction(1, 2)


@rememo.cache
def share_above(x: float) -> float:
    return round(float(HALF) * (1 - heights.cdf(x)), 6)


def call(f):
    return f(180.0)


def use():
    assert heights.mean == 170
    heights.quantiles()
    hash(HALF)


def change():
    global heights
    heights = statistics.NormalDist(mu=175, sigma=10)
