"""What a copy of one's own costs: `output="private"` beside other ways to get one, in one run.

`deepcopy` copies the value, `pickle` pickles it once and loads it for each caller, `joblib` reads
it from its cache with `mmap_mode="c"`, if it is installed. Each value's first line is a hit among
hits; in the others a hit comes after the peer has filled the processor's caches with its own copy.
Nobody touches the results but in "written through".
"""

from __future__ import annotations

import copy
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import rememo

sys.path.insert(0, str(Path(__file__).parent))
from _timing import alone, compare

try:
    import joblib
except ImportError:
    joblib = None


@rememo.cache(output="private", ignore=("value",))
def private(name: str, value: Any) -> Any:
    return value


def frame(strings: str) -> Any:
    """A million rows of five columns, the last of them text."""
    import pandas as pd

    n = 1_000_000
    made = pd.DataFrame(
        {
            "i": np.arange(n),
            "f": np.random.default_rng(0).random(n),
            "g": np.random.default_rng(1).random(n),
            "when": pd.date_range("2020", periods=n, freq="s"),
            "text": [f"customer {i % 50_000}" for i in range(n)],
        }
    )
    return made.astype({"text": strings})


def values() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Names of values, and how they are made."""
    yield "list of 100 ints", lambda: list(range(100))
    yield "dict of 20 lists", lambda: {str(i): [i, str(i)] for i in range(20)}
    yield "array of 5", lambda: np.zeros(5)
    yield "dict of 100 arrays, 8 MB", lambda: {str(i): np.ones(10_000) for i in range(100)}
    yield "array, 100 MB", lambda: np.ones(12_500_000)
    if os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") > 6 << 30:
        yield "array, 1 GiB", lambda: np.ones(1 << 27)
    try:
        import pandas  # noqa: F401
    except ImportError:
        return
    try:
        import pyarrow  # noqa: F401

        yield "frame 1M x 5, Arrow strings", lambda: frame("str")
    except ImportError:
        pass
    yield "frame 1M x 5, object strings", lambda: frame("object")


def main() -> None:
    print(f"Python {sys.version.split()[0]}; medians, ratio pair by pair")
    for name, make in values():
        value = make()
        private(name, value)
        ours = partial(private, name, None)
        alone(name, ours)
        compare(name, ours, "deepcopy", partial(copy.deepcopy, value))
        stream = pickle.dumps(value, protocol=5)
        compare(name, ours, "pickle", partial(pickle.loads, stream))
        del stream
        if joblib is not None and not name.startswith("frame"):
            with tempfile.TemporaryDirectory() as folder:
                peer = joblib.Memory(folder, mmap_mode="c", verbose=0).cache(make)
                peer()
                compare(name, ours, "joblib, mapped", peer)
        if isinstance(value, np.ndarray) and value.nbytes > 1 << 20:
            alone(f"  {name}: and written through", partial(write, ours))
        private.cache_clear()


def write(ours: Callable[[], Any]) -> None:
    ours()[:] = 1


if __name__ == "__main__":
    main()
