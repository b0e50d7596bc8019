"""A timing decorator that notes the last duration on the function."""

import functools
import time

import rememo

STEP = 2


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            wrapper.last = time.perf_counter() - start

    return wrapper


@timed
def stepped(n: int) -> list[int]:
    return list(range(0, n, STEP))


@rememo.cache
def count(n: int) -> int:
    return len(stepped(n))


def call(f):
    return f(20)


def use():
    stepped(5)
    assert stepped.last > 0


def change():
    global STEP
    STEP = 5
