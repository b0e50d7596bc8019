"""A slotted attrs class with a cached property that the function does not use."""

import functools

import attrs
import rememo

REQUIRES = ["attrs"]


@attrs.define
class Circle:
    radius: float

    @functools.cached_property
    def area(self) -> float:
        return 3.0 * self.radius**2


circle = Circle(2.0)


@rememo.cache
def diameter() -> float:
    return circle.radius * 2


def call(f):
    return f()


def use():
    assert circle.area == 12.0


def change():
    circle.radius = 3.0
