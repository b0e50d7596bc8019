"""`max_entries` and `max_bytes`: how much is kept, and what goes first."""

from __future__ import annotations

import time
from typing import Any

import pytest
import rememo
from _support import hit, miss, ran


def kept(function: Any, candidates: range) -> list[int]:
    return [x for x in candidates if function.contains(x)]


def test_never_more_entries_than_allowed() -> None:
    @rememo.cache(max_entries=3)
    def f(x: int) -> int:
        ran()
        return x

    for x in range(10):
        miss(f, x)
        assert len(kept(f, range(10))) == min(x + 1, 3)
        assert f.contains(x)
    assert f.cache_info().currsize == 3
    assert f.cache_info().maxsize == 3


def test_the_bound_is_each_functions_own() -> None:
    @rememo.cache(max_entries=1)
    def small(x: int) -> int:
        ran()
        return x

    @rememo.cache
    def large(x: int) -> int:
        ran()
        return x

    for x in range(100):
        small(x)
        large(x)
    assert len(kept(small, range(100))) == 1
    assert len(kept(large, range(100))) == 100


def test_what_is_used_stays() -> None:
    """Among entries alike in cost and size, that which is used all the time outlives the others."""

    @rememo.cache(max_entries=4)
    def f(x: int) -> int:
        ran()
        time.sleep(0.002)
        return x

    miss(f, 0)
    for x in range(1, 40):
        for _ in range(5):
            hit(f, 0)
        miss(f, x)
    assert f.contains(0)


def test_what_was_used_last_stays_rather_than_what_was_not() -> None:
    """Least recently used first, where the cost does not differ."""

    @rememo.cache(max_entries=3)
    def f(x: int) -> int:
        ran()
        time.sleep(0.02)
        return x

    for x in (1, 2, 3):
        miss(f, x)
    for _ in range(5):
        hit(f, 1)
        hit(f, 3)
    miss(f, 4)
    assert kept(f, range(5)) == [1, 3, 4]


def test_what_was_expensive_outlives_what_was_cheap() -> None:
    """Eviction looks at what an entry cost to compute, not at its age alone."""

    @rememo.cache(max_entries=4)
    def f(x: int) -> int:
        ran()
        if x == 0:
            time.sleep(0.3)
        return x

    miss(f, 0)
    for x in range(1, 30):
        miss(f, x)
    hit(f, 0)


def test_never_more_bytes_than_allowed() -> None:
    @rememo.cache(max_bytes="5MiB")
    def blob(x: int) -> bytes:
        ran()
        return bytes([x]) * 2**20

    for x in range(20):
        assert miss(blob, x)[0] == x
    left = kept(blob, range(20))
    assert 1 <= len(left) <= 5
    assert 19 in left


def test_bytes_are_counted_in_arrays_and_containers() -> None:
    np = pytest.importorskip("numpy")

    @rememo.cache(max_bytes=4 * 2**20)
    def arrays(x: int) -> Any:
        ran()
        return {"values": [np.full(2**17, x, dtype="f8")], "name": "n"}

    for x in range(12):
        arrays(x)
    assert 1 <= len(kept(arrays, range(12))) <= 4


def test_a_result_larger_than_the_bound_is_returned_and_not_kept() -> None:
    @rememo.cache(max_bytes=1000)
    def blob(size: int) -> bytes:
        ran()
        return bytes(size)

    miss(blob, 100)
    assert len(miss(blob, 10_000)) == 10_000
    assert not blob.contains(10_000)
    assert len(miss(blob, 10_000)) == 10_000
    hit(blob, 100)


def test_both_bounds_hold_together() -> None:
    @rememo.cache(max_entries=2, max_bytes=2**20)
    def blob(size: int) -> bytes:
        ran()
        return bytes(size)

    for size in (10, 20, 30):
        miss(blob, size)
    assert len([s for s in (10, 20, 30) if blob.contains(s)]) == 2


@pytest.mark.parametrize("size", [1000, "1000", "1kB", "1 KiB", "2GiB", "1.5MB", "10 MiB", "100B"])
def test_sizes_are_numbers_or_texts(size: Any) -> None:
    @rememo.cache(max_bytes=size)
    def f() -> bytes:
        ran()
        return b""

    miss(f)


@pytest.mark.parametrize("bound", [-1, 1.5, "many", object()])
def test_a_wrong_number_of_entries_is_refused(bound: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="max_entries"):
        rememo.cache(max_entries=bound)(lambda: 1)


@pytest.mark.parametrize("bound", [-1, "lots", "5XB", "-1MB", object()])
def test_a_wrong_number_of_bytes_is_refused(bound: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="max_bytes"):
        rememo.cache(max_bytes=bound)(lambda: 1)


def test_an_evicted_entry_is_recomputed_with_the_right_value() -> None:
    @rememo.cache(max_entries=10)
    def square(x: int) -> int:
        return x * x

    for step in range(2000):
        x = step * 7919 % 31
        assert square(x) == x * x
    assert square.cache_info().currsize == 10


def test_evicting_frees_the_values() -> None:
    import gc
    import weakref

    class Big:
        pass

    alive: list[Any] = []

    @rememo.cache(max_entries=2, output="shared")
    def make(x: int) -> Any:
        return Big()

    for x in range(10):
        alive.append(weakref.ref(make(x)))
    gc.collect()
    assert sum(reference() is not None for reference in alive) == 2
    rememo.clear()
    gc.collect()
    assert sum(reference() is not None for reference in alive) == 0
