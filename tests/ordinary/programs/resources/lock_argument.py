"""A lock as argument, which a caller had better leave out."""

import threading

import rememo

SCALE = 2
shared = threading.Lock()


@rememo.cache
def guarded(x: int, lock) -> int:
    with lock:
        return x * SCALE


def call(f):
    return f(4, shared)


def use():
    with shared:
        pass


def change():
    global SCALE
    SCALE = 3


EXPECT = "error"
IDENTITY = False
NAMES = ["lock"]
REMEDY = {"ignore": ["lock"]}
