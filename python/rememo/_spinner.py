"""The line that says what is being computed, where a person is there to read it.

It appears on a terminal or in a notebook once a computation has taken over a second, and is erased
when that ends; pipes, files and logs never see a byte of it. The native module asks `enabled()`
before a computation and brackets it with `begin(text)` and `end(token)`. Both cost a dict
operation: a daemon thread, started on first need and gone when nothing runs, looks after what takes
long.

`end` erases from the caller's own thread, so that what the program prints next starts on a clean
line. Nothing here ever raises into the computation: a line that cannot be drawn is not drawn.
"""

from __future__ import annotations

import os
import sys
from _thread import RLock
from itertools import count
from time import monotonic, sleep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol, TextIO

    class Line(Protocol):
        """A line that can be drawn again and again, and taken away."""

        interval: float

        def draw(self, text: str) -> None: ...
        def erase(self) -> None: ...


DELAY = 1.0  # seconds after which a computation is worth a line


def enabled() -> bool:
    """Whether a line would be seen now: standard error is a terminal, or this is a notebook."""
    return _on_terminal() or _notebook_shell() is not None


def begin(text: str) -> int:
    """Notes that a computation starts now.

    Args:
        text: what the line says, such as ``Running report()``; only its printable characters count.

    Returns:
        A token, to be given to `end`.
    """
    token = next(_tokens)
    _watch.begin(token, text)
    return token


def end(token: int) -> None:
    """Notes that a computation has ended, and takes its line away. An unknown token is ignored."""
    _watch.end(token)


class _Watch:
    """The computations that run, and the line for the one that has been running longest."""

    def __init__(self) -> None:
        self.running: dict[int, tuple[float, str]] = {}
        self.line: Line | None = None
        self.thread_runs = False
        # Held while the line changes hands and the thread comes and goes; re-entrant, because a
        # signal handler may call a cached function at any point.
        self.lock = RLock()

    def begin(self, token: int, text: str) -> None:
        self.running[token] = (monotonic(), text)
        if not self.thread_runs:
            self.start_thread()

    def end(self, token: int) -> None:
        self.running.pop(token, None)
        if self.line is not None:
            with self.lock:
                self.show()

    def first(self) -> tuple[float, str] | None:
        """Start and text of the computation that started first."""
        return min(list(self.running.values()), default=None)

    def show(self) -> None:
        """Draws the line if a computation has been running for long, else erases it."""
        first = self.first()
        seconds = monotonic() - first[0] if first else 0.0
        try:
            if first and seconds >= DELAY:
                if self.line is None:
                    self.line = _new_line()
                self.line.draw(f"{_printable(first[1])} {seconds:.0f} s")
            elif self.line is not None:
                line, self.line = self.line, None
                line.erase()
        except Exception:  # a closed stream, a display of another version: no reason to disturb
            pass

    def start_thread(self) -> None:
        from threading import Thread

        with self.lock:
            if self.thread_runs:
                return
            try:
                Thread(target=self.look, name="rememo-spinner", daemon=True).start()
                self.thread_runs = True
            except RuntimeError:  # no more threads, or the interpreter is shutting down
                pass

    def look(self) -> None:
        while True:
            first = self.first()
            if first is None:
                with self.lock:
                    # In this order: whoever begins either is seen here or sees no thread running.
                    self.thread_runs = False
                    if not self.running:
                        return
                    self.thread_runs = True
                continue
            wait = first[0] + DELAY - monotonic()
            if wait <= 0:
                with self.lock:
                    self.show()
                wait = self.line.interval if self.line is not None else DELAY
            sleep(wait)


class _TerminalLine:
    """Our own line: redrawn in place on standard error."""

    interval = 0.1

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.encoding = stream.encoding or "ascii"
        self.frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if self.encoding.lower().startswith("utf") else "|/-\\"
        self.drawn = 0

    def draw(self, text: str) -> None:
        frame = self.frames[self.drawn % len(self.frames)]
        text = text.encode(self.encoding, "replace").decode(self.encoding)
        # Wrapping is off while the line is written: a longer one is cut at the terminal's edge.
        self.write(f"\r\x1b[?7l{frame} {text}\x1b[K\x1b[?7h")
        self.drawn += 1

    def erase(self) -> None:
        self.write("\r\x1b[K")

    def write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


class _RichLine:
    """A line of rich, in a program that has loaded rich anyway."""

    interval = 0.1

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        self.spinner = Spinner("dots")
        # The program's streams are not redirected: it may be redirecting them itself.
        self.live = Live(
            self.spinner,
            console=Console(stderr=True),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def draw(self, text: str) -> None:
        from rich.text import Text

        self.spinner.update(text=Text(text, no_wrap=True, overflow="ellipsis"))
        self.live.start()
        self.live.refresh()

    def erase(self) -> None:
        self.live.stop()


class _NotebookLine:
    """An output of its own below the cell, emptied in the end."""

    interval = 1.0

    def __init__(self) -> None:
        from IPython.display import display

        self.handle: Any = display({"text/plain": ""}, raw=True, display_id=True)

    def draw(self, text: str) -> None:
        self.handle.update({"text/plain": text}, raw=True)

    def erase(self) -> None:
        self.handle.update({"text/plain": ""}, raw=True)


def _new_line() -> Line:
    if not _on_terminal():
        return _NotebookLine()
    if "rich.console" in sys.modules:
        try:
            return _RichLine()
        except Exception:  # a rich too old for this, or half loaded: our own line does as well
            pass
    return _TerminalLine(sys.stderr)


def _on_terminal() -> bool:
    try:
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    except (AttributeError, ValueError):  # no standard error, a stand-in for it, or a closed one
        return False


def _notebook_shell() -> Any:
    """The shell of the notebook that this process is the kernel of, if it is one."""
    get_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_shell() if get_shell is not None else None
    return shell if getattr(shell, "kernel", None) is not None else None


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


# Goes on in a forked child, where an inherited token must not end another's line.
_tokens = count(1)
_watch = _Watch()


def _start_afresh() -> None:
    """In a forked child: the thread stayed behind, the lock may be held, the line is not ours."""
    global _watch
    _watch = _Watch()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_afresh)
