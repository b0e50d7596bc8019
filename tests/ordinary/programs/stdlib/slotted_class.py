"""A class with slots, one of them not filled."""

import copy
import pickle

import rememo


class Interval:
    __slots__ = ("low", "high", "note", "__weakref__")

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __contains__(self, x: int) -> bool:
        return self.low <= x < self.high


allowed = Interval(1, 10)


@rememo.cache
def accepted(values: list[int]) -> list[int]:
    return [v for v in values if v in allowed]


def call(f):
    return f([0, 5, 10, 15])


def use():
    assert 3 in allowed
    assert copy.copy(allowed).high == 10
    assert pickle.loads(pickle.dumps(allowed)).low == 1


def change():
    allowed.high = 12
