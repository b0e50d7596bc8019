"""A function of our own under np.vectorize."""

import numpy as np
import rememo

REQUIRES = ["numpy"]

STEP = 10


def floored(x: float) -> float:
    return x - x % STEP


floor = np.vectorize(floored)


@rememo.cache
def floors(values: list[float]) -> list[float]:
    return floor(np.array(values)).tolist()


def call(f):
    return f([12.0, 25.0])


def use():
    floor([1.0])
    repr(floor)


def change():
    global STEP
    STEP = 5
