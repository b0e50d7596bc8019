"""What explaining costs: a miss that records, a hit that must not notice, and the asking itself."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import rememo

sys.path.insert(0, str(Path(__file__).parent))
from _timing import alone

RATE = 2
ENTRIES = 100_000


def helper(value):
    return value + RATE


@rememo.cache
def known(a, b=5):
    return helper(a) * b


def milliseconds(ask) -> float:
    times = []
    for _ in range(7):
        started = time.perf_counter()
        ask()
        times.append(time.perf_counter() - started)
    return sorted(times)[3] * 1e3


def main() -> None:
    print(f"Python {sys.version.split()[0]}; medians")
    for value in range(ENTRIES):
        known(value)
    print(f"explain with {ENTRIES:,} entries:")
    assert known.explain(5)
    print(f"  a hit                              {milliseconds(lambda: known.explain(5)):8.3f} ms")
    print(f"  new arguments                      {milliseconds(lambda: known.explain(-1)):8.3f} ms")
    global RATE
    RATE = 3
    print(f"  a changed global                   {milliseconds(lambda: known.explain(5)):8.3f} ms")
    RATE = 2

    counter = iter(range(10**12))

    @rememo.cache(max_entries=1000)
    def missing(value):
        return value

    alone("miss, int to int, recording", lambda: missing(next(counter)))
    rememo.configure(summaries=False)
    alone("  checks alone", lambda: missing(next(counter)))
    rememo.configure(summaries=True)
    texts = [f"{i}" * 300 for i in range(64)]
    at = iter(range(10**12))

    @rememo.cache(max_entries=2)
    def of_lists(values):
        return 1

    alone("miss with a list of 64 long texts", lambda: of_lists([*texts, next(at)]))
    known(1)
    alone("hit", lambda: known(1))


if __name__ == "__main__":
    main()
