"""The table of what rememo costs: `python benches`.

Prints each row as it is measured: medians, and the ratio to the first peer, taken round by round in
the same run. `--write FILE` keeps the table; `--trial` makes one small round of each row, to see
that they all still work.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import _hits
import _large
import _misses
from _timing import Result, Row, measure, show

ROUNDS = 15
HEAD = """# Benchmarks

What `make bench` measured last: medians of {rounds} rounds; in each round all contenders of a row
took turns, and a ratio is the median of the ratios round by round. Times are for one call. Believe
differences of a tenth or more: the machine was not quiet.

Python {python}, {machine}, {cores} cores; {packages}.

| work | rememo | target | met | beside it |
|---|---:|---|---|---|
"""


def rows(scale: float) -> Iterator[Row]:
    """All rows, in the order of the table."""
    for part in (_hits, _misses, _large):
        yield from part.rows(scale)


def line(result: Result) -> str:
    """A row as the table shows it."""
    target = result.row.target
    met = {None: "", True: "yes", False: "no"}[result.is_met()]
    others = "; ".join(
        f"{name} {show(result.median(name)).strip()}"
        + ("" if name == result.row.without else f" ({result.ratio(name):.2f}×)")
        for name in result.rounds
        if name != "rememo"
    )
    own = show(result.median("rememo")).strip()
    if result.row.without is not None:
        own += f", {show(sorted(result.ours())[len(result.ours()) // 2]).strip()} over"
    return f"| {result.row.work} | {own} | {target.text() if target else ''} | {met} | {others} |"


def memory(count: int) -> str | None:
    """The row of memory per entry."""
    ours = _misses.bytes_per_entry("rememo", count)
    peer = _misses.bytes_per_entry("lru_cache", count)
    if ours is None or peer is None:
        return None
    met = "yes" if ours <= 200 else "no"
    work = "memory per entry, int → int"
    return f"| {work} | {ours:.0f} B | ≤ 200 B | {met} | lru_cache {peer:.0f} B |"


def packages() -> str:
    """The versions of the peers and of the libraries whose values are hashed."""
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for name in ("numpy", "pandas", "pyarrow", "cachetools", "joblib", "diskcache", "streamlit"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found) or "no packages"


def main() -> None:
    """Measures, prints, and writes if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trial", action="store_true", help="one small round of each row")
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the table")
    parser.add_argument("--only", metavar="TEXT", help="only rows whose name has this in it")
    arguments = parser.parse_args()
    rounds, scale = (1, 0.001) if arguments.trial else (ROUNDS, 1.0)
    head = HEAD.format(
        rounds=rounds,
        python=platform.python_version(),
        machine=platform.machine(),
        cores=os.cpu_count(),
        packages=packages(),
    )
    print(head, end="", flush=True)
    lines = []
    for row in rows(scale):
        if arguments.only and arguments.only not in row.work:
            continue
        lines.append(line(measure(row, rounds)))
        print(lines[-1], flush=True)
    if not arguments.only:
        last = memory(1000 if arguments.trial else 200_000)
        if last is not None:
            lines.append(last)
            print(last)
    if arguments.write:
        arguments.write.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
