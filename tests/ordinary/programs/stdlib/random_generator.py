"""A generator of random numbers with its seed, as argument; and the interpreter's own, unused."""

import random

import rememo

SIDES = 6


@rememo.cache
def rolls(generator: random.Random, n: int) -> list[int]:
    return [generator.randint(1, SIDES) for _ in range(n)]


def call(f):
    return f(random.Random(42), 5)


def use():
    random.random()
    random.seed(3)


def change():
    global SIDES
    SIDES = 20
