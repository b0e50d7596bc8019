"""Times contenders in turn and tells medians and ratios.

The machine may be noisy, so all contenders of a row are measured in the same run, alternating, and
a ratio is the median of the ratios round by round.
"""

from __future__ import annotations

import gc
import statistics
import timeit
from collections.abc import Callable
from dataclasses import dataclass, field

#: How long one batch of calls of one contender should take, in nanoseconds.
BATCH = 4e6


@dataclass(frozen=True)
class Target:
    """At most `limit` times what `of` takes; nanoseconds if there is none."""

    limit: float
    of: str | None = None

    def text(self) -> str:
        """As the table shows it."""
        return f"≤ {self.limit:g}× {self.of}" if self.of else f"≤ {show(self.limit).strip()}"


@dataclass(frozen=True)
class Row:
    """One line of the table: the same work, done by each contender.

    `work` may stand for several calls at once; times are for one. What `without` takes is taken off
    our time before it is held against the target.
    """

    work: str
    contenders: dict[str, Callable[[], object]]
    target: Target | None = None
    calls: int = 1
    without: str | None = None


@dataclass
class Result:
    """Nanoseconds a call by contender, round by round."""

    row: Row
    rounds: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """The median of one contender."""
        return statistics.median(self.rounds[name])

    def ours(self) -> list[float]:
        """Our own rounds, less what does not count."""
        own = self.rounds["rememo"]
        if self.row.without is None:
            return own
        return [a - b for a, b in zip(own, self.rounds[self.row.without], strict=True)]

    def ratio(self, name: str) -> float:
        """How many times longer we take than `name`."""
        pairs = zip(self.ours(), self.rounds[name], strict=True)
        return statistics.median(a / b for a, b in pairs)

    def is_met(self) -> bool | None:
        """Whether the target is met; none if there is none, or its peer is not there."""
        target = self.row.target
        if target is None or (target.of is not None and target.of not in self.rounds):
            return None
        if target.of is None:
            return statistics.median(self.ours()) <= target.limit
        return self.ratio(target.of) <= target.limit


def per_call(call: Callable[[], object], number: int) -> float:
    """Nanoseconds a call, once."""
    return timeit.Timer(call).timeit(number) / number * 1e9


def measure(row: Row, rounds: int) -> Result:
    """Measures a row; a single round is a trial run, of one call each."""
    result = Result(row, {name: [] for name in row.contenders})
    numbers = dict.fromkeys(row.contenders, 1)
    if rounds > 1:
        for name, call in row.contenders.items():
            numbers[name] = max(1, int(BATCH / max(per_call(call, 1), per_call(call, 3), 20)))
    gc.collect()
    for _ in range(rounds):
        for name, call in row.contenders.items():
            result.rounds[name].append(per_call(call, numbers[name]) / row.calls)
    return result


def show(nanoseconds: float) -> str:
    """A time with its unit, aligned."""
    for unit, scale in (("ns", 1), ("µs", 1e3), ("ms", 1e6)):
        if abs(nanoseconds) < 1000 * scale:
            return f"{nanoseconds / scale:7.3g} {unit}"
    return f"{nanoseconds / 1e9:7.3g} s "
