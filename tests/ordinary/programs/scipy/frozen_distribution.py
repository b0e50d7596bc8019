"""A frozen distribution, which holds numpy's global generator."""

import rememo
import scipy.stats

REQUIRES = ["scipy"]

heights = scipy.stats.norm(loc=170, scale=10)


@rememo.cache
def above(x: float) -> float:
    return round(float(heights.sf(x)), 8)


def call(f):
    return f(180.0)


def use():
    heights.rvs(3)
    heights.pdf(170.0)
    heights.stats()


def change():
    global heights
    heights = scipy.stats.norm(loc=175, scale=10)
