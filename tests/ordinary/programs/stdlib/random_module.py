"""A function that uses the interpreter-wide generator, seeded by itself."""

import random

import rememo

SEED = 7


@rememo.cache
def shuffled(n: int) -> list[int]:
    random.seed(SEED)
    items = list(range(n))
    random.shuffle(items)
    return items


def call(f):
    return f(6)


def use():
    random.random()


def change():
    global SEED
    SEED = 8
