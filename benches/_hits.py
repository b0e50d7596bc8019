"""Hits: what they cost beside other caches, with small arguments and outputs."""

from __future__ import annotations

import datetime
import enum
import functools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import rememo
from _peers import calls, lru_cache
from _timing import Row, Target

RATE = 2
LIMIT = 100
OFFSET = 7
NAMES = ("a", "b")


class Scale:
    factor = 3

    def apply(self, value):
        return value * self.factor


def clean(value):
    return value + RATE


def cap(value):
    return min(value, LIMIT)


def shift(value):
    return clean(value) + OFFSET


def label(value):
    return NAMES[value % 2]


def work(a, b=5, c=6):
    label(a)
    return cap(shift(a)) + Scale().apply(b) + c


def identity(value):
    return value


def constant(value):
    return 1


def numbers(value):
    return list(range(100))


class Color(enum.Enum):
    RED = 1
    GREEN = 2


@dataclass
class Point:
    x: int
    y: int
    name: str = "p"


@dataclass(frozen=True)
class Frozen:
    x: int
    y: int
    name: str = "p"


class Account:
    def __init__(self, balance):
        self.balance = balance
        self.owner = "somebody"

    @rememo.cache
    def worth(self, years):
        return self.balance * years


class PeerAccount:
    def __init__(self, balance):
        self.balance = balance
        self.owner = "somebody"

    @functools.cache  # noqa: B019
    def worth(self, years):
        return self.balance * years


def many(count: int) -> Callable[[int], int]:
    """A function with about `count` dependencies: functions with a constant of their own each."""
    scope: dict[str, Any] = {"__name__": f"bench_many_{count}"}
    names = []
    for i in range(count // 2):
        exec(f"C{i} = {i}\ndef h{i}(x): return x + C{i}", scope)
        names.append(f"h{i}(x)")
    exec(f"def f(x): return {' + '.join(names)}", scope)
    return scope["f"]


def in_two_threads(function: Callable[..., Any], count: int) -> Callable[[], None]:
    """Calls a function `count` times, half of them in each of two threads."""

    def loop() -> None:
        for _ in range(count // 2):
            function(1)

    def run() -> None:
        threads = [threading.Thread(target=loop) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return run


def rows(scale: float) -> Iterator[Row]:
    """The rows; `scale` shrinks what is large, for a trial run."""
    yield Row(
        "hit `f(int)`, 10 dependencies",
        calls(work, rememo.cache(work), lambda f: partial(f, 1)),
        Target(1.0, "lru_cache"),
    )
    ten, hundred = many(10), many(100)
    yield Row(
        "hit `f(int)`, 100 dependencies",
        {
            "rememo": _hot(partial(rememo.cache(hundred), 1)),
            "lru_cache": _hot(partial(lru_cache()(hundred), 1)),
            "with 10 dependencies": _hot(partial(rememo.cache(ten), 1)),
        },
        Target(5),
        without="with 10 dependencies",
    )
    yield Row(
        "hit `f(1, b=5, c=6)`",
        calls(
            work,
            rememo.cache(work),
            lambda f: lambda: f(1, b=5, c=6),
            ("lru_cache", "cachetools"),
        ),
        Target(0.6, "lru_cache"),
    )
    arguments = {
        "str": "text",
        "bytes": b"bytes",
        "tuple of ints": (1, 2, 3),
        "None": None,
        "float": 1.5,
        "Enum": Color.RED,
        "frozenset": frozenset({1, 2}),
        "date": datetime.date(2024, 2, 29),
    }
    for name, value in arguments.items():
        yield Row(
            f"hit with {name}",
            calls(
                constant,
                rememo.cache(constant),
                lambda f, value=value: partial(f, value),
                ("lru_cache",),
            ),
            Target(1.3, "lru_cache"),
        )
    account, peer = Account(3), PeerAccount(3)
    yield Row(
        "hit `obj.m(int)`",
        {
            "rememo": _hot(lambda: account.worth(2)),
            "lru_cache": _hot(lambda: peer.worth(2)),
        },
        Target(2.0, "lru_cache"),
    )
    for name, value in {"dataclass": Point(1, 2), "frozen dataclass": Frozen(1, 2)}.items():
        yield Row(
            f"hit with small {name}",
            calls(
                constant,
                rememo.cache(constant),
                lambda f, value=value: partial(f, value),
                ("lru_cache",) if name.startswith("frozen") else (),
            ),
            Target(1000),
        )
    yield Row(
        "hit returning a list of 100 ints, checked",
        calls(numbers, rememo.cache(numbers), lambda f: partial(f, 1), ("st.cache_data",)),
        Target(1000),
    )
    count = int(100_000 * scale)
    yield Row(
        "hit `f(int)` in two threads",
        calls(work, rememo.cache(work), lambda f: in_two_threads(f, count), ("lru_cache",)),
        Target(1.0, "lru_cache"),
        calls=count,
    )


def _hot(call: Callable[[], object]) -> Callable[[], object]:
    call()
    return call
