"""A colour map, whose table is made on first use."""

import matplotlib
import rememo
from matplotlib.colors import LinearSegmentedColormap, Normalize

REQUIRES = ["matplotlib"]

matplotlib.use("Agg")
heat = LinearSegmentedColormap.from_list("heat", ["black", "red"])
scale = Normalize(0, 10)


@rememo.cache
def colour(x: float) -> tuple:
    return tuple(round(float(c), 3) for c in heat(scale(x)))


def call(f):
    return f(5.0)


def use():
    scale(3.0)
    repr(scale)


def change():
    scale.vmax = 20
