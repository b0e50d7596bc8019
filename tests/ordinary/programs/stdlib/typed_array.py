"""Samples in an array and a memoryview of it."""

from array import array

import rememo

samples = array("d", [1.0, 4.0, 9.0])
window = memoryview(samples)[1:]


@rememo.cache
def energy() -> float:
    return sum(x * x for x in samples) + window[0]


def call(f):
    return f()


def use():
    assert samples.itemsize == 8
    assert window.tolist() == [4.0, 9.0]


def change():
    samples[1] = 5.0
