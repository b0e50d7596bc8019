"""A lock that worker processes share."""

import multiprocessing

import rememo

lock = multiprocessing.Lock()
OFFSET = 10


@rememo.cache
def shift(x: int) -> int:
    with lock:
        return x + OFFSET


def call(f):
    return f(1)


def use():
    lock.acquire()
    lock.release()


def change():
    global OFFSET
    OFFSET = 11
