"""Instances: of plain classes, with slots, dataclasses, named tuples, subclasses of built-ins."""

import abc
import collections
import dataclasses
import functools
import typing


class Plain:
    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)


class Twin:
    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, **attributes: object) -> None:
        for name, value in attributes.items():
            setattr(self, name, value)


class SlottedChild(Slotted):
    """Slots of a base and a dictionary of its own."""


class Private:
    __slots__ = ("__secret",)

    def __init__(self, secret: object) -> None:
        self.__secret = secret


class Stateful:
    """Only what it returns as its state counts."""

    def __init__(self, kept: object, scratch: object = None) -> None:
        self.kept, self.scratch = kept, scratch

    def __getstate__(self) -> object:
        return self.kept

    def __setstate__(self, state: object) -> None:
        self.kept, self.scratch = state, None


class Reduced:
    def __init__(self, value: object, noise: object = None) -> None:
        self.value, self.noise = value, noise

    def __reduce__(self) -> tuple:
        return Reduced, (self.value,)


class Lazy:
    """A cached property of a user's class: code can see that it is stale, so it counts."""

    def __init__(self, n: int) -> None:
        self.n = n

    @functools.cached_property
    def double(self) -> int:
        return self.n * 2

    @property
    def fails(self) -> int:
        raise RuntimeError("hashing runs no property")


class Listed(list):
    pass


class Keyed(dict):
    pass


class Whole(int):
    pass


class Text(str):
    pass


class Tupled(tuple):
    pass


class Grouped(set):
    pass


@dataclasses.dataclass
class Point:
    x: object
    y: object = 0


@dataclasses.dataclass(frozen=True)
class Pixel:
    x: object
    y: object = 0


@dataclasses.dataclass(slots=True)
class Packed:
    x: object
    y: object = 0


class Pair(typing.NamedTuple):
    x: object
    y: object = 0


Row = collections.namedtuple("Row", "x y")
Column = collections.namedtuple("Column", "x y")


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...


class Square(Shape):
    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side**2


class Box(typing.Generic[typing.TypeVar("T")]):
    def __init__(self, item: object) -> None:
        self.item = item


def with_attribute(value: object, **attributes: object) -> object:
    """The value, with more in its dictionary."""
    value.__dict__.update(attributes)
    return value


def mirrored() -> Plain:
    """Two instances that know each other."""
    left, right = Plain(n=1), Plain(n=2)
    left.other, right.other = right, left
    return left


DISTINCT = {
    "instances": [
        *(lambda: Plain(), lambda: Plain(a=1), lambda: Plain(a=2), lambda: Plain(b=1)),
        *(lambda: Plain(a=1, b=2), lambda: Twin(), lambda: Twin(a=1), lambda: Plain(a=Plain())),
        *(lambda: Plain(a=None), lambda: Plain(a=Twin())),
    ],
    "instances on a cycle": [mirrored, lambda: mirrored().other, lambda: Plain(m=mirrored())],
    "slots": [
        *(lambda: Slotted(), lambda: Slotted(a=1), lambda: Slotted(b=1), lambda: Slotted(a=None)),
        *(lambda: SlottedChild(a=1), lambda: SlottedChild(a=1, c=2), lambda: SlottedChild(c=2)),
        *(lambda: Private(1), lambda: Private(2)),
    ],
    "states": [
        *(lambda: Stateful(1), lambda: Stateful(2), lambda: Stateful((1, 2))),
        *(lambda: Reduced(1), lambda: Reduced(2)),
    ],
    "lazy": [
        *(lambda: Lazy(1), lambda: Lazy(2)),
        lambda: with_attribute(Lazy(1), double=2),
        lambda: with_attribute(Lazy(1), double=3),
    ],
    "subclasses of built-ins": [
        *(lambda: Listed(), lambda: Listed([1]), lambda: with_attribute(Listed([1]), a=1)),
        *(lambda: Keyed(a=1), lambda: with_attribute(Keyed(a=1), a=1), lambda: Keyed()),
        *(lambda: Whole(1), lambda: Whole(2), lambda: with_attribute(Whole(1), a=1)),
        *(lambda: Text("a"), lambda: Text("b"), lambda: with_attribute(Text("a"), a=1)),
        *(lambda: Tupled(), lambda: Tupled([1]), lambda: Grouped(), lambda: Grouped([1])),
    ],
    "dataclasses": [
        *(lambda: Point(1), lambda: Point(2), lambda: Point(1, 1), lambda: Point(1.0)),
        *(lambda: Pixel(1), lambda: Pixel(2), lambda: Packed(1), lambda: Packed(2)),
        lambda: with_attribute(Point(1), more=1),
    ],
    "named tuples": [
        *(lambda: Pair(1), lambda: Pair(2), lambda: Row(1, 0), lambda: Column(1, 0)),
        *(lambda: Row(0, 1), lambda: Row),
    ],
    "abstract and generic": [
        *(lambda: Square(1.0), lambda: Square(2.0), lambda: Box(1), lambda: Box(2), lambda: Box),
    ],
}

ALIKE = {
    "whatever is no state": [lambda: Stateful(5, 1), lambda: Stateful(5, object())],
    "whatever is not reduced": [lambda: Reduced(5, 1), lambda: Reduced(5, object())],
    "attributes given or set": [lambda: Plain(a=5), lambda: with_attribute(Plain(), a=5)],
}
