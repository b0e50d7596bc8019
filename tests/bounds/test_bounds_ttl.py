"""`ttl`: an entry is good for so long after it was written."""

from __future__ import annotations

import datetime
import time
from typing import Any

import pytest
import rememo
from _support import hit, miss, ran

LONG = 3600.0
SHORT = 0.15


def test_an_entry_is_good_within_its_time() -> None:
    @rememo.cache(ttl=LONG)
    def f(x: int) -> int:
        ran()
        return x

    miss(f, 1)
    hit(f, 1)
    assert f.contains(1)


def test_an_entry_is_recomputed_after_its_time() -> None:
    @rememo.cache(ttl=SHORT)
    def f(x: int) -> int:
        ran()
        return x

    miss(f, 1)
    time.sleep(SHORT * 1.5)
    assert not f.contains(1)
    miss(f, 1)


def test_the_time_runs_from_the_writing_not_from_the_last_use() -> None:
    @rememo.cache(ttl=0.6)
    def f(x: int) -> int:
        ran()
        return x

    miss(f, 1)
    end = time.monotonic() + 0.7
    while time.monotonic() < end:
        if not f.contains(1):
            break
        f(1)
        time.sleep(0.02)
    else:
        raise AssertionError("using the entry kept it alive")


def test_the_time_runs_from_the_end_of_the_body() -> None:
    """A body that takes longer than its ttl still leaves an entry."""

    @rememo.cache(ttl=0.5)
    def slow() -> int:
        ran()
        time.sleep(0.6)
        return 1

    miss(slow)
    assert slow.contains()


def test_a_refresh_starts_the_time_anew() -> None:
    @rememo.cache(ttl=1.0)
    def f() -> int:
        ran()
        return 1

    miss(f)
    time.sleep(0.6)
    f.refresh()
    time.sleep(0.6)
    hit(f)


@pytest.mark.parametrize(
    "ttl", [60, 60.0, datetime.timedelta(minutes=1), "60s", "1m", "1h30m", "2d", "1h 30m 5s"]
)
def test_a_duration_is_seconds_a_timedelta_or_a_text(ttl: Any) -> None:
    @rememo.cache(ttl=ttl)
    def f() -> int:
        ran()
        return 1

    miss(f)
    hit(f)


def test_a_text_means_what_it_says() -> None:
    @rememo.cache(ttl="1s")
    def second() -> int:
        ran()
        return 1

    @rememo.cache(ttl=datetime.timedelta(milliseconds=100))
    def tenth() -> int:
        ran()
        return 1

    miss(second)
    miss(tenth)
    time.sleep(0.2)
    hit(second)
    miss(tenth)
    time.sleep(0.9)
    miss(second)


def test_expired_entries_take_no_room() -> None:
    """An expired entry is the first to go: it never pushes out a good one."""

    @rememo.cache(ttl=SHORT, max_entries=2)
    def f(x: int) -> int:
        ran()
        return x

    miss(f, 1)
    miss(f, 2)
    time.sleep(SHORT * 1.5)
    miss(f, 3)
    miss(f, 4)
    assert f.contains(3)
    assert f.contains(4)


@pytest.mark.parametrize("ttl", [-1, -0.5, "", "soon", "1x", "-1h", float("nan"), object()])
def test_a_wrong_duration_is_refused_when_decorating(ttl: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="ttl"):
        rememo.cache(ttl=ttl)(lambda: 1)
