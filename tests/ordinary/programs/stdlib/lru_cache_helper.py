"""A helper with functools.lru_cache, which fills as it is used."""

import functools

import rememo

MODULUS = 97


@functools.cache
def fibonacci(n: int) -> int:
    return n if n < 2 else (fibonacci(n - 1) + fibonacci(n - 2)) % MODULUS


@rememo.cache
def series(n: int) -> list[int]:
    return [fibonacci(i) for i in range(n)]


def call(f):
    return f(15)


def use():
    fibonacci(60)
    assert fibonacci.cache_info().currsize > 15


def change():
    global MODULUS
    MODULUS = 89
    fibonacci.cache_clear()
