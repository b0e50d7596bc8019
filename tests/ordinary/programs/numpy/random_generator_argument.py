"""A numpy generator, by its state."""

import numpy as np
import rememo

REQUIRES = ["numpy"]

SIZE = 3


@rememo.cache
def sample(generator: np.random.Generator) -> list[int]:
    return generator.integers(0, 100, SIZE).tolist()


def call(f):
    return f(np.random.default_rng(5))


def use():
    np.random.default_rng(5).random()
    np.random.random()


def change():
    global SIZE
    SIZE = 4
