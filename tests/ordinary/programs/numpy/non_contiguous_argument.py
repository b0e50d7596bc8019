"""A column of a matrix: the view and its copy are one argument."""

import numpy as np
import rememo

REQUIRES = ["numpy"]

table = np.arange(12).reshape(3, 4)
calls = iter(range(100))
POWER = 2


@rememo.cache
def norm(column: np.ndarray) -> int:
    return int((column**POWER).sum())


def call(f):
    column = table[:, 1]
    return f(column if next(calls) % 2 else column.copy())


def use():
    np.ascontiguousarray(table[:, 1])


def change():
    global POWER
    POWER = 3
