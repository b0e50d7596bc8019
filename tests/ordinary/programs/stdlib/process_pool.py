"""A pool of processes that is made once; one task goes to it in between."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import rememo

pool = ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("fork"))
FACTOR = 2


@rememo.cache
def total(n: int) -> int:
    return pool.submit(sum, range(n)).result() * FACTOR


def call(f):
    return f(50)


def use():
    assert pool.submit(abs, -1).result() == 1


def change():
    global FACTOR
    FACTOR = 3
