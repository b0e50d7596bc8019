"""Dataclasses with slots, as arguments in a list."""

import copy
import dataclasses
import pickle

import rememo


@dataclasses.dataclass(slots=True)
class Point:
    x: float
    y: float = 0.0


origin = Point(0.0)


@rememo.cache
def span(points: list[Point]) -> float:
    return sum(abs(p.x - origin.x) + abs(p.y - origin.y) for p in points)


def call(f):
    return f([Point(1.0, 2.0), Point(3.0)])


def use():
    assert copy.deepcopy(origin) == origin
    assert pickle.loads(pickle.dumps(origin)) == origin


def change():
    origin.y = -1.0
