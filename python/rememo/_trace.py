"""`rememo.trace()`: each call of a cached function as a line, and a summary at the end."""

from __future__ import annotations

import sys

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Writable(Protocol):
        def write(self, text: str, /) -> object: ...


class Trace:
    """What `rememo.trace()` returns; the block of a `with` statement is what it covers."""

    def __init__(self, file: Writable | None, values: bool, summary: bool) -> None:
        self._file = file
        self._values = values
        self._summary = summary
        self._number: int | None = None
        self._last: tuple[str, dict[str, Any]] = ("", {})

    def _write(self, text: str) -> None:
        # Standard error of the moment: a test or a notebook may have put another in its place.
        file = sys.stderr if self._file is None else self._file
        if file is not None:
            file.write(text)

    def start(self) -> Trace:
        """Begins to write; a `with` statement does it by itself."""
        if self._number is None:
            self._number = _native._trace_begin(self._write, self._values)
        return self

    def stop(self) -> None:
        """Ends, and writes the summary."""
        if self._number is not None:
            self._look(end=True)
            self._number = None
            if self._summary:
                self._write(f"{self}\n")

    def _look(self, end: bool = False) -> None:
        if self._number is not None:
            found = _native._trace_summary(self._number, end)
            if found is not None:
                self._last = found

    def __enter__(self) -> Trace:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def to_dict(self) -> dict[str, Any]:
        """The counts so far: `hits`, `misses`, `seconds_saved`, and `reasons` of misses."""
        self._look()
        return dict(self._last[1])

    def __str__(self) -> str:
        self._look()
        return self._last[0]


def trace(file: Writable | None = None, *, values: bool = False, summary: bool = True) -> Trace:
    """Writes a line for each call of a cached function in a `with` block, and a summary at its end.

    A line says hit or miss, the function, the tier or the reason, the time of the look-up, and the
    time of the computation with the size of its output, or the time that a hit saved. A line is
    written when its call ends, so calls that it made stand above it, indented. The environment
    variable ``REMEMO_TRACE=1`` traces a whole program to standard error (``REMEMO_TRACE=values``
    with values). The logger ``rememo`` gets the same lines at level DEBUG.

    Args:
        file: where to write, standard error unless given.
        values: whether arguments and changed values are shown; without it, names alone, so that
            no secret gets into a log.
        summary: whether the summary is written at the end.

    Example:
        >>> import rememo, sys
        >>> @rememo.cache
        ... def cube(x):
        ...     return x**3
        >>> with rememo.trace(sys.stdout, values=True):
        ...     _ = cube(3)
        ...     _ = cube(3)
        miss  __main__.cube(3)  not stored before; look-up ...
        hit   __main__.cube(3)  memory; look-up ..., saved ...
        rememo: 2 calls, 1 hit, 1 miss; saved ...
          slowest misses:
            ...  __main__.cube(3)  not stored before
          reasons of misses:
            1 ×  not stored before
    """
    return Trace(file, values, summary)


def start_if_asked(wanted: str | None) -> None:
    """Traces the whole program if `REMEMO_TRACE` says so."""
    if wanted and wanted != "0":
        import atexit

        atexit.register(trace(values=wanted == "values").start().stop)
