"""Misses, changes and memory: what caching adds to a call that has to be computed."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import rememo
from _hits import identity
from _peers import PEERS
from _timing import Row, Target

RATE = 2


def scaled(value):
    return value * RATE


def _counting(function: Callable[[int], Any]) -> Callable[[], object]:
    """Calls with another int each time, so that each call misses."""
    following = itertools.count(1000).__next__
    return lambda: function(following())


def rows(scale: float) -> Iterator[Row]:
    """The rows; `scale` is of no matter here."""
    contenders = {
        "rememo": _counting(rememo.cache(max_entries=1000)(identity)),
        "no cache": _counting(identity),
    }
    for name in ("lru_cache", "cachetools", "st.cache_data"):
        decorate = PEERS[name]()
        if decorate is not None:
            contenders[name] = _counting(decorate(identity))
    yield Row("miss, int → int, over calling", contenders, Target(1500), without="no cache")

    cached = rememo.cache(max_entries=1000)(scaled)

    def change() -> object:
        global RATE
        RATE += 1
        return cached(1)

    yield Row("miss after one global int changed", {"rememo": change})


_MEMORY = """
import functools, sys
count = int(sys.argv[1])
def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096
if sys.argv[2] == "lru_cache":
    cache = functools.lru_cache(maxsize=None)
else:
    import rememo
    cache = rememo.cache
@cache
def f(x):
    return x + 1
def run(numbers):
    for number in numbers:
        f(number)
run(range(10))
numbers = list(range(1000, 1000 + count))
before = resident()
run(numbers)
print((resident() - before) / count)
"""


def bytes_per_entry(name: str, count: int) -> float | None:
    """Resident memory that an entry int → int takes, its output with it; none off Linux."""
    if not sys.platform.startswith("linux"):
        return None
    done = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(count), name],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)
