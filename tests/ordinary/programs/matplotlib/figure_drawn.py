"""A figure that the function draws, in a style of our own."""

import io

import matplotlib

matplotlib.use("Agg")
import rememo
from matplotlib.figure import Figure

REQUIRES = ["matplotlib"]

STYLE = {"figsize": (1, 1), "dpi": 30}


@rememo.cache
def drawn(values: list[float]) -> int:
    figure = Figure(**STYLE)
    figure.subplots().plot(values)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="rgba")
    return len(buffer.getvalue())


def call(f):
    return f([1.0, 2.0])


def use():
    Figure(figsize=(1, 1)).subplots().bar([1], [2])


def change():
    STYLE["dpi"] = 40
