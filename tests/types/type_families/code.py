"""Functions, methods, classes and callable objects as values."""

import functools
import math
from collections.abc import Callable

import rememo


def increment(x: int) -> int:
    return x + 1


def decrement(x: int) -> int:
    return x - 1


def adder(n: int) -> Callable[[int], int]:
    def add(x: int) -> int:
        return x + n

    return add


def with_default(x: int, y: int = 1) -> int:
    return x + y


@functools.lru_cache
def remembered(x: int) -> int:
    return x + 1


@functools.singledispatch
def dispatched(x: object) -> str:
    return "object"


@rememo.cache
def cached(x: int) -> int:
    return x + 1


async def coroutine(x: int) -> int:
    return x + 1


def remade(name: str, body: str) -> Callable[..., object]:
    """A function from source, under a name of its own."""
    space: dict = {"__name__": __name__}
    exec(compile(f"def {name}(x):\n    {body}\n", __file__, "exec"), space)
    return space[name]


class Counter:
    step = 1

    def __init__(self, start: int) -> None:
        self.start = start

    def advanced(self) -> int:
        return self.start + self.step

    def __call__(self, x: int) -> int:
        return x + self.start

    @classmethod
    def of(cls) -> "Counter":
        return cls(0)

    @staticmethod
    def zero() -> int:
        return 0


def class_of(**body: object) -> type:
    """A class made at run time."""
    return type("Made", (), {"__module__": __name__, **body})


def class_from(bases: tuple[type, ...], metaclass: type = type) -> type:
    """An empty class under bases."""
    return metaclass("Made", bases, {"__module__": __name__})


class Meta(type):
    extra = 1


DISTINCT = {
    "functions": [
        *(lambda: increment, lambda: decrement, lambda: adder(1), lambda: adder(2)),
        *(lambda: with_default, lambda: remembered, lambda: dispatched, lambda: coroutine),
        *(lambda: remade("f", "return x"), lambda: remade("g", "return x")),
        *(lambda: remade("f", "return x + 1"), lambda: remade("f", "return x.a")),
        *(lambda: remade("f", "return x.b"), lambda: remade("f", "x.a = 1")),
        *(lambda: remade("f", "global a; a = x"), lambda: remade("f", "global b; b = x")),
        *(lambda: cached, lambda: functools.wraps(increment)(adder(3))),
    ],
    "built-in functions": [
        *(lambda: len, lambda: math.sin, lambda: math.cos, lambda: str.upper, lambda: "a".upper),
        *(lambda: "b".upper, lambda: dict.fromkeys, lambda: [].append, lambda: (1).__add__),
    ],
    "methods": [
        *(lambda: Counter(1).advanced, lambda: Counter(2).advanced, lambda: Counter.advanced),
        *(lambda: Counter.of, lambda: Counter.zero, lambda: Counter(1), lambda: Counter(2)),
    ],
    "classes": [
        *(lambda: int, lambda: float, lambda: Counter, lambda: Meta, lambda: class_of()),
        *(lambda: class_of(a=1), lambda: class_of(a=2), lambda: class_of(b=1)),
        *(lambda: class_from((Counter,)), lambda: class_from((dict,)), lambda: class_of(f=len)),
        *(lambda: class_from((), Meta), lambda: class_of(f=increment), lambda: class_of(f=max)),
        *(lambda: class_of(f=property(increment)), lambda: class_of(f=staticmethod(increment))),
        *(lambda: class_of(f=classmethod(increment)), lambda: class_of(__slots__=("a",))),
    ],
}

ALIKE = {
    "functions from the same source": [
        lambda: remade("f", "return x * 2"),
        lambda: remade("f", "y = 0\n    return x * 2").__class__ and remade("f", "return x * 2"),
        lambda: remade("f", "return x * 2  # with a comment"),
        lambda: remade("f", "\n\n    return x * 2"),
    ],
    "closures over equal values": [lambda: adder(5), lambda: adder(2 + 3)],
    "an lru_cache however full": [lambda: remembered, lambda: (remembered(7), remembered)[1]],
    "classes from equal bodies": [
        lambda: class_of(a=1, f=adder(1)),
        lambda: class_of(a=1, f=adder(1)),
    ],
}

# Python pickles functions and classes by name, which is another thing than by content.
UNCOPIED = {"functions", "built-in functions", "methods", "classes"}
