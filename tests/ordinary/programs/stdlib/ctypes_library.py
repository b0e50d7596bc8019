"""A C library whose functions are looked up as they are needed."""

import ctypes

import rememo

libc = ctypes.CDLL(None)
SIGN = -1


@rememo.cache
def magnitude(x: int) -> int:
    return libc.abs(x * SIGN) + SIGN


def call(f):
    return f(4)


def use():
    assert libc.labs(-3) == 3
    libc.strlen.restype = ctypes.c_size_t
    assert libc.strlen(b"four") == 4


def change():
    global SIGN
    SIGN = 1
