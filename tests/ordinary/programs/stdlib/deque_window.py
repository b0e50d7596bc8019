"""The last measurements in a bounded deque."""

from collections import deque

import rememo

window = deque([1.0, 2.0, 3.0], maxlen=3)


@rememo.cache
def mean() -> float:
    return sum(window) / len(window)


def call(f):
    return f()


def use():
    window.rotate(1)
    window.rotate(-1)
    assert window.maxlen == 3


def change():
    window.append(10.0)
