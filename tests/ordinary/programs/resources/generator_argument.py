"""A generator as argument: a list is what was meant."""

import types

import rememo

SCALE = 2


@rememo.cache
def total(values) -> int:
    return sum(values) * SCALE


def call(f):
    return f(x for x in (1, 2, 3))


def use():
    pass


def change():
    global SCALE
    SCALE = 3


EXPECT = "error"
IDENTITY = False
PASTED = False  # by identity each new generator is another one: never a hit, and never stale
NAMES = ["values"]
REMEDY = {"hash_funcs": {types.GeneratorType: lambda g: g.gi_code.co_name}}
