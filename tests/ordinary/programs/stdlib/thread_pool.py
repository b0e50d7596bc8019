"""A pool of threads that is made once and used by everything."""

from concurrent.futures import ThreadPoolExecutor

import rememo

pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="ordinary")
EXPONENT = 2


def power(x: int) -> int:
    return x**EXPONENT


@rememo.cache
def powers(n: int) -> list[int]:
    return list(pool.map(power, range(n)))


def call(f):
    return f(4)


def use():
    assert pool.submit(sum, [1, 2]).result() == 3
    assert pool.submit(power, 3).result() == 9


def change():
    global EXPONENT
    EXPONENT = 3
