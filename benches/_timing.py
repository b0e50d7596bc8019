"""Times two callables in turn and tells medians and their ratio.

The machine may be noisy, so peers are measured in the same run, alternating, and the ratio is the
median of the ratios pair by pair.
"""

from __future__ import annotations

import statistics
import timeit
from collections.abc import Callable

ROUNDS = 15


def per_call(call: Callable[[], object], number: int) -> float:
    """Nanoseconds a call, once."""
    return timeit.Timer(call).timeit(number) / number * 1e9


def compare(
    name: str, ours: Callable[[], object], peer_name: str, peer: Callable[[], object]
) -> None:
    """Prints a line: ours, the peer, and the ratio."""
    number = max(1, int(2e7 / max(per_call(ours, 3), per_call(peer, 3), 20)))
    pairs = [(per_call(ours, number), per_call(peer, number)) for _ in range(ROUNDS)]
    mine = statistics.median(pair[0] for pair in pairs)
    other = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
    print(f"{name:45} {show(mine)}   {peer_name} {show(other)}   ratio {ratio:.2f}")


def alone(name: str, ours: Callable[[], object]) -> None:
    """Prints a line without a peer."""
    number = max(1, int(2e7 / max(per_call(ours, 3), 20)))
    times = [per_call(ours, number) for _ in range(ROUNDS)]
    print(f"{name:45} {show(statistics.median(times))}")


def show(nanoseconds: float) -> str:
    """A time with its unit, aligned."""
    for unit, scale in (("ns", 1), ("µs", 1e3), ("ms", 1e6)):
        if nanoseconds < 1000 * scale:
            return f"{nanoseconds / scale:8.1f} {unit}"
    return f"{nanoseconds / 1e9:8.1f} s "
