"""What one asks a function about itself: `dependencies()` as a tree, `stats()`."""

from __future__ import annotations

import threading
import time

import pytest
import rememo
from _support import cell

SOURCE = """
import json, time
import numpy as np
RATE = 0.2
TABLE = np.zeros(500_000)
def clean(x):
    return x * RATE
def total(x):
    time.time()
    return clean(x) + TABLE.sum()
@rememo.cache(version=3)
def f(x):
    return json.dumps(total(x) + clean(x))
"""


def test_dependencies_print_as_a_tree_with_what_they_cost() -> None:
    dependencies = cell(SOURCE).dependencies()
    lines = str(dependencies).splitlines()
    table = next(line for line in lines if "TABLE" in line)
    assert "hashed on each call: 4.0 MB, " in table
    assert [line.split("  (")[0] for line in lines] == [
        "function cell.f",
        "├── function cell.total",
        "│   └── global cell.TABLE",
        "├── function cell.clean",
        "│   └── global cell.RATE",
        "├── library python",
        "└── extra version",
        "not followed:",
        "    time.time",
    ]
    assert any("by version" in line for line in lines if "library" in line)
    assert "the clock is not part of the key" in lines[-1]


def test_dependencies_are_a_mapping_with_versions_and_costs() -> None:
    dependencies = cell(SOURCE).dependencies()
    table = dependencies["global cell.TABLE"]
    assert table["bytes_per_call"] > 4_000_000
    assert table["seconds_per_call"] > 0
    rate = dependencies["global cell.RATE"]
    assert (rate["bytes_per_call"], rate["seconds_per_call"]) == (0, 0.0)
    assert dependencies["library python"]["version"].startswith("3.")
    assert "global cell.RATE" in dependencies["function cell.clean"]["reads"]
    assert repr(dependencies) == str(dependencies)
    html = dependencies._repr_html_()
    assert "&lt;cell&gt;" in html
    assert "<cell>" not in html


def test_dependencies_show_with_rich() -> None:
    console = pytest.importorskip("rich.console")
    import io

    out = io.StringIO()
    console.Console(file=out, width=250).print(cell(SOURCE).dependencies())
    assert "└── " in out.getvalue()


def test_statistics_by_tier_and_by_reason() -> None:
    @rememo.cache(ttl=0.05, max_entries=2)
    def f(x: int) -> int:
        return x

    f(1)
    f(1)
    f(2)
    f(3)
    f(1)
    f.clear(1)
    f(1)
    f.refresh(1)
    time.sleep(0.06)
    f(1)
    stats = f.stats()
    assert stats["hits_by_tier"] == {"memory": 1, "disk": 0, "shared": 0}
    reasons = {reason: n for reason, n in stats["misses_by_reason"].items() if n}
    assert reasons == {
        "not stored before": 3,
        "evicted": 1,
        "cleared": 1,
        "refreshed": 1,
        "expired": 1,
    }
    assert stats["hits"] == 1
    assert stats["misses"] == sum(reasons.values()) == f.cache_info().misses
    assert stats["evictions"] >= 1
    assert stats["seconds_saved"] > 0
    assert stats["entries"] == f.cache_info().currsize


def test_an_output_that_was_changed_counts_as_such() -> None:
    @rememo.cache(on_mutation="recompute")
    def rows() -> list[int]:
        return [1]

    rows().append(2)
    rows()
    stats = rows.stats()
    assert stats["misses_by_reason"]["output changed"] == 1
    assert stats["mutations"] == 1


def test_a_computation_that_needs_itself_counts_as_such() -> None:
    depth: list[int] = []

    @rememo.cache(hash_funcs={list: lambda _: None})
    def f(x: int) -> int:
        depth.append(1)
        return 0 if len(depth) > 1 else f(x) + 1

    f(1)
    assert f.stats()["misses_by_reason"]["needs itself"] == 1


def test_waits_are_counted() -> None:
    started = threading.Event()

    @rememo.cache(hash_funcs={threading.Event: lambda _: None}, opaque="identity")
    def slow(x: int) -> int:
        started.set()
        time.sleep(0.1)
        return x

    first = threading.Thread(target=slow, args=(1,))
    first.start()
    started.wait(timeout=30)
    slow(1)
    first.join(timeout=30)
    assert slow.stats()["waits"] == 1


def test_the_module_sums_over_functions() -> None:
    before = rememo.stats()

    @rememo.cache
    def f(x: int) -> int:
        return x

    f(1)
    f(1)
    after = rememo.stats()
    for count in ("hits", "misses"):
        assert after[count] - before.get(count, 0) == 1
    own = after["functions"][f"{__name__}.{f.__qualname__}"]
    assert own["hits_by_tier"]["memory"] == 1
    # Sums are sums: asking again gives the same.
    assert rememo.stats()["hits_by_tier"] == after["hits_by_tier"]
