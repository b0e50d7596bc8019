"""A generator as a global: it is consumed by whoever reads it."""

import types

import rememo


def naturals():
    n = 0
    while True:
        yield n
        n += 1


numbers = naturals()
BASE = 10


@rememo.cache
def paused() -> str:
    return f"{numbers.gi_running}{BASE}"


def call(f):
    return f()


def use():
    next(numbers)


def change():
    global BASE
    BASE = 16


EXPECT = "error"
NAMES = ["numbers"]
REMEDY = {"hash_funcs": {types.GeneratorType: lambda _: None}}
