"""Classes and functions which tests pass as values and which a second process can import."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, NamedTuple


class Plain:
    """An instance with nothing but attributes."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


class Twin:
    """The same state as `Plain` under another class."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


class Slotted:
    """State in slots, one of which may be empty."""

    __slots__ = ("left", "right")


class SlottedChild(Slotted):
    """Slots of a base and a `__dict__` of its own."""


class WithState:
    """Only what `__getstate__` returns is state."""

    def __init__(self, kept: Any, scratch: Any = None) -> None:
        self.kept = kept
        self.scratch = scratch

    def __getstate__(self) -> dict[str, Any]:
        return {"kept": self.kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.kept = state["kept"]
        self.scratch = None


class Reduced:
    """Rebuilt from what `__reduce__` returns."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.noise = object()

    def __reduce__(self) -> tuple[type, tuple[Any]]:
        return Reduced, (self.value,)


class Tagged(list):
    """A list with attributes."""


class Keyed(dict):
    """A dict under another name."""


class Number(int):
    """An int under another name."""


class Text(str):
    """A str with attributes."""


@dataclass
class Point:
    x: Any
    y: Any


@dataclass(frozen=True)
class Pixel:
    x: Any
    y: Any


@dataclass(slots=True)
class Packed:
    x: Any
    y: Any


class Pair(NamedTuple):
    x: Any
    y: Any


class Couple(NamedTuple):
    x: Any
    y: Any


class Colour(enum.Enum):
    RED = 1
    CRIMSON = 1  # noqa: PIE796 - an alias
    GREEN = 2


class Fruit(enum.Enum):
    RED = 1
    GREEN = 2


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Access(enum.Flag):
    READ = 1
    WRITE = 2
    RUN = 4


def increment(x: int) -> int:
    return x + 1


def decrement(x: int) -> int:
    return x - 1


def adder(amount: int) -> Any:
    def add(x: int) -> int:
        return x + amount

    return add


class Scale:
    """A callable object and a method whose instance has state."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def __call__(self, x: float) -> float:
        return x * self.factor

    def apply(self, x: float) -> float:
        return x * self.factor

    def undo(self, x: float) -> float:
        return x / self.factor
