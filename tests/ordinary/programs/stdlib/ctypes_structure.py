"""A C structure that is a table of settings."""

import ctypes

import rememo


class Limits(ctypes.Structure):
    _fields_ = [("low", ctypes.c_int), ("high", ctypes.c_int)]


limits = Limits(1, 5)


@rememo.cache
def clamp(x: int) -> int:
    return max(limits.low, min(limits.high, x))


def call(f):
    return f(9)


def use():
    assert ctypes.sizeof(limits) == 8
    assert bytes(limits)


def change():
    limits.high = 7
