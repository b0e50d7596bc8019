"""Dates and objects in arrays."""

import numpy as np
import rememo

REQUIRES = ["numpy"]

days = np.array(["2024-01-01", "2024-03-01"], dtype="datetime64[D]")
labels = np.array(["winter", ("spring", 1)], dtype=object)


@rememo.cache
def season(day: np.datetime64) -> str:
    return str(labels[np.searchsorted(days, day, side="right") - 1])


def call(f):
    return f(np.datetime64("2024-03-05"))


def use():
    np.diff(days)
    labels.tolist()


def change():
    labels[1] = ("spring", 2)
