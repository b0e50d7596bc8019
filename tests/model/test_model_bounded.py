"""Random calls of bounded functions: right values, bounds kept, `contains` tells hits."""

from __future__ import annotations

import random
from typing import Any

import _support
import pytest
import rememo
from _support import ran


@pytest.mark.parametrize("options", [{"max_entries": 7}, {"max_bytes": 4000}], ids=repr)
def test_a_bounded_cache_is_right_about_what_it_keeps(options: dict[str, Any]) -> None:
    @rememo.cache(**options)
    def f(x: int) -> bytes:
        ran()
        return str(x).encode().ljust(300, b".")

    chance = random.Random(5)
    for _ in range(5_000):
        x = min(int(chance.expovariate(0.1)), 60)
        expected = 0 if f.contains(x) else 1
        before = _support.runs()
        assert f(x) == str(x).encode().ljust(300, b".")
        assert _support.runs() - before == expected
        assert f.contains(x)
        kept = f.cache_info().currsize
        assert 1 <= kept <= (7 if "max_entries" in options else 13)
    assert sum(f.contains(x) for x in range(61)) == f.cache_info().currsize
