"""A function that warns, between changes of the filters."""

import warnings

import rememo

THRESHOLD = 10


@rememo.cache
def checked(x: int) -> bool:
    if x > THRESHOLD:
        warnings.warn("large", stacklevel=2)
    return x > THRESHOLD


def call(f):
    return f(12)


def use():
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("unrelated", stacklevel=1)


def change():
    global THRESHOLD
    THRESHOLD = 20
