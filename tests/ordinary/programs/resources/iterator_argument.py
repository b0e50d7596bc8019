"""An iterator as argument."""

import rememo

SCALE = 2


@rememo.cache
def total(values) -> int:
    return sum(values) * SCALE


def call(f):
    return f(iter([1, 2, 3]))


def use():
    pass


def change():
    global SCALE
    SCALE = 3


EXPECT = "error"
IDENTITY = False
PASTED = False
NAMES = ["values"]
REMEDY = {"hash_funcs": {type(iter([])): lambda i: i.__length_hint__()}}
