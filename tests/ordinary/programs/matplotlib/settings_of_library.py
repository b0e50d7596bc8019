"""A function that reads matplotlib's settings."""

import matplotlib as mpl
import rememo

REQUIRES = ["matplotlib"]
ISOLATED = True

mpl.use("Agg")


@rememo.cache
def width() -> float:
    return float(mpl.rcParams["lines.linewidth"])


def call(f):
    return f()


def use():
    with mpl.rc_context({"lines.linewidth": 9}):
        assert mpl.rcParams["lines.linewidth"] == 9


def change():
    mpl.rcParams["lines.linewidth"] = 4.0
