"""polars and pyarrow, where they are installed: schema, order and values count, chunks do not."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
import rememo
from _support import hit, miss, ran


def _all_different(values: list[Any]) -> None:
    owners: dict[str, Any] = {}
    for value in values:
        digest = rememo.hash(value)
        assert digest not in owners, f"{value!r} has the hash of {owners[digest]!r}"
        owners[digest] = value


def test_polars_frames() -> None:
    pl = pytest.importorskip("polars")
    base = pl.DataFrame({"a": [1, 2, None], "b": ["x", "y", "z"]})
    values = [
        *(base, base.rename({"a": "A"}), base.select("b", "a"), base.reverse(), base.head(2)),
        *(base.cast({"a": pl.Int32}), base.cast({"a": pl.Float64}), base.with_columns(c=1)),
        *(base["a"], base["b"], base["a"].alias("z"), base["a"].fill_null(3), pl.DataFrame()),
        *(pl.Series("b", ["x", "y", "z"], dtype=pl.Categorical), pl.Series([[1], [2, 3]])),
        pl.Series([[1, 2], [3]]),
    ]
    _all_different(values)
    for value in values:
        assert rememo.hash(value.clone()) == rememo.hash(value)
        assert rememo.hash(pickle.loads(pickle.dumps(value, protocol=5))) == rememo.hash(value)
    chunked = pl.concat([base.head(1), base.tail(2)], rechunk=False)
    assert rememo.hash(chunked) == rememo.hash(base)
    long = pl.DataFrame({"a": range(1000)})
    assert rememo.hash(long.slice(10, 5)) == rememo.hash(pl.DataFrame({"a": range(10, 15)}))

    @rememo.cache
    def height(frame: Any) -> int:
        ran()
        return int(frame.height)

    assert miss(height, base) == 3
    assert hit(height, base.clone()) == 3


def test_pyarrow_tables() -> None:
    pa = pytest.importorskip("pyarrow")
    base = pa.table({"a": [1, 2, None], "b": ["x", "y", "z"]})
    values = [
        *(base, base.rename_columns(["A", "b"]), base.select(["b", "a"]), base.slice(0, 2)),
        *(base.set_column(0, "a", pa.array([1, 2, 3])), base.replace_schema_metadata({"k": "v"})),
        *(
            base["b"].combine_chunks(),
            pa.array(["xy", "", "z"]),
            pa.array([1, 2]),
            pa.array([1.0, 2.0]),
        ),
        *(pa.array([1, 2], pa.int32()), pa.array([[1], [2, 3]]), pa.array([[1, 2], [3]])),
        pa.array([0, None]),
        pa.array([0, 0]),
    ]
    _all_different(values)
    for value in values:
        assert rememo.hash(copy.deepcopy(value)) == rememo.hash(value)
        assert rememo.hash(pickle.loads(pickle.dumps(value, protocol=5))) == rememo.hash(value)
    chunked = pa.concat_tables([base.slice(0, 1), base.slice(1)])
    assert rememo.hash(chunked) == rememo.hash(base)
    assert rememo.hash(pa.array(range(100)).slice(10, 3)) == rememo.hash(pa.array([10, 11, 12]))
    # What lies under a null in memory cannot be seen.
    hidden = pa.Array.from_buffers(
        pa.int64(), 2, [pa.py_buffer(b"\x01"), pa.py_buffer(bytes(8) + b"\x07" * 8)]
    )
    assert rememo.hash(hidden) == rememo.hash(pa.array([0, None]))
