"""A legacy RandomState that is copied before use."""

import copy

import numpy as np
import rememo

REQUIRES = ["numpy"]

seeded = np.random.RandomState(3)


@rememo.cache
def noise(n: int) -> list[float]:
    return copy.deepcopy(seeded).normal(size=n).tolist()


def call(f):
    return f(2)


def use():
    copy.deepcopy(seeded).random_sample()
    repr(seeded)


def change():
    seeded.seed(4)
