"""`rememo.trace()`, `REMEMO_TRACE` and the logger `rememo`: each call a line, and a summary."""

from __future__ import annotations

import asyncio
import io
import logging
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import rememo
from _support import environment, hit, miss, ran

RATE = 2


@rememo.cache
def inner(x: int) -> int:
    ran()
    return x * RATE


@rememo.cache
def outer(x: int) -> list[int]:
    ran()
    return [inner(x), inner(x)]


def without_times(text: str) -> list[str]:
    """The lines, with `…` for each time and size and names without their module."""
    text = re.sub(r"\d+(\.\d+)? (µs|ms|s|kB|B)\b", "…", text)
    return text.replace(f"{__name__}.", "").splitlines()


def traced(call: Any, **options: Any) -> list[str]:
    out = io.StringIO()
    with rememo.trace(out, **options):
        call()
    return without_times(out.getvalue())


def test_a_line_a_call_inner_ones_indented_and_a_summary() -> None:
    def calls() -> None:
        outer(1)
        outer(1)

    assert traced(calls) == [
        "  miss  inner(…)  not stored before; look-up …, computed …, …",
        "  hit   inner(…)  memory; look-up …, saved …",
        "miss  outer(…)  not stored before; look-up …, computed …, …",
        "hit   outer(…)  memory; look-up …, saved …",
        "rememo: 4 calls, 2 hits, 2 misses; saved …, computed …, looked up …",
        "  slowest misses:",
        "    …  outer(…)  not stored before",
        "    …  inner(…)  not stored before",
        "  reasons of misses:",
        "    2 ×  not stored before",
    ]


def test_reasons_without_and_with_values(monkeypatch: pytest.MonkeyPatch) -> None:
    inner(1)
    monkeypatch.setitem(globals(), "RATE", 3)
    (line,) = traced(lambda: inner(1), summary=False)
    assert line == "miss  inner(…)  global RATE changed; look-up …, computed …, …"
    monkeypatch.setitem(globals(), "RATE", 4)
    (line,) = traced(lambda: inner(1), summary=False, values=True)
    assert line.startswith("miss  inner(1)  global RATE: ")
    assert line.split(";")[0].endswith(" → 4")
    (line,) = traced(lambda: inner(12345), summary=False)
    assert line == "miss  inner(…)  new arguments; look-up …, computed …, …"
    assert "12345" not in line


def test_calls_that_hit_at_once_are_traced_too_and_hit_at_once_again_afterwards() -> None:
    for _ in range(3):
        inner(5)
    assert len(traced(lambda: [inner(5) for _ in range(3)], summary=False)) == 3
    for _ in range(3):
        hit(inner, 5)


def test_what_else_becomes_of_a_call() -> None:
    @rememo.cache(max_entries=1)
    def f(x: int) -> int:
        if x < 0:
            raise ValueError(x)
        return x

    def calls() -> None:
        f(1)
        f(2)
        f(1)
        f.clear(1)
        f(1)
        f.refresh(1)
        with pytest.raises(ValueError):
            f(-1)

    name = "test_what_else_becomes_of_a_call.<locals>.f(…)"
    assert traced(calls, summary=False) == [
        f"miss  {name}  not stored before; look-up …, computed …, …",
        f"miss  {name}  new arguments; look-up …, computed …, …",
        f"miss  {name}  evicted (max_entries); look-up …, computed …, …",
        f"miss  {name}  cleared; look-up …, computed …, …",
        f"miss  {name}  refresh; look-up …, computed …, …",
        f"miss  {name}  new arguments; look-up …, raised after …",
    ]


def test_coroutines_are_traced_when_they_end() -> None:
    @rememo.cache
    async def f(x: int) -> int:
        return x

    async def calls() -> None:
        await f(1)
        await f(1)

    name = "test_coroutines_are_traced_when_they_end.<locals>.f(…)"
    lines = traced(lambda: asyncio.run(calls()), summary=False)
    assert [line.split(";")[0] for line in lines] == [
        f"miss  {name}  not stored before",
        f"hit   {name}  memory",
    ]


def test_traces_may_overlap_and_end_in_any_order() -> None:
    first, second = io.StringIO(), io.StringIO()
    one, two = rememo.trace(first, summary=False), rememo.trace(second, summary=False)
    one.start()
    inner(1)
    two.start()
    inner(2)
    one.stop()
    inner(3)
    two.stop()
    inner(4)
    assert (first.getvalue().count("miss"), second.getvalue().count("miss")) == (2, 2)
    assert one.to_dict()["misses"] == 2
    assert two.to_dict()["reasons"] == {"new arguments": 2}


def test_a_stream_that_cannot_be_written_to_breaks_no_call() -> None:
    class Broken:
        def write(self, text: str) -> None:
            raise OSError("full")

    trace = rememo.trace(Broken(), summary=False).start()
    assert miss(inner, 7) == 14
    trace.stop()


def test_a_trace_that_calls_cached_functions_while_it_writes() -> None:
    class Calling:
        def write(self, text: str) -> None:
            if "outer" in text:
                inner(99)

    with rememo.trace(Calling(), summary=False):
        outer(3)
    assert inner.contains(99)


def test_the_logger_tells_each_call_at_debug_without_values(
    caplog: pytest.LogCaptureFixture,
) -> None:
    inner("secret")  # type: ignore[arg-type]
    with caplog.at_level(logging.DEBUG, logger="rememo"):
        inner(10)
        inner("secret")  # type: ignore[arg-type]
    inner(11)
    said = without_times("\n".join(record.getMessage() for record in caplog.records))
    assert said == [
        "miss  inner(…)  new arguments; look-up …, computed …, …",
        "hit   inner(…)  memory; look-up …, saved …",
    ]
    assert {record.levelno for record in caplog.records} == {logging.DEBUG}


def test_what_a_person_should_know_is_a_warning_once(caplog: pytest.LogCaptureFixture) -> None:
    @rememo.cache(max_bytes="1kB")
    def load(x: int) -> str:
        return "x" * 5000

    load(1)
    load(1)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("rememo", "WARNING")
    place = f"{__file__}:{load.__wrapped__.__code__.co_firstlineno}"
    assert record.getMessage() == (
        f"{__name__}.{load.__qualname__}() ({place}): an output of 5.1 kB is larger than all that "
        "max_bytes=1.0 kB lets this function keep. It was not stored, so each such call computes "
        "again. Raise max_bytes, or return less."
    )


@pytest.mark.parametrize(
    ("wanted", "expected"), [("1", "f(…)"), ("values", "f(12345)"), ("0", None), ("", None)]
)
def test_the_environment_traces_a_whole_program(
    tmp_path: Path, wanted: str, expected: str | None
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
            import rememo

            @rememo.cache
            def f(x):
                return x

            f(12345)
        """)
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        env=environment(REMEMO_TRACE=wanted),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    if expected is None:
        assert done.stderr == ""
    else:
        first, second, *_ = without_times(done.stderr)
        assert first == f"miss  __main__.{expected}  not stored before; look-up …, computed …, …"
        assert second.startswith("rememo: 1 call, 0 hits, 1 miss; ")
