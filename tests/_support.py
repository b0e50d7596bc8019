"""What the acceptance tests share: counting body runs, small projects on disk, other processes.

A body counts its runs with `ran()`, which raises an audit event. Unlike a global list or a counter
in a closure, an event is nothing that the body reads, so that counting cannot change the key.
`hit(f, 1)` and `miss(f, 1)` make the call and say whether the body must have run.
"""

from __future__ import annotations

import importlib
import os
import pickle
import struct
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import rememo

_EVENT = "rememo.tests.ran"
_events: list[str] = []


def _record(event: str, arguments: tuple[Any, ...]) -> None:
    if event == _EVENT:
        _events.append(arguments[0])


sys.addaudithook(_record)


def ran(name: str = "body") -> None:
    """Say, from inside a cached body, that it runs."""
    sys.audit("rememo.tests.ran", name)


def runs(name: str | None = None) -> int:
    """How many bodies (those that said `name`) have run in this test."""
    return len(_events) if name is None else _events.count(name)


def hit(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call, and assert that no body ran."""
    before = len(_events)
    result = function(*args, **kwargs)
    extra = len(_events) - before
    assert extra == 0, f"expected a hit, the body ran {extra} times for {args!r} {kwargs!r}"
    return result


def miss(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call, and assert that exactly one body ran."""
    before = len(_events)
    result = function(*args, **kwargs)
    extra = len(_events) - before
    assert extra == 1, f"expected a miss, the body ran {extra} times for {args!r} {kwargs!r}"
    return result


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    """Each test starts with nothing cached and no run counted."""
    rememo.clear()
    _events.clear()
    yield
    rememo.clear()


def cell(source: str, name: str = "f", **scope: Any) -> Any:
    """Run source as a notebook cell runs, and return what it then calls `name`.

    The code has no file; each run has a namespace of its own, all under one module's name.
    """
    sys.modules.setdefault("cell", ModuleType("cell"))
    namespace: dict[str, Any] = {"__name__": "cell", "rememo": rememo, "ran": ran, **scope}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace[name]


class Project:
    """A few modules on disk which a test writes, edits and imports again."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, **modules: str) -> None:
        """Write `name.py` for each `name="source"`."""
        for name, source in modules.items():
            (self.root / f"{name}.py").write_text(textwrap.dedent(source))

    def load(self, name: str) -> ModuleType:
        """Import `name` as a new run of the program would: nothing of the project is loaded yet."""
        for loaded, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file is not None and Path(file).parent == self.root:
                del sys.modules[loaded]
        importlib.invalidate_caches()
        return importlib.import_module(name)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """An empty project on the import path; no bytecode is kept between two edits."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    made = Project(root)
    yield made
    for loaded, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is not None and Path(file).parent == root:
            del sys.modules[loaded]


def environment(seed: int | str = 0, **more: str) -> dict[str, str]:
    """The environment of a child interpreter: our import path, a hash seed, no bytecode."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {
        **os.environ,
        "PYTHONPATH": path,
        "PYTHONHASHSEED": str(seed),
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


def run_script(
    folder: Path,
    source: str,
    *arguments: str,
    seed: int | str = 0,
    timeout: float = 30.0,
    **env: str,
) -> str:
    """Run a script in an interpreter of its own and return what it printed; a hang is a failure."""
    script = folder / "script.py"
    script.write_text(textwrap.dedent(source))
    try:
        done = subprocess.run(
            [sys.executable, str(script), *arguments],
            env=environment(seed, **env),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"hung for {timeout} s; printed {error.stdout!r}") from error
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


_ANSWER = """
import pickle, struct, sys
import rememo
read, write = sys.stdin.buffer, sys.stdout.buffer
while head := read.read(8):
    values = pickle.loads(read.read(struct.unpack("<Q", head)[0]))
    answer = pickle.dumps([rememo.hash(value) for value in values])
    write.write(struct.pack("<Q", len(answer)) + answer)
    write.flush()
"""


class OtherProcess:
    """A second interpreter under another hash seed that hashes pickled values."""

    def __init__(self, seed: int) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-c", _ANSWER],
            env=environment(seed),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def hashes(self, *values: Any) -> list[str]:
        """`rememo.hash` of a pickled copy of each value, taken over there."""
        child = self._child
        assert child.stdin is not None and child.stdout is not None
        watchdog = threading.Timer(60, child.kill)
        watchdog.start()
        try:
            question = pickle.dumps(list(values), protocol=5)
            child.stdin.write(struct.pack("<Q", len(question)) + question)
            child.stdin.flush()
            head = child.stdout.read(8)
            assert len(head) == 8, "the other process ended instead of answering"
            answer = pickle.loads(child.stdout.read(struct.unpack("<Q", head)[0]))
        finally:
            watchdog.cancel()
        assert isinstance(answer, list)
        return answer

    def close(self) -> None:
        """Let the child end."""
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait(timeout=30)
        self._child.stdout.close()


@pytest.fixture(scope="module")
def other_process() -> Iterator[OtherProcess]:
    """One interpreter for a module's tests, with a hash seed that is not ours."""
    ours = os.environ.get("PYTHONHASHSEED", "random")
    child = OtherProcess(seed=4242 if ours != "4242" else 4243)
    yield child
    child.close()
