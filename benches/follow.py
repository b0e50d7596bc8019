"""What following code costs: the first key of a function, a changed value, and importing rememo.

Each figure stands beside a bare interpreter's or a plain call's, measured in the same run.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import rememo

sys.path.insert(0, str(Path(__file__).parent))
from _timing import show

ROUNDS = 15


def program(count: int, tag: int) -> object:
    """A function that reaches `count` user functions, each with a constant of its own."""
    scope: dict[str, object] = {"__name__": f"bench_follow_{tag}"}
    lines = []
    for i in range(count):
        lines.append(f"C{i} = {i}\ndef h{i}(x):\n    y = x + C{i}\n    return y * 2")
    calls = "\n".join(f"    total += h{i}(x)" for i in range(count))
    lines.append(f"def f(x):\n    total = 0\n{calls}\n    return total")
    exec(compile("\n".join(lines), f"<bench {tag}>", "exec"), scope)
    return scope["f"]


def first_key(count: int) -> float:
    """Nanoseconds from decorating to the first key, without the function's own time."""
    times = []
    for round_ in range(ROUNDS):
        function = program(count, count * 1000 + round_)
        cached = rememo.cache(function)
        start = time.perf_counter_ns()
        cached.key(1)
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times)


def imports() -> tuple[float, float]:
    """Nanoseconds of a bare interpreter and of one that imports rememo: medians, in turn."""
    bare, ours = [], []
    for _ in range(ROUNDS):
        for code, times in (("pass", bare), ("import rememo", ours)):
            start = time.perf_counter_ns()
            subprocess.run([sys.executable, "-I", "-c", code], check=True)
            times.append(time.perf_counter_ns() - start)
    return statistics.median(bare), statistics.median(ours)


RATE = 1


@rememo.cache(max_entries=100)
def scaled(x):
    return x * RATE


def changed_value() -> float:
    """Nanoseconds of a key after the one global that is read was changed."""
    global RATE
    scaled.key(1)
    times = []
    for _ in range(2000):
        RATE += 1
        start = time.perf_counter_ns()
        scaled.key(1)
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times)


def unchanged_value() -> float:
    """Nanoseconds of a key when nothing was changed."""
    times = []
    for _ in range(2000):
        start = time.perf_counter_ns()
        scaled.key(1)
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times)


def main() -> None:
    print(f"Python {sys.version.split()[0]}; medians")
    program(10, 0)
    for count in (10, 500):
        print(f"first key, {count:4} user functions in reach      {show(first_key(count))}")
    changed, same = changed_value(), unchanged_value()
    print(f"key after one global int changed             {show(changed)}   unchanged {show(same)}")
    bare, ours = imports()
    print(
        f"import rememo                                {show(ours)}   bare interpreter {show(bare)}"
        f"   difference {show(ours - bare)}"
    )


if __name__ == "__main__":
    main()
