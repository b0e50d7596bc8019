"""Large arguments, outputs and globals."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import rememo
from _hits import constant
from _peers import calls
from _timing import Row, Target

try:
    import numpy as np
except ImportError:  # pragma: no cover - depends on what is installed
    np = None  # type: ignore[assignment]
try:
    import pandas as pd
except ImportError:  # pragma: no cover - depends on what is installed
    pd = None  # type: ignore[assignment]

MILLISECOND = 1e6
ARRAY: Any = None


def whole_array(value):
    return use(ARRAY)


def use(array):
    return array[0]


def _strings(count: int) -> list[str]:
    return [f"string {i}" for i in range(count)]


def _nested(count: int) -> dict[str, Any]:
    groups = max(1, count // 100)
    return {
        f"group {g}": {f"key {i}": [i, float(i), str(i)] for i in range(25)} for g in range(groups)
    }


def _frame(count: int, kind: str) -> Any:
    columns: dict[str, Any] = {
        "a": np.arange(count),
        "b": np.arange(count) / 7,
        "c": np.arange(count) % 5 == 0,
    }
    texts = [f"text {i % 1000}" for i in range(count)]
    for name in ("d", "e"):
        columns[name] = pd.array(texts, dtype="string[pyarrow]") if kind == "arrow" else None
        if kind == "object":
            columns[name] = np.array(texts, dtype=object)
    return pd.DataFrame(columns)


def rows(scale: float) -> Iterator[Row]:
    """The rows; `scale` shrinks what is large, for a trial run."""
    million = int(1_000_000 * scale)
    structures: list[tuple[str, Callable[[], Any], float]] = [
        ("list of 1M ints", lambda: list(range(million)), 5),
        ("list of 1M strings", lambda: _strings(million), 12),
        ("nested dict of 100k entries", lambda: _nested(million // 10), 15),
    ]
    for name, make, limit in structures:
        value = make()
        yield Row(
            f"{name} as argument",
            calls(
                constant,
                rememo.cache(constant),
                lambda f, value=value: lambda: f(value),
                ("joblib",),
            ),
            Target(limit * MILLISECOND),
        )
        del value
    if np is None:
        return
    yield from _arrays(int(12_500_000 * scale))
    if pd is None:
        return
    yield from _frames(million)


def _arrays(count: int) -> Iterator[Row]:
    global ARRAY
    array = np.arange(count, dtype=np.float64)
    ours = rememo.cache(constant)
    again = calls(constant, ours, lambda f: lambda: f(array), ("joblib", "st.cache_data"))
    again["reading it once"] = array.sum
    numbers = itertools.count()

    def first() -> object:
        # Another content each time: nothing that is known of the last one helps.
        array[count // 2] = next(numbers)
        return ours(array)

    yield Row(
        "100 MB array as argument, first time",
        {"rememo": first, "reading it once": array.sum},
        Target(8 * MILLISECOND),
    )
    yield Row("100 MB array as argument, again", again, Target(1.3, "reading it once"))
    ARRAY = array
    yield Row(
        "100 MB array as a global, unchanged",
        {
            "rememo": calls(whole_array, rememo.cache(whole_array), lambda f: lambda: f(1), ())[
                "rememo"
            ],
            "as an argument": lambda: ours(array),
        },
        Target(1.1, "as an argument"),
    )
    ARRAY = None


def _frames(count: int) -> Iterator[Row]:
    for kind, limit in (("arrow", 3), ("object", 40)):
        frame = _frame(count, kind)
        yield Row(
            f"DataFrame 1M × 5, {kind} strings, again",
            calls(
                constant,
                rememo.cache(constant),
                lambda f, frame=frame: lambda: f(frame),
                ("joblib", "st.cache_data"),
            ),
            Target(limit * MILLISECOND),
        )
    made = pd.DataFrame({name: np.arange(count) / 7 for name in "abcde"})
    copies = iter([made.copy() for _ in range(3)])

    @rememo.cache(depends_on=("frame",), hash_funcs={type(copies): lambda _: None})
    def ours(value):
        return next(copies)

    def peer(value):
        return made.copy()

    contenders = {"rememo": lambda: ours(1), "reading it once": lambda: made.to_numpy().sum()}
    contenders.update(
        {
            name: call
            for name, call in calls(peer, peer, lambda f: lambda: f(1), ("st.cache_data",)).items()
            if name != "rememo"
        }
    )
    ours(1)
    yield Row("hit returning a 1M × 5 frame, checked", contenders, Target(1.3, "reading it once"))
