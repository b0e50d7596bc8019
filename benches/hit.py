"""What a hit costs, beside `functools.lru_cache` in the same run."""

from __future__ import annotations

import functools
import sys
from functools import partial
from pathlib import Path

import rememo

sys.path.insert(0, str(Path(__file__).parent))
from _timing import alone, compare

RATE = 2
LIMIT = 100


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


OFFSET = 7
NAMES = ("a", "b")


def label(value):
    return NAMES[value % 2]


def work(a, b=5, c=6):
    label(a)
    return cap(shift(a)) + Scale().apply(b) + c


def identity(value):
    return value


def numbers(value):
    return list(range(100))


class Account:
    def __init__(self, balance):
        self.balance = balance

    def _worth(self, years):
        return self.balance * years

    ours = rememo.cache(_worth)
    peer = functools.lru_cache(_worth)


def many(count):
    """A function that depends on `count` others."""
    scope = {"__name__": "bench_many"}
    names = []
    for i in range(count):
        exec(f"C{i} = {i}\ndef h{i}(x): return x + C{i}", scope)
        names.append(f"h{i}(x)")
    exec(f"def f(x): return {' + '.join(names)}", scope)
    return scope["f"]


def main() -> None:
    print(f"Python {sys.version.split()[0]}; medians, ratio pair by pair")
    ours, peer = rememo.cache(work), functools.lru_cache(work)
    ours(1), peer(1)
    compare("hit f(int), 10 dependencies", lambda: ours(1), "lru_cache", lambda: peer(1))
    ours(1, b=5, c=6), peer(1, b=5, c=6)
    compare(
        "hit f(1, b=5, c=6)",
        lambda: ours(1, b=5, c=6),
        "lru_cache",
        lambda: peer(1, b=5, c=6),
    )
    for count in (100,):
        f = many(count)
        big, big_peer = rememo.cache(f), functools.lru_cache(f)
        big(1), big_peer(1)
        compare(
            f"hit f(int), {2 * count} dependencies",
            partial(big, 1),
            "lru_cache",
            partial(big_peer, 1),
        )
    same, same_peer = rememo.cache(identity), functools.lru_cache(identity)
    for value in ("text", b"bytes", (1, 2, 3), None, 1.5, frozenset({1, 2})):
        same(value), same_peer(value)
        compare(
            f"hit with {type(value).__name__}",
            partial(same, value),
            "lru_cache",
            partial(same_peer, value),
        )
    account = Account(3)
    account.ours(2), account.peer(2)
    compare("hit of a method", lambda: account.ours(2), "lru_cache", lambda: account.peer(2))
    listed = rememo.cache(numbers)
    listed(1)
    alone("hit returning a list of 100 ints, checked", lambda: listed(1))
    counter = iter(range(10**12))
    missing = rememo.cache(max_entries=1000)(identity)
    alone("miss, int to int", lambda: missing(next(counter)))
    bare = iter(range(10**12))
    alone("  the call without a cache", lambda: identity(next(bare)))
    global RATE

    def change():
        global RATE
        RATE += 1
        return ours(1)

    bounded = ours
    bounded(1)
    alone("call after one global int changed", change)


if __name__ == "__main__":
    main()
