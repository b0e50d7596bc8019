"""A dataclass that pydantic validates."""

import pydantic
import rememo
from pydantic.dataclasses import dataclass

REQUIRES = ["pydantic"]


@dataclass
class Window:
    low: int = 0
    high: int = pydantic.Field(default=10, le=100)


window = Window(low="2")


@rememo.cache
def clamped(x: int) -> int:
    return max(window.low, min(x, window.high))


def call(f):
    return f(50)


def use():
    assert Window(high="7").high == 7
    repr(window)


def change():
    window.high = 20
